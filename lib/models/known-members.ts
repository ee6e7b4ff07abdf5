import type { Receipt } from '#lib/contract/records.ts';
import { remember } from '#lib/runtime.ts';
import { MemberModel, memberChanges, type MemberDoc } from './member.ts';
import { createRecentReads } from './recent-reads.ts';

// Memberships as they were read a moment ago, for what is asked with every message. A change made by
// this process empties it (the model's hook); one made by another goes unnoticed for 3 s at most.

const keyOf = (conversationId: string, userId: string) => `${conversationId}:${userId}`;

const known = () =>
  remember('known-members', () => {
    const reads = createRecentReads(
      (key) => {
        const [conversation, user] = key.split(':');
        return MemberModel.findOne({ conversation, user }).lean<MemberDoc>().exec();
      },
      readAgain,
      // Somebody who is no member now may be one in a moment.
      (member) => member !== null && !member.leftAt,
    );
    memberChanges().on('change', reads.forgetAll);
    return reads;
  });

async function readAgain(members: MemberDoc[]): Promise<Map<string, MemberDoc>> {
  const _id = { $in: members.map((member) => member._id) };
  const found = await MemberModel.find({ _id }).lean<MemberDoc[]>();
  return new Map(
    found.map((member) => [
      keyOf(member.conversation.toHexString(), member.user.toHexString()),
      member,
    ]),
  );
}

/** A present membership that is known at once, as it was at most 3 s ago. */
export const peekMember = (conversationId: string, userId: string): MemberDoc | null =>
  known().peek(keyOf(conversationId, userId));

/** A membership, present or past, as it was at most 3 s ago; null for a stranger. */
export const knownMember = (conversationId: string, userId: string): Promise<MemberDoc | null> =>
  known().read(keyOf(conversationId, userId));

/** Moves the watermarks of a membership that is known, as they have just been stored. */
export function moveKnownMember(conversationId: string, receipt: Receipt): void {
  const member = peekMember(conversationId, receipt.userId);
  if (!member) return;
  member.deliveredSeq = Math.max(member.deliveredSeq, receipt.deliveredSeq);
  member.readSeq = Math.max(member.readSeq, receipt.readSeq);
}

/** Some have ended, here or at another process. */
export const forgetKnownMembers = (): void => known().forgetAll();

/** Makes the next look at this membership read it. */
export const forgetKnownMember = (conversationId: string, userId: string): boolean =>
  known().forget(keyOf(conversationId, userId));
