import type { Conversation, Member, Message, User } from '#lib/contract/records.ts';
import { ConversationModel, type ConversationDoc } from '#lib/models/conversation.ts';
import { withHeads } from '#lib/models/heads.ts';
import { blocksWithin } from '#lib/models/block.ts';
import { MemberModel, type MemberDoc } from '#lib/models/member.ts';
import { MessageModel, type MessageDoc } from '#lib/models/message.ts';
import { UserModel, type UserDoc } from '#lib/models/user.ts';
import { canSee, missedBy, visibleWithin } from './membership.ts';
import { sightFor, sightOf, unseen } from './privacy.ts';
import { shownReadSeqOf } from './receipts.ts';
import { systemSentence } from './system-sentence.ts';
import { userView } from './users.ts';
import { receiptsFor, type Marks } from './watermarks.ts';

/** A message as this person sees it; without a person, as everybody does. */
export function messageView(message: MessageDoc, userId?: string): Message {
  const hidden = userId !== undefined && isHiddenFor(message, userId);
  return {
    id: message._id.toHexString(),
    conversationId: message.conversation.toHexString(),
    seq: message.seq,
    rev: message.rev,
    clientId: message.clientId,
    senderId: message.sender.toHexString(),
    kind: message.kind,
    // Older lines have a sentence with names of its time.
    text: hidden ? '' : message.system ? systemSentence(message.system) : message.text,
    createdAt: message.createdAt.toISOString(),
    editedAt: message.editedAt?.toISOString() ?? null,
    deletedAt: message.deletedAt?.toISOString() ?? null,
    hidden,
    system: hidden ? null : message.system,
  };
}

const isHiddenFor = (message: MessageDoc, userId: string): boolean =>
  message.hiddenFor.some((id) => id.toHexString() === userId);

/**
 * Members of one conversation with their people, in the given order, as another member sees them;
 * people who no longer exist are left out.
 */
export async function memberViews(viewerId: string, members: MemberDoc[]): Promise<Member[]> {
  const users = await usersById(members.map(({ user }) => user.toHexString()));
  const sights = await sightFor(viewerId, [...users.values()], { areContacts: true });
  return members.flatMap((member) => {
    const user = users.get(member.user.toHexString());
    if (!user) return [];
    const isOwn = member.user.toHexString() === viewerId;
    return {
      user: userView(user, sights.look(user._id)),
      role: member.role,
      joinedAt: member.joinedAt.toISOString(),
      readSeq: isOwn ? member.readSeq : shownReadSeqOf(member),
      deliveredSeq: member.deliveredSeq,
    };
  });
}

/** The conversations of these memberships, each as its member sees it, in the given order. */
export async function conversationViews(members: MemberDoc[]): Promise<Conversation[]> {
  const ids = [...new Set(members.map(({ conversation }) => conversation.toHexString()))];
  const found = await ConversationModel.find({ _id: { $in: ids } }).lean<ConversationDoc[]>();
  const conversations = byId(await withHeads(found));
  const drafts = await Promise.all(
    members.flatMap((member) => {
      const conversation = conversations.get(member.conversation.toHexString());
      return conversation ? [gather(conversation, member)] : [];
    }),
  );
  const viewers = drafts.map(({ member }) => member.user.toHexString());
  const [users, blocks, missed] = await Promise.all([
    usersById([...drafts.flatMap(({ userIds }) => userIds), ...viewers]),
    blocksWithin(
      drafts.flatMap(({ member, peerId }) => (peerId ? [[member.user, peerId] as const] : [])),
    ),
    missedIn(drafts),
  ]);
  return Promise.all(drafts.map((draft) => conversationView(draft, { users, blocks, missed })));
}

interface Draft {
  conversation: ConversationDoc;
  member: MemberDoc;
  /** The other person of a direct conversation. */
  peerId: string | undefined;
  lastMessage: MessageDoc | null;
  lastSeq: number;
  unreadCount: number;
  receipts: Marks | null;
  userIds: string[];
}

/** Reads what one conversation's view needs besides its own two documents. */
async function gather(conversation: ConversationDoc, stored: MemberDoc): Promise<Draft> {
  const lastSeq = Math.min(conversation.lastSeq, stored.leftSeq ?? Infinity);
  const member = await withOwnWriting(stored, lastSeq);
  const [lastMessage, unreadCount] = await Promise.all([
    lastVisible(conversation, member, lastSeq),
    countUnread(member, lastSeq),
  ]);
  const receipts = await receiptsFor(conversation, member, lastMessage);
  const peerId = conversation.pair?.split(':').find((id) => id !== member.user.toHexString());
  const userIds = [
    ...(peerId ? [peerId] : []),
    ...(lastMessage
      ? [lastMessage.sender.toHexString(), ...(lastMessage.system?.userIds ?? [])]
      : []),
  ];
  return { conversation, member, peerId, lastMessage, lastSeq, unreadCount, receipts, userIds };
}

/** What the drafts have in common, by id. */
interface Common {
  users: Map<string, UserDoc>;
  blocks: ReadonlySet<string>;
  missed: Map<string, NonNullable<Conversation['missed']>>;
}

async function conversationView(
  draft: Draft,
  { users, blocks, missed }: Common,
): Promise<Conversation> {
  const { conversation, member, lastMessage, lastSeq, unreadCount, receipts } = draft;
  const myId = member.user.toHexString();
  const unreached = missed.get(conversation._id.toHexString());
  const peer = await peerView(draft, users, blocks);
  const { title, memberCount, rev, avatarUrl = null } = member.leftAs ?? conversation;
  return {
    id: conversation._id.toHexString(),
    kind: conversation.kind,
    title: peer?.displayName ?? title,
    avatarUrl: peer ? peer.avatarUrl : avatarUrl,
    memberCount,
    ...(peer && { peer }),
    lastSeq,
    rev,
    lastMessage: lastMessage && messageView(lastMessage, myId),
    unreadCount,
    receipts,
    ...(unreached && { missed: unreached }),
    names: Object.fromEntries(
      draft.userIds.flatMap((id) => {
        const user = users.get(id);
        return user ? [[id, user.displayName]] : [];
      }),
    ),
    me: myView(member),
    createdAt: conversation.createdAt.toISOString(),
    updatedAt: (member.leftAt ?? conversation.updatedAt).toISOString(),
  };
}

async function peerView(
  { member, peerId }: Draft,
  users: Common['users'],
  blocks: Common['blocks'],
): Promise<User | undefined> {
  const peer = peerId === undefined ? undefined : users.get(peerId);
  const viewer = users.get(member.user.toHexString());
  if (!peer || !viewer) return peer && userView(peer, unseen);
  // Who shares a chat shares a conversation: nothing has to be looked up.
  const sights = await sightOf(viewer, [peer], { areContacts: true, blocks });
  return userView(peer, sights.look(peer._id));
}

const myView = (member: MemberDoc): Conversation['me'] => ({
  role: member.role,
  readSeq: member.readSeq,
  deliveredSeq: member.deliveredSeq,
  visibleFromSeq: member.visible[0]?.from ?? 1,
  leftSeq: member.leftSeq,
  mutedUntil: member.mutedUntil?.toISOString() ?? null,
  archived: member.archived,
  pinned: member.pinned,
});

/** The newest message that this person may see and has not deleted for themselves. */
async function lastVisible(
  { lastMessage, _id }: ConversationDoc,
  member: MemberDoc,
  lastSeq: number,
): Promise<MessageDoc | null> {
  if (!lastMessage) return null;
  const userId = member.user.toHexString();
  const isShown = lastMessage.seq <= lastSeq && !isHiddenFor(lastMessage, userId);
  if (isShown && canSee(member, lastMessage.seq)) return lastMessage;
  for (const { from, to } of visibleWithin(member, 1, lastSeq).reverse()) {
    const found = await MessageModel.findOne({
      conversation: _id,
      seq: { $gte: from, $lte: to },
      hiddenFor: { $ne: member.user },
    })
      .sort({ seq: -1 })
      .lean<MessageDoc>();
    if (found) return found;
  }
  return null;
}

/** By direct conversation, what its people missed while one of them had blocked the other. */
async function missedIn(drafts: Draft[]): Promise<Common['missed']> {
  const direct = drafts.flatMap(({ conversation, peerId }) => (peerId ? [conversation._id] : []));
  if (direct.length === 0) return new Map();
  const members = await MemberModel.find(
    { conversation: { $in: direct } },
    { conversation: 1, user: 1, visible: 1 },
  ).lean<MemberDoc[]>();
  const missed: Common['missed'] = new Map();
  for (const member of members) {
    const ranges = missedBy(member);
    if (ranges.length === 0) continue;
    const id = member.conversation.toHexString();
    const userId = member.user.toHexString();
    const told = ranges.map((range) => ({ userId, ...range }));
    missed.set(id, [...(missed.get(id) ?? []), ...told]);
  }
  return missed;
}

/** Who writes has read what stands above; the watermark that says so is stored a moment later. */
async function withOwnWriting(member: MemberDoc, lastSeq: number): Promise<MemberDoc> {
  if (lastSeq <= member.readSeq) return member;
  const own = await MessageModel.findOne({
    conversation: member.conversation,
    seq: { $gt: member.readSeq, $lte: lastSeq },
    sender: member.user,
    kind: { $ne: 'system' },
  })
    .sort({ seq: -1 })
    .lean<MessageDoc>();
  if (!own) return member;
  return { ...member, readSeq: own.seq, deliveredSeq: Math.max(member.deliveredSeq, own.seq) };
}

/** Messages by others after the watermark, without system lines and deleted ones. */
async function countUnread(member: MemberDoc, lastSeq: number): Promise<number> {
  if (lastSeq <= member.readSeq) return 0;
  return MessageModel.countDocuments({
    conversation: member.conversation,
    seq: { $gt: member.readSeq, $lte: lastSeq },
    sender: { $ne: member.user },
    kind: { $ne: 'system' },
    deletedAt: null,
    hiddenFor: { $ne: member.user },
  });
}

async function usersById(ids: string[]): Promise<Map<string, UserDoc>> {
  if (ids.length === 0) return new Map();
  return byId(await UserModel.find({ _id: { $in: [...new Set(ids)] } }).lean<UserDoc[]>());
}

const byId = <T extends { _id: { toHexString(): string } }>(documents: T[]): Map<string, T> =>
  new Map(documents.map((document) => [document._id.toHexString(), document]));
