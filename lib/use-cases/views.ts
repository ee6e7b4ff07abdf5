import type { Conversation, Member, Message, User } from '#lib/contract/records.ts';
import { ConversationModel, type ConversationDoc } from '#lib/models/conversation.ts';
import { withHeads } from '#lib/models/heads.ts';
import { blocksWithin } from '#lib/models/block.ts';
import { MemberModel, type MemberDoc } from '#lib/models/member.ts';
import { MessageModel, type MessageDoc } from '#lib/models/message.ts';
import { UserModel, type UserDoc } from '#lib/models/user.ts';
import { byId, grouped } from './collating.ts';
import { canSee, missedBy, visibleWithin } from './membership.ts';
import { sightFor, sightOf, unseen } from './privacy.ts';
import { shownReadSeqOf } from './receipts.ts';
import { systemSentence } from './system-sentence.ts';
import { readingsOf, type Reading } from './unread.ts';
import { userView } from './users.ts';
import { marksFields, marksOfOthers, tellsReceipts } from './watermarks.ts';

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

/**
 * The conversations of these memberships, each as its member sees it, in the given order. What many
 * have in common is asked for at once: the number of queries does not grow with them.
 */
export async function conversationViews(members: MemberDoc[]): Promise<Conversation[]> {
  const ids = [...new Set(members.map(({ conversation }) => conversation.toHexString()))];
  const found = await ConversationModel.find({ _id: { $in: ids } }).lean<ConversationDoc[]>();
  const conversations = byId(await withHeads(found));
  const rows = members.flatMap((member): Row[] => {
    const conversation = conversations.get(member.conversation.toHexString());
    if (!conversation) return [];
    const lastSeq = Math.min(conversation.lastSeq, member.leftSeq ?? Infinity);
    return [{ conversation, member, lastSeq }];
  });
  const readings = await readingsOf(rows);
  const drafts = await Promise.all(rows.map((row) => draftOf(row, readings.get(row)!)));
  const viewers = drafts.map(({ member }) => member.user.toHexString());
  const [users, blocks, memberships] = await Promise.all([
    usersById([...drafts.flatMap(({ userIds }) => userIds), ...viewers]),
    blocksWithin(
      drafts.flatMap(({ member, peerId }) => (peerId ? [[member.user, peerId] as const] : [])),
    ),
    membershipsOf(drafts),
  ]);
  return Promise.all(
    drafts.map((draft) => conversationView(draft, { users, blocks, memberships })),
  );
}

interface Row {
  conversation: ConversationDoc;
  member: MemberDoc;
  lastSeq: number;
}

interface Draft extends Row, Reading {
  /** The other person of a direct conversation. */
  peerId: string | undefined;
  lastMessage: MessageDoc | null;
  /** Whether it tells how far the others are. */
  showsReceipts: boolean;
  userIds: string[];
}

async function draftOf(row: Row, { member, unreadCount }: Reading): Promise<Draft> {
  const { conversation, lastSeq } = row;
  const lastMessage = await lastVisible(conversation, member, lastSeq);
  const peerId = conversation.pair?.split(':').find((id) => id !== member.user.toHexString());
  const userIds = [
    ...(peerId ? [peerId] : []),
    ...(lastMessage
      ? [lastMessage.sender.toHexString(), ...(lastMessage.system?.userIds ?? [])]
      : []),
  ];
  const showsReceipts = tellsReceipts(conversation, member, lastMessage);
  return {
    conversation,
    member,
    lastSeq,
    unreadCount,
    peerId,
    lastMessage,
    showsReceipts,
    userIds,
  };
}

/** Of the conversations whose rows tell something of their members, all memberships that there were. */
async function membershipsOf(drafts: Draft[]): Promise<Common['memberships']> {
  const asked = drafts.filter(({ peerId, showsReceipts }) => peerId || showsReceipts);
  const ids = [...new Set(asked.map(({ conversation }) => conversation._id))];
  if (ids.length === 0) return new Map();
  const found = await MemberModel.find(
    { conversation: { $in: ids } },
    { conversation: 1, user: 1, visible: 1, ...marksFields },
  ).lean<MemberDoc[]>();
  return grouped(found, ({ conversation }) => conversation.toHexString());
}

/** What the drafts have in common, by id. */
interface Common {
  users: Map<string, UserDoc>;
  blocks: ReadonlySet<string>;
  /** By conversation. */
  memberships: Map<string, MemberDoc[]>;
}

async function conversationView(
  draft: Draft,
  { users, blocks, memberships }: Common,
): Promise<Conversation> {
  const { conversation, member, lastMessage, lastSeq, unreadCount, showsReceipts } = draft;
  const myId = member.user.toHexString();
  const all = memberships.get(conversation._id.toHexString()) ?? [];
  const missed = draft.peerId ? missedIn(all) : [];
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
    receipts: showsReceipts
      ? marksOfOthers(all, member.user)
      : member.leftAt
        ? (member.leftAs?.receipts ?? null)
        : null,
    ...(missed.length > 0 && { missed }),
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

/** What the two of a direct conversation missed while one of them had blocked the other. */
const missedIn = (members: MemberDoc[]): NonNullable<Conversation['missed']> =>
  members.flatMap((member) =>
    missedBy(member).map((range) => ({ userId: member.user.toHexString(), ...range })),
  );

async function usersById(ids: string[]): Promise<Map<string, UserDoc>> {
  if (ids.length === 0) return new Map();
  return byId(await UserModel.find({ _id: { $in: [...new Set(ids)] } }).lean<UserDoc[]>());
}
