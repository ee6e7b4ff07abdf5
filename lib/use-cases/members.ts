import { Types } from 'mongoose';
import { AppError } from '#lib/contract/errors.ts';
import { limits } from '#lib/contract/limits.ts';
import type { Role } from '#lib/contract/records.ts';
import { isDuplicateKey } from '#lib/database/errors.ts';
import { ConversationModel } from '#lib/models/conversation.ts';
import { isThereOrBlocks, MemberModel, type MemberDoc } from '#lib/models/member.ts';
import { MessageModel, type MessageDoc } from '#lib/models/message.ts';
import { requireMayAdd } from './adding.ts';
import { announceToMembers, newMember, requireUsers } from './conversations.ts';
import { pageOf } from './cursor.ts';
import { defineUseCase, type Caller } from './define.ts';
import { administeredGroupOf, joinSockets, membershipOf, requirePresent } from './membership.ts';
import { appendSystemLine } from './messages.ts';
import { memberViews } from './views.ts';
import { receiptsOfFormer } from './watermarks.ts';

const sharedHistoryMs = 14 * 24 * 3_600_000;
const ranks: Record<Role, number> = { owner: 0, admin: 1, member: 2 };

export const listMembers = defineUseCase('listMembers', async (caller, input) => {
  const { conversation } = requirePresent(await membershipOf(caller, input.conversationId));
  const { items, nextCursor } = pageOf(await membersOf(conversation), input);
  const former = await receiptsOfFormer(conversation, caller.userId);
  return { items: await memberViews(caller.userId, items), nextCursor, former };
});

/** The present members: the owner, the admins, then the rest, longest-standing first. */
export async function membersOf(conversation: Types.ObjectId): Promise<MemberDoc[]> {
  // Whoever is kept out is not to find out by who is in it.
  const members = await MemberModel.find({ conversation, ...isThereOrBlocks }).lean<MemberDoc[]>();
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
  const theirs = { conversation: group._id, user: { $in: asked } };
  const before = await MemberModel.find(theirs).lean<MemberDoc[]>();
  const past = new Map(before.map((member) => [member.user.toHexString(), member]));
  const added = asked.filter((id) => past.get(id)?.leftAt !== null);
  if (added.length > 0) {
    await requireMayAdd(caller, input.userIds, 'userIds', before);
    await requireRoom(group._id, added.length);
    await admit(caller, admin, added, past, input.shareLast);
  }
  const members = await MemberModel.find(theirs).lean<MemberDoc[]>();
  return { items: await memberViews(caller.userId, members), nextCursor: null };
});

/** @throws AppError `conflict` where so many more would be too many. */
export async function requireRoom(group: Types.ObjectId, more: number): Promise<void> {
  const now = await MemberModel.countDocuments({ conversation: group, leftAt: null });
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

/** A present member. @throws AppError `not_found` */
export async function memberOf(conversation: Types.ObjectId, user: string): Promise<MemberDoc> {
  const member = await MemberModel.findOne({ conversation, user, leftAt: null }).lean<MemberDoc>();
  if (!member) throw unknownMember();
  return member;
}

export const unknownMember = () => new AppError('not_found', 'There is no such member.');

/**
 * Writes how many members there are. Counted anew each time: a crash between two steps must not leave a
 * wrong number for good.
 */
export async function countMembers(conversation: Types.ObjectId): Promise<void> {
  const memberCount = await MemberModel.countDocuments({ conversation, leftAt: null });
  await ConversationModel.updateOne(
    { _id: conversation },
    { $set: { memberCount, updatedAt: new Date() } },
  );
}
