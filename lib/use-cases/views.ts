import type { Conversation, Member, Message, Receipt } from '#lib/contract/records.ts';
import { ConversationModel, type ConversationDoc } from '#lib/models/conversation.ts';
import { withHeads } from '#lib/models/heads.ts';
import { MemberModel, type MemberDoc } from '#lib/models/member.ts';
import { MessageModel, type MessageDoc } from '#lib/models/message.ts';
import { UserModel, type UserDoc } from '#lib/models/user.ts';
import { canSee } from './membership.ts';
import { userView } from './users.ts';

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
    text: hidden ? '' : message.text,
    createdAt: message.createdAt.toISOString(),
    editedAt: message.editedAt?.toISOString() ?? null,
    deletedAt: message.deletedAt?.toISOString() ?? null,
    hidden,
    system: hidden ? null : message.system,
  };
}

const isHiddenFor = (message: MessageDoc, userId: string): boolean =>
  message.hiddenFor.some((id) => id.toHexString() === userId);

export function memberView(member: MemberDoc, user: UserDoc): Member {
  return {
    user: userView(user),
    role: member.role,
    joinedAt: member.joinedAt.toISOString(),
    readSeq: member.readSeq,
    deliveredSeq: member.deliveredSeq,
  };
}

/** Members with their people, in the given order; people who no longer exist are left out. */
export async function memberViews(members: MemberDoc[]): Promise<Member[]> {
  const users = await usersById(members.map(({ user }) => user.toHexString()));
  return members.flatMap((member) => {
    const user = users.get(member.user.toHexString());
    return user ? [memberView(member, user)] : [];
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
  const users = await usersById(drafts.flatMap(({ userIds }) => userIds));
  return drafts.map((draft) => conversationView(draft, users));
}

interface Draft {
  conversation: ConversationDoc;
  member: MemberDoc;
  lastMessage: MessageDoc | null;
  lastSeq: number;
  unreadCount: number;
  others: MemberDoc[];
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
  const wanted = conversation.kind === 'direct' || lastMessage?.sender.equals(member.user);
  const others = wanted && !member.leftAt ? await othersThan(member) : [];
  const peer = conversation.pair?.split(':').find((id) => id !== member.user.toHexString());
  const userIds = [
    ...(peer ? [peer] : []),
    ...(lastMessage
      ? [lastMessage.sender.toHexString(), ...(lastMessage.system?.userIds ?? [])]
      : []),
  ];
  return { conversation, member, lastMessage, lastSeq, unreadCount, others, userIds };
}

function conversationView(draft: Draft, users: Map<string, UserDoc>): Conversation {
  const { conversation, member, lastMessage, lastSeq, unreadCount, others } = draft;
  const myId = member.user.toHexString();
  const peerId = conversation.pair?.split(':').find((id) => id !== myId);
  const peer = peerId === undefined ? undefined : users.get(peerId);
  const { title, memberCount, rev } = member.leftAs ?? conversation;
  return {
    id: conversation._id.toHexString(),
    kind: conversation.kind,
    title: peer?.displayName ?? title,
    avatarUrl: peer?.avatarUrl ?? null,
    memberCount,
    ...(peer && { peer: userView(peer) }),
    lastSeq,
    rev,
    lastMessage: lastMessage && messageView(lastMessage, myId),
    unreadCount,
    receipts: others.length > 0 ? lowest(others) : null,
    names: Object.fromEntries(
      draft.userIds.flatMap((id) => {
        const user = users.get(id);
        return user ? [[id, user.displayName]] : [];
      }),
    ),
    me: {
      role: member.role,
      readSeq: member.readSeq,
      deliveredSeq: member.deliveredSeq,
      visibleFromSeq: member.visible[0]?.from ?? 1,
      leftSeq: member.leftSeq,
      mutedUntil: member.mutedUntil?.toISOString() ?? null,
      archived: member.archived,
      pinned: member.pinned,
    },
    createdAt: conversation.createdAt.toISOString(),
    updatedAt: (member.leftAt ?? conversation.updatedAt).toISOString(),
  };
}

const lowest = (members: MemberDoc[]): Omit<Receipt, 'userId'> => ({
  deliveredSeq: Math.min(...members.map(({ deliveredSeq }) => deliveredSeq)),
  readSeq: Math.min(...members.map(({ readSeq }) => readSeq)),
});

const othersThan = (member: MemberDoc) =>
  MemberModel.find(
    { conversation: member.conversation, user: { $ne: member.user }, leftAt: null },
    { deliveredSeq: 1, readSeq: 1 },
  ).lean<MemberDoc[]>();

/** The newest message that this person may see and has not deleted for themselves. */
async function lastVisible(
  { lastMessage, _id }: ConversationDoc,
  member: MemberDoc,
  lastSeq: number,
): Promise<MessageDoc | null> {
  if (!lastMessage) return null;
  const userId = member.user.toHexString();
  const shown = lastMessage.seq <= lastSeq && !isHiddenFor(lastMessage, userId);
  if (shown) return canSee(member, lastMessage.seq) ? lastMessage : null;
  const from = member.visible.at(-1)?.from ?? 1;
  return MessageModel.findOne({
    conversation: _id,
    seq: { $gte: from, $lte: lastSeq },
    hiddenFor: { $ne: member.user },
  })
    .sort({ seq: -1 })
    .lean<MessageDoc>();
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
