import { AppError } from '#lib/contract/errors.ts';
import type { ConversationDoc } from '#lib/models/conversation.ts';
import { readHead } from '#lib/models/heads.ts';
import { MemberModel, type MemberDoc } from '#lib/models/member.ts';
import { publish, publishFirst, rooms } from '#lib/publish.ts';
import { announceToMembers } from './conversations.ts';
import { defineUseCase, type Caller } from './define.ts';
import { inAnyCase } from './in-any-case.ts';
import { countMembers, memberOf } from './members.ts';
import { administeredGroupOf, closed, groupOf } from './membership.ts';
import { appendSystemLine } from './messages.ts';
import { settleOwner } from './roles.ts';
import { messageView } from './views.ts';
import { receiptsOfOthers } from './watermarks.ts';

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
export const takeOut = (
  caller: Caller,
  group: ConversationDoc,
  member: MemberDoc,
  leaving: boolean,
): Promise<void> =>
  inAnyCase(
    () => endMembership(caller, group, member, leaving),
    // Should a later step of it fail: the membership has ended all the same.
    async () => {
      await settleOwner(caller, group._id);
      await announceToMembers(group._id);
    },
  );

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
  await inAnyCase(
    () => sayEnd(caller, { ...member, leftAt }, leaving),
    // Should the line fail: the membership has ended all the same.
    () => {
      publish({
        type: 'event',
        rooms: [rooms.user(userId)],
        event: 'conversation:removed',
        data: { conversationId },
      });
      return countMembers(conversation);
    },
  );
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
