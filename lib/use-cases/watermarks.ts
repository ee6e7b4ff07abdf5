import type { Types } from 'mongoose';
import type { Receipt } from '#lib/contract/records.ts';
import type { ConversationDoc } from '#lib/models/conversation.ts';
import { MemberModel, type MemberDoc } from '#lib/models/member.ts';
import type { MessageDoc } from '#lib/models/message.ts';
import { shownReadSeqOf } from './receipts.ts';

// What the ticks of a member's own messages are made of. A tick never falls, whoever goes.

/** How far somebody, or everybody, has received and is seen to have read. */
export type Marks = Omit<Receipt, 'userId'>;

/** Where memberships have them. */
export const marksFields = { deliveredSeq: 1, readSeq: 1, shownReadSeq: 1, leftAt: 1 } as const;

/** Whether a view of the conversation tells how far the others are now; to who has left, it is as it was then. */
export const tellsReceipts = (
  { kind, memberCount }: ConversationDoc,
  { user, leftAt }: MemberDoc,
  lastMessage: MessageDoc | null,
): boolean =>
  !leftAt && (kind === 'direct' || memberCount <= 1 || lastMessage?.sender.equals(user) === true);

/**
 * How far everybody else in the conversation has received and read. Once all of them have left, how
 * far anybody had: what was read stays read.
 */
export async function receiptsOfOthers({ conversation, user }: MemberDoc): Promise<Marks | null> {
  const fields = { ...marksFields, user: 1 } as const;
  return marksOfOthers(await MemberModel.find({ conversation }, fields).lean<MemberDoc[]>(), user);
}

/** The same, of all memberships of the conversation, present and past. */
export function marksOfOthers(members: readonly MemberDoc[], user: Types.ObjectId): Marks | null {
  const others = members.filter((member) => !member.user.equals(user));
  const present = others.filter(({ leftAt }) => leftAt === null);
  return present.length > 0 ? extreme(Math.min, present) : highestOf(others);
}

/** How far the one got farthest, of those other than this person who have left; null if nobody has. */
export async function receiptsOfFormer(
  conversation: Types.ObjectId,
  userId: string,
): Promise<Marks | null> {
  const filter = {
    conversation,
    user: { $ne: userId },
    leftAt: { $ne: null },
    // Who has blocked somebody has not left.
    blocking: { $ne: true },
  };
  return highestOf(await MemberModel.find(filter, marksFields).lean<MemberDoc[]>());
}

const highestOf = (members: MemberDoc[]): Marks | null =>
  members.length > 0 ? extreme(Math.max, members) : null;

const extreme = (of: (...seqs: number[]) => number, members: MemberDoc[]): Marks => ({
  deliveredSeq: of(...members.map(({ deliveredSeq }) => deliveredSeq)),
  readSeq: of(...members.map(shownReadSeqOf)),
});
