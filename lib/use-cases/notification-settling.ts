import { createHash } from 'node:crypto';
import { Types } from 'mongoose';
import type { PushPayload } from '#lib/contract/push.ts';
import { log } from '#lib/log.ts';
import { MemberModel, type MemberDoc } from '#lib/models/member.ts';
import { SessionModel } from '#lib/models/session.ts';
import { dropPush, enqueuePush, type Push } from '#lib/push/queue.ts';
import { publish } from '#lib/publish.ts';
import { remember } from '#lib/runtime.ts';
import {
  readersIn,
  type Device,
  type Reader,
  type Scope,
  type Told,
} from './notification-readers.ts';
import { noteProof, prune } from './notifications.ts';
import { isLooking } from './presence.ts';

/** What this process has had a device show of a conversation. */
interface Shown extends Device {
  conversationId: string;
  seq: number;
  /** False while it waits to be sent for the first time. */
  isSent: boolean;
}

/** By conversation, then by session. */
type AllShown = Map<string, Map<string, Shown>>;

/** Beyond so many conversations the oldest is forgotten: what is shown of it goes when it is opened. */
const maxShown = 10_000;
const ttlSeconds = 3 * 24 * 3600;
const proofEveryMs = 3_600_000;

/** What other processes have told devices of: by conversation and session, the seq. */
const toldElsewhere = () => remember('notified-elsewhere', () => new Map<string, number>());

/** Another process has told a device of this message, and sees to what becomes of it there. */
export function noteNotified({ conversationId, sessionId, seq }: Notified): void {
  const told = toldElsewhere();
  const key = keyOf({ conversationId, sessionId });
  told.delete(key);
  told.set(key, seq);
  const [oldest] = told.keys();
  if (told.size > maxShown && oldest !== undefined) told.delete(oldest);
  const shown = allShown().get(conversationId)?.get(sessionId);
  // Of the same one, told by both at once, each stays: better twice than never.
  if (!shown || shown.seq >= seq) return;
  forget(shown);
  dropPush(key);
}

type Notified = Pick<Shown, 'conversationId' | 'sessionId' | 'seq'>;

const allShown = (): AllShown => remember('notifications-shown', () => new Map());

/** What devices show of this conversation. */
export const shownIn = (conversationId: string): Shown[] => {
  const shown = allShown().get(conversationId);
  return shown ? [...shown.values()] : [];
};

/** What the devices of these sessions show. */
export const shownOn = (sessionIds: string[]): Shown[] =>
  [...allShown().values()].flatMap((shown) => sessionIds.flatMap((id) => shown.get(id) ?? []));

/**
 * Has the devices of members show what they should.
 * @param mayAnnounce whether they may be told of something newer than what they show
 * @param undeliveredOnly not of what has reached one of their devices
 * @returns the conversations of which somebody was told nothing because they are looking
 */
export async function settle(
  scope: Scope,
  { mayAnnounce, undeliveredOnly = false }: { mayAnnounce: boolean; undeliveredOnly?: boolean },
): Promise<Set<string>> {
  const lookedAt = new Set<string>();
  for (const reader of await readersIn(scope)) {
    const { member, unread, devices } = reader;
    const isDelivered = member.deliveredSeq >= (unread[0]?.seq ?? 0);
    const isTold = mayAnnounce && !isSilent(member) && !(undeliveredOnly && isDelivered);
    for (const device of devices) {
      const isLookedAt = settleDevice(reader, device, isTold);
      if (isLookedAt) lookedAt.add(member.conversation.toHexString());
    }
  }
  return lookedAt;
}

/** What one device is to show of one conversation. Whether it is told nothing because it is looked at. */
function settleDevice(reader: Reader, device: Device, mayAnnounce: boolean): boolean {
  const { conversation, member, unread } = reader;
  const conversationId = conversation._id.toHexString();
  const { sessionId, userId, push } = device;
  const before = allShown().get(conversationId)?.get(sessionId);
  const [newest] = unread;
  const isLookedAt = isLooking(userId, sessionId);
  if (!newest) {
    // A page that is in front takes away what it shows.
    if (before && isLookedAt) forget(before);
    else clearShown(conversationId, sessionId);
    return false;
  }
  const isNew = !before || newest.seq > before.seq;
  if (newest.seq === before?.seq || isSilent(member) || (isNew && !mayAnnounce)) return false;
  if (isLookedAt) return true;
  if (newest.seq <= (toldElsewhere().get(keyOf({ conversationId, sessionId })) ?? 0)) return false;
  const shown = { ...device, conversationId, seq: newest.seq, isSent: false };
  // The same one, so that what becomes of an earlier notification is noted where it is looked for.
  const kept = before ? Object.assign(before, { push, seq: newest.seq }) : shown;
  note(kept);
  publish({ type: 'notified', conversationId, sessionId, seq: newest.seq });
  enqueue(kept, payloadFor(reader, newest, push.previews, !isNew), () => isWanted(shown));
  return false;
}

function payloadFor(
  { conversation, unread, sender }: Reader,
  message: Told,
  previews: boolean,
  quiet: boolean,
): PushPayload {
  const isGroup = conversation.kind === 'group';
  const senderName = sender?.displayName ?? '';
  return {
    kind: 'message',
    conversation: {
      id: conversation._id.toHexString(),
      kind: conversation.kind,
      title: isGroup ? conversation.title : senderName,
      avatarUrl: (isGroup ? conversation : sender)?.avatarUrl ?? null,
    },
    message: {
      id: message._id.toHexString(),
      seq: message.seq,
      kind: message.kind,
      senderId: message.sender.toHexString(),
      senderName,
      text: previews ? message.text : null,
      createdAt: message.createdAt.toISOString(),
    },
    unreadCount: unread.length,
    quiet,
  };
}

/** Takes away what a device shows of a conversation, where that is possible. */
export function clearShown(conversationId: string, sessionId: string): void {
  const shown = allShown().get(conversationId)?.get(sessionId);
  if (!shown) return;
  forget(shown);
  const isUnsent = dropPush(keyOf(shown)) && !shown.isSent;
  // On Apple's systems every push has to show something, or the subscription is taken away.
  const { hostname } = new URL(shown.push.endpoint);
  if (isUnsent || hostname.endsWith('.push.apple.com')) return;
  const payload = { kind: 'clear', conversationId, seq: shown.seq } as const;
  enqueue(shown, payload, () => Promise.resolve(true));
}

function enqueue(shown: Shown, payload: PushPayload, isWanted: Push['isWanted']): void {
  const { sessionId, conversationId, push, seq } = shown;
  const topic = createHash('sha256').update(`${sessionId}:${conversationId}`).digest('base64url');
  enqueuePush({
    key: keyOf(shown),
    target: push,
    payload,
    // It says neither to the push service: which conversation, or that two devices have the same one.
    options: {
      urgency: payload.kind === 'message' ? 'high' : 'normal',
      ttlSeconds,
      topic: topic.slice(0, 32),
    },
    isWanted,
    onEnd: (outcome) => {
      if (outcome === 'sent') shown.isSent = true;
      // Unless a newer one is on its way.
      else if (shown.seq === seq) forget(shown);
      const isProof =
        outcome === 'sent' && Date.now() - (push.provenAt?.getTime() ?? 0) > proofEveryMs;
      const written = outcome === 'gone' ? prune(push) : isProof ? noteProof(push) : undefined;
      written?.catch((error: Error) => {
        log().warn({ error: error.message }, 'what became of a notification was not written');
      });
    },
  });
}

/** Whether a notification that has had to wait is to be sent all the same. */
async function isWanted({ conversationId, sessionId, userId, push, seq }: Shown): Promise<boolean> {
  if (isLooking(userId, sessionId)) return false;
  const [member, session] = await Promise.all([
    MemberModel.findOne({
      conversation: new Types.ObjectId(conversationId),
      user: userId,
      leftAt: null,
    }).lean<MemberDoc>(),
    SessionModel.exists({ _id: sessionId, 'push.key': push.key }),
  ]);
  return session !== null && member !== null && member.readSeq < seq && !isSilent(member);
}

const isSilent = ({ mutedUntil, archived }: MemberDoc): boolean =>
  archived || (mutedUntil !== null && mutedUntil.getTime() > Date.now());

const keyOf = ({ sessionId, conversationId }: Omit<Notified, 'seq'>): string =>
  `${sessionId}:${conversationId}`;

function note(shown: Shown): void {
  const all = allShown();
  const ofConversation = all.get(shown.conversationId) ?? new Map<string, Shown>();
  ofConversation.set(shown.sessionId, shown);
  all.delete(shown.conversationId);
  all.set(shown.conversationId, ofConversation);
  const [oldest] = all.keys();
  if (all.size > maxShown && oldest !== undefined) all.delete(oldest);
}

function forget(shown: Shown): void {
  const ofConversation = allShown().get(shown.conversationId);
  if (ofConversation?.get(shown.sessionId) !== shown) return;
  ofConversation.delete(shown.sessionId);
  if (ofConversation.size === 0) allShown().delete(shown.conversationId);
}
