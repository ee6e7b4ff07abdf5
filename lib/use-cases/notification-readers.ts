import type { QueryFilter } from 'mongoose';
import { pushLimits } from '#lib/contract/push.ts';
import { ConversationModel, type ConversationDoc } from '#lib/models/conversation.ts';
import { MemberModel, type MemberDoc } from '#lib/models/member.ts';
import { MessageModel, type MessageDoc } from '#lib/models/message.ts';
import { SessionModel, type PushSubscription, type SessionDoc } from '#lib/models/session.ts';
import { UserModel, type UserDoc } from '#lib/models/user.ts';
import { vapid } from '#lib/push/keys.ts';
import { byId, grouped } from './collating.ts';
import { canSee } from './membership.ts';

// Who has devices to be told on, and what they have not read: a few questions for many conversations.

/** Conversations, each with the people who are looked at; null for all members. */
export type Scope = [conversationId: string, userIds: Set<string> | null][];

/** What somebody is told of: no lines of the group. */
export type Told = MessageDoc & { kind: Exclude<MessageDoc['kind'], 'system'> };

export interface Device {
  sessionId: string;
  userId: string;
  push: PushSubscription;
}

type Sender = Pick<UserDoc, '_id' | 'displayName' | 'avatarUrl'>;

/** One member of a conversation who has devices that are sent notifications. */
export interface Reader {
  conversation: Pick<ConversationDoc, '_id' | 'kind' | 'title' | 'avatarUrl'>;
  member: MemberDoc;
  devices: Device[];
  /** What they have not read of its latest messages, the newest first. */
  unread: Told[];
  /** Who wrote the newest of these. */
  sender: Sender | undefined;
}

/** The present members in this scope who have devices that are sent notifications. */
export async function readersIn(scope: Scope): Promise<Reader[]> {
  const members = await MemberModel.find(membersIn(scope), {
    conversation: 1,
    user: 1,
    visible: 1,
    readSeq: 1,
    deliveredSeq: 1,
    mutedUntil: 1,
    archived: 1,
  }).lean<MemberDoc[]>();
  const devices = await devicesOf(members);
  const reachable = members.filter((member) => devices.has(member.user.toHexString()));
  const groups = grouped(reachable, (member) => member.conversation.toHexString());
  const [conversations, latest] = await Promise.all([
    conversationsOf([...groups.keys()]),
    Promise.all([...groups.values()].map(latestUnread)),
  ]);
  const senders = latest.flatMap((messages) => messages.map(({ sender }) => sender.toHexString()));
  const users = await usersOf(senders);
  return [...groups.values()].flatMap((members, i) =>
    members.flatMap((member): Reader[] => {
      const conversation = conversations.get(member.conversation.toHexString());
      if (!conversation) return [];
      const unread = (latest[i] ?? []).filter((message) => isUnreadBy(member, message));
      const sender = users.get(unread[0]?.sender.toHexString() ?? '');
      const own = devices.get(member.user.toHexString()) ?? [];
      return [{ conversation, member, devices: own, unread, sender }];
    }),
  );
}

function membersIn(scope: Scope): QueryFilter<MemberDoc> {
  const whole = scope.filter(([, userIds]) => userIds === null).map(([id]) => id);
  const parts = scope.flatMap(([conversation, userIds]) =>
    userIds ? [{ conversation, user: { $in: [...userIds] }, leftAt: null }] : [],
  );
  if (parts.length === 0) return { conversation: { $in: whole }, leftAt: null };
  return { $or: [...parts, { conversation: { $in: whole }, leftAt: null }] };
}

async function devicesOf(members: MemberDoc[]): Promise<Map<string, Device[]>> {
  if (members.length === 0) return new Map();
  const users = [...new Set(members.map(({ user }) => user.toHexString()))];
  const sessions = await SessionModel.find(
    {
      user: { $in: users },
      'push.serverKey': vapid()?.publicKey,
      expiresAt: { $gt: new Date() },
    },
    { user: 1, push: 1 },
  ).lean<SessionDoc[]>();
  const devices = sessions.flatMap(({ _id, user, push }): Device[] =>
    push ? [{ sessionId: _id.toHexString(), userId: user.toHexString(), push }] : [],
  );
  return grouped(devices, ({ userId }) => userId);
}

/** The latest messages that one of these members of a conversation has not read, the newest first. */
const latestUnread = (members: MemberDoc[]): Promise<Told[]> =>
  MessageModel.find({
    conversation: members[0]?.conversation,
    seq: { $gt: Math.min(...members.map(({ readSeq }) => readSeq)) },
    kind: { $ne: 'system' },
    deletedAt: null,
  })
    .sort({ seq: -1 })
    .limit(pushLimits.unreadCount)
    .lean<Told[]>()
    .exec();

const isUnreadBy = (member: MemberDoc, { seq, sender, hiddenFor }: MessageDoc): boolean =>
  seq > member.readSeq &&
  !sender.equals(member.user) &&
  !hiddenFor.some((id) => id.equals(member.user)) &&
  canSee(member, seq);

async function conversationsOf(ids: string[]): Promise<Map<string, ConversationDoc>> {
  if (ids.length === 0) return new Map();
  const found = await ConversationModel.find(
    { _id: { $in: ids } },
    { kind: 1, title: 1, avatarUrl: 1 },
  ).lean<ConversationDoc[]>();
  return byId(found);
}

async function usersOf(ids: string[]): Promise<Map<string, Sender>> {
  if (ids.length === 0) return new Map();
  const users = await UserModel.find(
    { _id: { $in: [...new Set(ids)] } },
    { displayName: 1, avatarUrl: 1 },
  ).lean<Sender[]>();
  return byId(users);
}
