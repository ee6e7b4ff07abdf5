import { randomUUID } from 'node:crypto';
import { Types } from 'mongoose';
import { AppError } from '#lib/contract/errors.ts';
import { limits } from '#lib/contract/limits.ts';
import type { SystemEvent } from '#lib/contract/records.ts';
import type { Input } from '#lib/contract/operations.ts';
import { createTurns } from '#lib/limits/turns.ts';
import { appendMessage, changeMessage } from '#lib/models/append.ts';
import { ConversationModel } from '#lib/models/conversation.ts';
import { MemberModel, type MemberDoc } from '#lib/models/member.ts';
import { MessageModel, type MessageDoc } from '#lib/models/message.ts';
import { publish, rooms } from '#lib/publish.ts';
import { remember } from '#lib/runtime.ts';
import { defineUseCase, type Caller } from './define.ts';
import {
  beforeOthersJoin,
  canSee,
  findMembership,
  knownMembershipOf,
  noLongerMember,
  peekMembership,
} from './membership.ts';
import { noteRead } from './receipts.ts';
import { messageView } from './views.ts';

export const sendMessage = defineUseCase('sendMessage', async (caller, input) => {
  const { conversationId, clientId, text } = input;
  const member =
    peekMembership(caller, conversationId) ?? (await knownMembershipOf(caller, conversationId));
  if (member.leftAt) return { ...(await sentBefore(caller, member, input)), created: false };
  const { message, created, othersUpTo } = await appendMessage(
    {
      conversation: member.conversation,
      sender: member.user,
      clientId,
      kind: 'text',
      text,
      system: null,
    },
    announcement,
  );
  if (!message.conversation.equals(conversationId)) throw clientIdTaken();
  // Who writes has read what stands above. Not waited for: the message itself is stored.
  if (created && member.readSeq < othersUpTo) noteRead(member, message.seq);
  return { message: messageView(message, caller.userId), created };
});

/** A retry of what was stored while the sender was a member gets the first answer all the same. */
async function sentBefore(
  caller: Caller,
  member: MemberDoc,
  { conversationId, clientId }: Input<'sendMessage'>,
) {
  const message = await MessageModel.findOne({
    sender: caller.userId,
    clientId,
  }).lean<MessageDoc>();
  if (!message?.conversation.equals(conversationId)) throw noLongerMember(member);
  return { message: messageView(message, caller.userId) };
}

const clientIdTaken = () =>
  new AppError('conflict', 'This clientId belongs to a message in another conversation.');

/** What one person asks of one message is done, and told, in the order of asking. */
const inOrder = <T>({ userId }: Caller, messageId: string, change: () => Promise<T>): Promise<T> =>
  remember('message-turns', () => createTurns(1))(`${userId}:${messageId}`, change);

export const editMessage = defineUseCase('editMessage', (caller, input) =>
  inOrder(caller, input.messageId, async () => {
    const { message, member } = await messageOf(caller, input);
    if (member.leftAt) throw noLongerMember(member);
    const stored = await changeMessage(message, (current) => {
      if (!isOwn(current, caller))
        throw new AppError('forbidden', 'Only its sender can edit a message.');
      if (current.deletedAt) throw new AppError('conflict', 'This message was deleted.');
      if (current.text === input.text) return null;
      if (isOlderThan(current, limits.editWindowMs)) {
        throw new AppError('forbidden', 'A message can be edited for 15 minutes.');
      }
      return { text: input.text, editedAt: new Date() };
    });
    // Even where there was nothing to do: the first try may have been written and never told.
    await tellSeers('message:updated', stored);
    return { message: messageView(stored, caller.userId) };
  }),
);

export const deleteMessage = defineUseCase('deleteMessage', (caller, input) =>
  inOrder(caller, input.messageId, async () => {
    const { message, member } = await messageOf(caller, input);
    if (input.for === 'everyone') await requireMayDelete(caller, message, member);
    const me = new Types.ObjectId(caller.userId);
    const stored = await changeMessage(message, (current) => {
      if (input.for === 'everyone') {
        return current.deletedAt ? null : { text: '', deletedAt: new Date() };
      }
      if (current.hiddenFor.some((id) => id.equals(me))) return null;
      return { hiddenFor: [...current.hiddenFor, me] };
    });
    await tellSeers('message:updated', stored, input.for === 'me' ? caller.userId : undefined);
    return { message: messageView(stored, caller.userId) };
  }),
);

/** One's own within 48 hours; in a group its admins at any time. */
async function requireMayDelete(
  caller: Caller,
  message: MessageDoc,
  member: MemberDoc,
): Promise<void> {
  if (member.leftAt) throw noLongerMember(member);
  if (message.kind === 'system') throw new AppError('forbidden', 'This line belongs to the group.');
  if (message.deletedAt) return;
  if (isOwn(message, caller) && !isOlderThan(message, limits.deleteForEveryoneWindowMs)) return;
  const group = await ConversationModel.exists({ _id: message.conversation, kind: 'group' });
  if (group && member.role !== 'member') return;
  throw new AppError(
    'forbidden',
    isOwn(message, caller)
      ? 'A message can be deleted for everyone for 48 hours.'
      : 'Only its sender or an admin can delete a message for everyone.',
  );
}

/**
 * Says in a group's log what happened to it. Resolves with the stored line.
 * @param clientId for a line that is said once, however often this is called
 */
export async function appendSystemLine(
  conversation: Types.ObjectId,
  event: SystemEvent,
  clientId = `system-${randomUUID()}`,
): Promise<MessageDoc> {
  const { message } = await appendMessage(
    {
      conversation,
      sender: new Types.ObjectId(event.actorId),
      clientId,
      kind: 'system',
      // What it says is made of the event, for each who reads it.
      text: '',
      system: event,
    },
    announcement,
  );
  return message;
}

/** The message and the caller's membership; what they may not see does not exist for them. */
async function messageOf(
  caller: Caller,
  { messageId, conversationId }: { messageId: string; conversationId?: string | undefined },
): Promise<{ message: MessageDoc; member: MemberDoc }> {
  const unknown = new AppError('not_found', 'There is no such message.');
  const message = await MessageModel.findById(messageId).lean<MessageDoc>();
  if (!message) throw unknown;
  if (conversationId !== undefined && !message.conversation.equals(conversationId)) throw unknown;
  const member = await findMembership(caller, message.conversation);
  if (!member || !canSee(member, message.seq)) throw unknown;
  return { message, member };
}

const isOwn = (message: MessageDoc, caller: Caller): boolean =>
  message.kind !== 'system' && message.sender.toHexString() === caller.userId;

const isOlderThan = (message: MessageDoc, ms: number): boolean =>
  Date.now() - message.createdAt.getTime() > ms;

const announcement = {
  // Everybody in the room may see what is new; nobody can have deleted it yet.
  now: (message: MessageDoc): void =>
    publish({
      type: 'event',
      rooms: [rooms.conversation(message.conversation.toHexString())],
      event: 'message:new',
      data: { message: messageView(message) },
    }),
  late: (message: MessageDoc): Promise<void> => tellSeers('message:new', message),
};

/**
 * Tells the members who may see the message, but for those who have deleted it for themselves. One of
 * these has just done so: `hider`, who is told without the content. Of one conversation in the order of the
 * calls, which is that of `rev`: whoever hears of a later change first would ask for the hole, as they do where a
 * new message, which waits for nothing, overtakes a change.
 */
const tellSeers = (
  event: 'message:new' | 'message:updated',
  message: MessageDoc,
  hider?: string,
): Promise<void> =>
  remember('telling-turns', () => createTurns(1))(message.conversation.toHexString(), () =>
    tellSeersNow(event, message, hider),
  );

async function tellSeersNow(
  event: 'message:new' | 'message:updated',
  message: MessageDoc,
  hider: string | undefined,
): Promise<void> {
  await beforeOthersJoin(
    message.conversation,
    () => findNewcomers(message),
    (newcomers) => {
      const blind = newcomers.filter((member) => !canSee(member, message.seq));
      const userIds = blind.map(({ user }) => user.toHexString());
      tellAllBut(userIds, event, message, hider);
    },
  );
}

/** Present members who joined, or came back, after it was said. */
const findNewcomers = ({ conversation, seq }: MessageDoc) =>
  MemberModel.find(
    { conversation, leftAt: null, 'visible.from': { $gt: seq } },
    { user: 1, visible: 1 },
  )
    .lean<MemberDoc[]>()
    .exec();

function tellAllBut(
  blind: string[],
  event: 'message:new' | 'message:updated',
  message: MessageDoc,
  hider: string | undefined,
): void {
  const { conversation, hiddenFor } = message;
  publish({
    type: 'event',
    rooms: [rooms.conversation(conversation.toHexString())],
    except: [...hiddenFor.map((id) => id.toHexString()), ...blind].map(rooms.user),
    event,
    data: { message: messageView(message) },
  });
  if (hider === undefined || blind.includes(hider)) return;
  const data = { message: messageView(message, hider) };
  publish({ type: 'event', rooms: [rooms.user(hider)], event, data });
}
