import type { Receipt } from '#lib/contract/records.ts';
import { remember } from '#lib/runtime.ts';
import { MemberModel, type MemberDoc } from './member.ts';

// Memberships as they were read a moment ago, for what is asked with every message. A change made by
// this process empties it (the model's hook); one made by another goes unnoticed for `freshMs` at most.

const freshMs = 3_000;

interface Known {
  at: number;
  /** Kept instead of its outcome, so that emptying also drops a read that is still under way. */
  reading: Promise<MemberDoc | null>;
  member: MemberDoc | null;
}

const known = () => remember('known-members', () => new Map<string, Known>());
const keyOf = (conversationId: string, userId: string) => `${conversationId}:${userId}`;

/** A membership, present or past, as it was at most 3 s ago; null for a stranger. */
export function knownMember(conversationId: string, userId: string): Promise<MemberDoc | null> {
  const members = known();
  const now = performance.now();
  // Oldest first: what is read anew goes to the end.
  for (const [key, { at }] of members) {
    if (now - at < freshMs) break;
    members.delete(key);
  }
  const key = keyOf(conversationId, userId);
  const before = members.get(key);
  if (before) return before.reading;
  const reading = MemberModel.findOne({ conversation: conversationId, user: userId })
    .lean<MemberDoc>()
    .exec();
  const entry: Known = { at: now, reading, member: null };
  members.set(key, entry);
  const drop = () => {
    if (members.get(key) === entry) members.delete(key);
  };
  reading.then((member) => {
    entry.member = member;
    // Somebody who is no member now may be one in a moment.
    if (!member || member.leftAt) drop();
  }, drop);
  return reading;
}

/** Moves the watermarks of a membership that is known, as they have just been stored. */
export function moveKnownMember(conversationId: string, receipt: Receipt): void {
  const key = keyOf(conversationId, receipt.userId);
  const { member } = known().get(key) ?? {};
  if (!member) return;
  member.deliveredSeq = Math.max(member.deliveredSeq, receipt.deliveredSeq);
  member.readSeq = Math.max(member.readSeq, receipt.readSeq);
}

/** Some have ended, here or at another process. */
export const forgetKnownMembers = (): void => known().clear();

/** Makes the next look at this membership read it. */
export const forgetKnownMember = (conversationId: string, userId: string): boolean =>
  known().delete(keyOf(conversationId, userId));
