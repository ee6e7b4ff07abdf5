import { Types } from 'mongoose';
import { ConversationModel, pairOf } from '#lib/models/conversation.ts';
import { readHead } from '#lib/models/heads.ts';
import { forgetKnownMember } from '#lib/models/known-members.ts';
import { MemberModel, type MemberDoc } from '#lib/models/member.ts';
import { UserModel } from '#lib/models/user.ts';
import { publishFirst } from '#lib/publish.ts';
import { closed, joinSockets } from './membership.ts';
import { readUnseen } from './receipts.ts';
import { receiptsOfOthers } from './watermarks.ts';

// A block, in the direct conversation of the two: for whoever blocks it is over, as a group is for those
// who have left it. The other one writes on into a log of which the first will never see that part.

/** Ends the direct conversation with this person for the caller. @returns its id, if there is one. */
export async function keepOut(userId: string, other: string): Promise<Types.ObjectId | null> {
  const found = await conversationOf(userId, other);
  if (!found) return null;
  const { conversation, member } = found;
  if (!member || member.leftAt) return conversation;
  const { seq, rev } = await readHead(conversation);
  const leftAs = {
    title: '',
    memberCount: 2,
    rev,
    receipts: await receiptsOfOthers(member),
  };
  const ended = { _id: member._id, leftAt: null };
  const range = { leftSeq: seq, visible: closed(member, seq) };
  await MemberModel.collection.updateOne(ended, [
    { $set: { leftAt: new Date(), leftAs, blocking: true, ...range, ...readUnseen(seq) } },
  ]);
  const conversationId = conversation.toHexString();
  forgetKnownMember(conversationId, userId);
  await publishFirst({ type: 'leave', userIds: [userId], conversationId });
  // What was said until the sockets had left may have reached them, and so belongs to what they keep.
  const last = await readHead(conversation);
  if (last.seq > seq) {
    await MemberModel.collection.updateOne({ _id: member._id, blocking: true, leftSeq: seq }, [
      {
        $set: {
          leftSeq: last.seq,
          visible: closed(member, last.seq),
          'leftAs.rev': last.rev,
          ...readUnseen(last.seq),
        },
      },
    ]);
  }
  return conversation;
}

/**
 * Lets the conversation with this person go on for the caller from here: what was said meanwhile stays
 * closed. One whose other person is no more stays over. @returns its id, if there is one.
 */
export async function letIn(userId: string, other: string): Promise<Types.ObjectId | null> {
  const found = await conversationOf(userId, other);
  if (!found) return null;
  const { conversation, member } = found;
  if (!member?.blocking || (await hasEnded(conversation, other))) return conversation;
  const { seq } = await readHead(conversation);
  const { visible, leftSeq } = member;
  const last = visible.at(-1);
  const isSame = last !== undefined && leftSeq === seq;
  const reopened = isSame
    ? [...visible.slice(0, -1), { ...last, to: null }]
    : [...visible.filter(({ from, to }) => to === null || from <= to), { from: seq + 1, to: null }];
  const { matchedCount } = await MemberModel.updateOne(
    { _id: member._id, blocking: true, leftSeq },
    {
      $set: { leftAt: null, leftSeq: null, leftAs: null, visible: reopened },
      $max: { readSeq: seq, deliveredSeq: seq },
      $unset: { blocking: '' },
    },
  );
  if (matchedCount === 0) return conversation;
  // Later than the end of the membership was: what is shown of it now is the newer.
  await ConversationModel.updateOne({ _id: conversation }, { $set: { updatedAt: new Date() } });
  joinSockets(conversation, [userId], seq + 1);
  return conversation;
}

async function conversationOf(userId: string, other: string) {
  const found = await ConversationModel.findOne({ pair: pairOf(userId, other) }, { _id: 1 }).lean();
  if (!found) return null;
  const user = new Types.ObjectId(userId);
  const member = await MemberModel.findOne({ conversation: found._id, user }).lean<MemberDoc>();
  return { conversation: found._id, member };
}

/** Whether it is over for this person too, and not because they have blocked the other one. */
async function hasEnded(conversation: Types.ObjectId, user: string): Promise<boolean> {
  if (await UserModel.exists({ _id: user, deletedAt: { $ne: null } })) return true;
  const filter = { conversation, user, leftAt: { $ne: null }, blocking: { $ne: true } };
  return (await MemberModel.exists(filter)) !== null;
}

/** The membership of somebody who has blocked the other one before the conversation began. */
export const keptOut = (): Partial<MemberDoc> => ({
  blocking: true,
  visible: [],
  leftAt: new Date(),
  leftSeq: 0,
  leftAs: { title: '', memberCount: 2, rev: 0, receipts: null },
});
