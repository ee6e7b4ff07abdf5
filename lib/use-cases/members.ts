import { Types } from 'mongoose';
import { AppError } from '#lib/contract/errors.ts';
import { limits } from '#lib/contract/limits.ts';
import type { Role } from '#lib/contract/records.ts';
import { isDuplicateKey } from '#lib/database/errors.ts';
import { ConversationModel, type ConversationDoc } from '#lib/models/conversation.ts';
import { readHead } from '#lib/models/heads.ts';
import { MemberModel, type MemberDoc } from '#lib/models/member.ts';
import { MessageModel, type MessageDoc } from '#lib/models/message.ts';
import { publish, publishFirst, rooms } from '#lib/publish.ts';
import { requireMayAdd } from './adding.ts';
import { announceToMembers, newMember, requireUsers } from './conversations.ts';
import { pageOf } from './cursor.ts';
import { defineUseCase, type Caller } from './define.ts';
import {
  administeredGroupOf,
  closed,
  groupOf,
  joinSockets,
  membershipOf,
  requirePresent,
} from './membership.ts';
import { appendSystemLine } from './messages.ts';
import { memberViews, messageView } from './views.ts';
import { receiptsOfFormer, receiptsOfOthers } from './watermarks.ts';

const sharedHistoryMs = 14 * 24 * 3_600_000;
const ranks: Record<Role, number> = { owner: 0, admin: 1, member: 2 };

export const listMembers = defineUseCase('listMembers', async (caller, input) => {
  const { conversation } = requirePresent(await membershipOf(caller, input.conversationId));
  const { items, nextCursor } = pageOf(await membersOf(conversation), input);
  const former = await receiptsOfFormer(conversation, caller.userId);
  return { items: await memberViews(caller.userId, items), nextCursor, former };
});

/** The present members: the owner, the admins, then the rest, longest-standing first. */
async function membersOf(conversation: Types.ObjectId): Promise<MemberDoc[]> {
  const members = await MemberModel.find({
    conversation,
    // Whoever is kept out is not to find out by who is in it.
    $or: [{ leftAt: null }, { blocking: true }],
  }).lean<MemberDoc[]>();
  return members.sort(
    (a, b) =>
      ranks[a.role] - ranks[b.role] ||
      a.joinedAt.getTime() - b.joinedAt.getTime() ||
      a._id.toHexString().localeCompare(b._id.toHexString()),
  );
}

export const addMembers = defineUseCase('addMembers', async (caller, input) => {
  const { group, member: admin } = await administeredGroupOf(caller, input.conversationId);
  const asked = [...new Set(input.userIds)];
  await requireUsers(asked);
  const before = await MemberModel.find({ conversation: group._id, user: { $in: asked } }).lean<
    MemberDoc[]
  >();
  const past = new Map(before.map((member) => [member.user.toHexString(), member]));
  const added = asked.filter((id) => past.get(id)?.leftAt !== null);
  if (added.length > 0) {
    await requireMayAdd(caller, input.userIds, 'userIds', before);
    await requireRoom(group, added.length);
    await admit(caller, admin, added, past, input.shareLast);
  }
  const members = await MemberModel.find({ conversation: group._id, user: { $in: asked } }).lean<
    MemberDoc[]
  >();
  return { items: await memberViews(caller.userId, members), nextCursor: null };
});

async function requireRoom({ _id }: ConversationDoc, more: number): Promise<void> {
  const now = await MemberModel.countDocuments({ conversation: _id, leftAt: null });
  if (now + more > limits.groupMembers) {
    throw new AppError('conflict', `A group has at most ${limits.groupMembers} members.`);
  }
}

async function admit(
  caller: Caller,
  admin: MemberDoc,
  userIds: string[],
  past: Map<string, MemberDoc>,
  shareLast: number | undefined,
): Promise<void> {
  const { conversation } = admin;
  const line = await appendSystemLine(conversation, {
    type: 'members_added',
    actorId: caller.userId,
    userIds,
  });
  // Nobody can share what they may not see.
  const first = Math.max(line.seq - (shareLast ?? 0), admin.visible.at(-1)?.from ?? 1);
  const shared = await sharedFrom(conversation, first, line.seq);
  await Promise.all(
    userIds.map((id) => admitOne(conversation, id, past.get(id), shared, line.seq)),
  );
  await countMembers(conversation);
  await announceToMembers(conversation);
  if (shared < line.seq) {
    await appendSystemLine(conversation, {
      type: 'history_shared',
      actorId: caller.userId,
      userIds,
      count: line.seq - shared,
    });
  }
}

/** The seq of the oldest message from `first` up to before `end` that is at most 14 days old. */
async function sharedFrom(
  conversation: Types.ObjectId,
  first: number,
  end: number,
): Promise<number> {
  if (first >= end) return end;
  const oldest = await MessageModel.findOne({
    conversation,
    seq: { $gte: first, $lt: end },
    createdAt: { $gte: new Date(Date.now() - sharedHistoryMs) },
  })
    .sort({ seq: 1 })
    .lean<MessageDoc>();
  return oldest?.seq ?? end;
}

/** Begins a membership, or another stretch of one: what was said in between stays closed. */
async function admitOne(
  conversation: Types.ObjectId,
  userId: string,
  past: MemberDoc | undefined,
  from: number,
  joinSeq: number,
): Promise<void> {
  const began = await begin(conversation, userId, past, from, joinSeq);
  if (began) joinSockets(conversation, [userId], from);
}

/** Whether it did: somebody else may have been faster. */
async function begin(
  conversation: Types.ObjectId,
  userId: string,
  past: MemberDoc | undefined,
  from: number,
  joinSeq: number,
): Promise<boolean> {
  const user = new Types.ObjectId(userId);
  const fresh = {
    ...newMember(conversation, user, 'member', from),
    readSeq: joinSeq,
    deliveredSeq: joinSeq,
  };
  if (!past) {
    try {
      await MemberModel.collection.insertOne(fresh);
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }
  const beginning = Math.max(from, (past.leftSeq ?? 0) + 1);
  const { matchedCount } = await MemberModel.updateOne(
    { _id: past._id, leftAt: past.leftAt },
    {
      $set: {
        role: 'member',
        joinedAt: fresh.joinedAt,
        visible: [...past.visible, { from: beginning, to: null }],
        readSeq: joinSeq,
        deliveredSeq: joinSeq,
        leftAt: null,
        leftSeq: null,
        leftAs: null,
      },
    },
  );
  return matchedCount === 1;
}

export const removeMember = defineUseCase('removeMember', async (caller, input) => {
  const leaving = input.userId === caller.userId;
  const { group } = leaving
    ? await groupOf(caller, input.conversationId)
    : await administeredGroupOf(caller, input.conversationId);
  const member = await memberOf(group._id, input.userId);
  if (!leaving && member.role === 'owner') {
    throw new AppError('forbidden', 'The owner cannot be removed.');
  }
  await takeOut(caller, group, member, leaving);
  return {};
});

/** Ends this membership, or has its person leave, and tells those who stay. */
export async function takeOut(
  caller: Caller,
  group: ConversationDoc,
  member: MemberDoc,
  leaving: boolean,
): Promise<void> {
  try {
    await endMembership(caller, group, member, leaving);
  } finally {
    // Should a later step of it fail: the membership has ended all the same.
    await settleOwner(caller, group._id);
    await announceToMembers(group._id);
  }
}

async function endMembership(
  caller: Caller,
  { title, avatarUrl = null, memberCount }: ConversationDoc,
  member: MemberDoc,
  leaving: boolean,
): Promise<void> {
  const { _id, conversation } = member;
  const conversationId = conversation.toHexString();
  const userId = member.user.toHexString();
  const leftAt = new Date();
  const leaves = leaving ? [...member.leaves, leftAt].slice(-2) : member.leaves;
  // Closed first, so that a crash from here on leaves nothing open. Then the sockets go; what was
  // said until then may have reached them, and so belongs to what they keep. The line comes last.
  const before = await readHead(conversation);
  const receipts = await receiptsOfOthers(member);
  const ended = await MemberModel.updateOne(
    { _id, leftAt: null },
    {
      $set: {
        leftAt,
        leaves,
        role: 'member',
        leftSeq: before.seq,
        leftAs: { title, avatarUrl, memberCount: memberCount - 1, rev: before.rev, receipts },
        visible: closed(member, before.seq),
      },
    },
  );
  if (ended.matchedCount === 0) return;
  await publishFirst({ type: 'leave', userIds: [userId], conversationId });
  try {
    await sayEnd(caller, { ...member, leftAt }, leaving);
  } finally {
    // Should the line fail: the membership has ended all the same.
    publish({
      type: 'event',
      rooms: [rooms.user(userId)],
      event: 'conversation:removed',
      data: { conversationId },
    });
    await countMembers(conversation);
  }
}

/** The line about it, which is the last that the person sees of the group. */
async function sayEnd(caller: Caller, member: MemberDoc, leaving: boolean): Promise<void> {
  const { _id, conversation, leftAt } = member;
  const userId = member.user.toHexString();
  const { seq } = await readHead(conversation);
  const line = await appendSystemLine(
    conversation,
    leaving
      ? { type: 'member_left', actorId: userId, userIds: [] }
      : { type: 'member_removed', actorId: caller.userId, userIds: [userId] },
  );
  const visible =
    line.seq === seq + 1
      ? closed(member, line.seq)
      : [...closed(member, seq), { from: line.seq, to: line.seq }];
  await MemberModel.updateOne(
    { _id, leftAt },
    { $set: { leftSeq: line.seq, visible, 'leftAs.rev': line.rev } },
  );
  publish({
    type: 'event',
    rooms: [rooms.user(userId)],
    event: 'message:new',
    data: { message: messageView(line) },
  });
}

/**
 * A group that has members has one owner. Without one, its longest-standing admin becomes it, else its
 * longest-standing member; of two, made at the same moment, the longer-standing one stays.
 */
async function settleOwner(caller: Caller, conversation: Types.ObjectId): Promise<void> {
  const members = await membersOf(conversation);
  const [owner, ...others] = members.filter(({ role }) => role === 'owner');
  if (owner) {
    const _id = { $in: others.map((other) => other._id) };
    if (others.length > 0) await MemberModel.updateMany({ _id }, { $set: { role: 'admin' } });
    return;
  }
  const [heir] = members;
  if (!heir) return;
  await MemberModel.updateOne({ _id: heir._id, leftAt: null }, { $set: { role: 'owner' } });
  await sayOwner(caller, conversation, heir);
}

async function sayOwner(
  caller: Caller,
  conversation: Types.ObjectId,
  heir: MemberDoc,
): Promise<void> {
  const userId = heir.user.toHexString();
  await appendSystemLine(conversation, {
    type: 'owner_changed',
    actorId: caller.userId,
    userIds: [userId],
    role: 'owner',
  });
}

export const updateMember = defineUseCase('updateMember', async (caller, input) => {
  const { group, member: me } = await administeredGroupOf(caller, input.conversationId);
  const member = await memberOf(group._id, input.userId);
  if (member.role !== input.role) {
    if (input.role === 'owner') await handOver(caller, me, member);
    else await setRole(caller, member, input.role);
    await announceToMembers(group._id);
  }
  const [view] = await memberViews(caller.userId, [await memberOf(group._id, input.userId)]);
  if (!view) throw new AppError('not_found', 'There is no such member.');
  return { member: view };
});

async function setRole(caller: Caller, member: MemberDoc, role: Role): Promise<void> {
  if (member.role === 'owner') {
    throw new AppError('forbidden', 'The owner passes ownership on before anything else.');
  }
  const { _id, role: before } = member;
  const changed = await MemberModel.updateOne(
    { _id, leftAt: null, role: before },
    { $set: { role } },
  );
  if (changed.matchedCount === 0) throw elsewhere();
  const userId = member.user.toHexString();
  await appendSystemLine(member.conversation, {
    type: 'role_changed',
    actorId: caller.userId,
    userIds: [userId],
    role,
  });
}

async function handOver(caller: Caller, me: MemberDoc, heir: MemberDoc): Promise<void> {
  if (me.role !== 'owner') {
    throw new AppError('forbidden', 'Only the owner can pass ownership on.');
  }
  // Given up first, so that two handovers at once do not make two owners.
  const mine = { _id: me._id, leftAt: null };
  const given = await MemberModel.updateOne(
    { ...mine, role: 'owner' },
    { $set: { role: 'admin' } },
  );
  if (given.matchedCount === 0) throw elsewhere();
  try {
    const taken = await MemberModel.updateOne(
      { _id: heir._id, leftAt: null },
      { $set: { role: 'owner' } },
    );
    if (taken.matchedCount === 0) {
      await MemberModel.updateOne(mine, { $set: { role: 'owner' } });
      throw elsewhere();
    }
    await sayOwner(caller, heir.conversation, heir);
  } finally {
    await settleOwner(caller, heir.conversation);
  }
}

const elsewhere = () => new AppError('conflict', 'Somebody has just changed this role.');

async function memberOf(conversation: Types.ObjectId, user: string): Promise<MemberDoc> {
  const member = await MemberModel.findOne({ conversation, user, leftAt: null }).lean<MemberDoc>();
  if (!member) throw new AppError('not_found', 'There is no such member.');
  return member;
}

// Counted anew each time: a crash between two steps must not leave a wrong number for good.
async function countMembers(conversation: Types.ObjectId): Promise<void> {
  const memberCount = await MemberModel.countDocuments({ conversation, leftAt: null });
  await ConversationModel.updateOne(
    { _id: conversation },
    { $set: { memberCount, updatedAt: new Date() } },
  );
}
