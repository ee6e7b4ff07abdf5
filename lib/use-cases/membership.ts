import type { Types } from 'mongoose';
import { AppError } from '#lib/contract/errors.ts';
import { ConversationModel, type ConversationDoc } from '#lib/models/conversation.ts';
import { knownMember, peekMember } from '#lib/models/known-members.ts';
import { MemberModel, type MemberDoc, type SeqRange } from '#lib/models/member.ts';
import { onPublication, publish } from '#lib/publish.ts';
import { remember } from '#lib/runtime.ts';
import type { Caller } from './define.ts';

// The caller's membership is the only door to a conversation, on every wire.

/**
 * The caller's membership, present or past.
 * @throws AppError `not_found` for a stranger, as for a conversation that does not exist.
 */
export async function membershipOf(caller: Caller, conversationId: string): Promise<MemberDoc> {
  const member = await findMembership(caller, conversationId);
  if (!member) throw unknownConversation();
  return member;
}

/**
 * The caller's membership, present or past; null for a stranger. Who asks while the same question is
 * under way gets its answer.
 */
export function findMembership(
  { userId }: Caller,
  conversation: string | Types.ObjectId,
): Promise<MemberDoc | null> {
  const underWay = remember('memberships', () => new Map<string, Promise<MemberDoc | null>>());
  const key = `${conversation.toString()}:${userId}`;
  const asked = underWay.get(key);
  if (asked) return asked;
  const answer = MemberModel.findOne({ conversation, user: userId })
    .lean<MemberDoc>()
    .exec()
    .finally(() => underWay.delete(key));
  underWay.set(key, answer);
  return answer;
}

/**
 * The same for what comes with every message, as it was at most a moment ago: what this process has
 * changed it knows; of its watermarks it may be behind.
 * @throws AppError `not_found` as above.
 */
export async function knownMembershipOf(
  { userId }: Caller,
  conversationId: string,
): Promise<MemberDoc> {
  const member = await knownMember(conversationId, userId);
  if (!member) throw unknownConversation();
  return member;
}

/** The same, if it is known at once and present; null otherwise. */
export const peekMembership = ({ userId }: Caller, conversationId: string): MemberDoc | null =>
  peekMember(conversationId, userId);

/** @throws AppError `forbidden` for somebody who has left or was removed. */
export function requirePresent(member: MemberDoc): MemberDoc {
  if (member.leftAt) throw noLongerMember(member);
  return member;
}

export const unknownConversation = () =>
  new AppError('not_found', 'There is no such conversation.');

export const noLongerMember = ({ blocking }: MemberDoc) =>
  new AppError(
    'forbidden',
    blocking ? 'You have blocked this person.' : "You're no longer a member of this group.",
  );

/** The group and the caller's present membership of it. */
export async function groupOf(
  caller: Caller,
  conversationId: string,
): Promise<{ group: ConversationDoc; member: MemberDoc }> {
  const member = requirePresent(await membershipOf(caller, conversationId));
  const group = await ConversationModel.findById(conversationId).lean<ConversationDoc>();
  if (!group) throw unknownConversation();
  if (group.kind !== 'group') {
    throw new AppError('forbidden', 'Only groups have members and a name to change.');
  }
  return { group, member };
}

/** @throws AppError `forbidden` unless the caller is the group's owner or one of its admins. */
export async function administeredGroupOf(caller: Caller, conversationId: string) {
  const found = await groupOf(caller, conversationId);
  if (found.member.role === 'member') {
    throw new AppError('forbidden', 'Only admins of the group can do this.');
  }
  return found;
}

/**
 * Looks up who is in a conversation, and does with it what is to be done before anybody else is: whoever comes
 * in the meantime, here or at another process, has it looked up again.
 */
export async function beforeOthersJoin<T>(
  conversation: Types.ObjectId,
  look: () => Promise<T>,
  act: (found: T) => void,
): Promise<void> {
  const id = conversation.toHexString();
  for (let isLate = true; isLate;) {
    isLate = false;
    const stopListening = onPublication((publication) => {
      isLate ||= publication.type === 'join' && publication.conversationId === id;
    });
    try {
      const found = await look();
      if (!isLate) act(found);
    } finally {
      stopListening();
    }
  }
}

/**
 * Brings the sockets of people whose membership has just begun into the conversation.
 * @param fromSeq what they see of it, from then on
 */
export function joinSockets(conversation: Types.ObjectId, userIds: string[], fromSeq = 1): void {
  publish({ type: 'join', userIds, conversationId: conversation.toHexString(), fromSeq });
}

/** What a member may see who was one until this seq. */
export const closed = ({ visible }: MemberDoc, seq: number): SeqRange[] =>
  visible.map((range) => (range.to === null ? { ...range, to: seq } : range));

/** Whether the member may see the message with this seq. */
export const canSee = ({ visible }: MemberDoc, seq: number): boolean =>
  visible.some(({ from, to }) => seq >= from && (to === null || seq <= to));

/** What a member missed between the first message and the last that they may see, oldest first. */
export const missedBy = ({ visible }: Pick<MemberDoc, 'visible'>): Stretch[] =>
  visible
    .map(({ from }, i) => ({ from: i === 0 ? 1 : (visible[i - 1]?.to ?? 0) + 1, to: from - 1 }))
    .filter(({ from, to }) => from <= to);

/** A part of a log: from the one to the other, both included. */
export interface Stretch {
  from: number;
  to: number;
}

/** The parts of `low`..`high` (both included; `Infinity`: to the end) that the member may see, oldest first. */
export function visibleWithin({ visible }: MemberDoc, low: number, high: number): Stretch[] {
  return visible
    .map(({ from, to }) => ({ from: Math.max(from, low), to: Math.min(to ?? Infinity, high) }))
    .filter(({ from, to }) => from <= to);
}
