import type { Types } from 'mongoose';
import type { MemberDoc } from '#lib/models/member.ts';
import { MessageModel, type MessageDoc } from '#lib/models/message.ts';
import { grouped } from './collating.ts';
import { visibleWithin } from './membership.ts';

/** A membership whose unread messages are to be counted, up to this seq. */
export interface Reader {
  member: MemberDoc;
  lastSeq: number;
}

export interface Reading {
  /** With what its person has written counted as read; the watermark that says so is stored a moment later. */
  member: MemberDoc;
  /** Messages by others after the watermark, without system lines and deleted ones. */
  unreadCount: number;
}

/**
 * How far each of them has read: in two queries for all, be they one person's memberships of many
 * conversations or everybody's of one.
 */
export async function readingsOf(readers: readonly Reader[]): Promise<Map<Reader, Reading>> {
  const written = await lastWritten(readers);
  const moved = readers.map(({ member, lastSeq }): Reader => {
    const seq = written.get(keyOf(member.conversation, member.user)) ?? 0;
    if (seq <= member.readSeq) return { member, lastSeq };
    const deliveredSeq = Math.max(member.deliveredSeq, seq);
    return { member: { ...member, readSeq: seq, deliveredSeq }, lastSeq };
  });
  const special = await specialIn(moved);
  return new Map(
    moved.map(({ member, lastSeq }, n): [Reader, Reading] => {
      let unreadCount = 0;
      // Numbers have no holes: only what does not count has to be looked up, and that is little.
      for (const { from, to } of visibleWithin(member, member.readSeq + 1, lastSeq)) {
        unreadCount += to - from + 1;
        for (const message of special.get(member.conversation.toHexString()) ?? []) {
          const isHere = message.seq >= from && message.seq <= to;
          if (isHere && !countsFor(message, member.user)) unreadCount--;
        }
      }
      return [readers[n]!, { member, unreadCount }];
    }),
  );
}

const keyOf = (conversation: Types.ObjectId, user: Types.ObjectId): string =>
  `${conversation.toHexString()}:${user.toHexString()}`;

/** By conversation and person, the newest that each has written after their watermark, where they have. */
async function lastWritten(readers: readonly Reader[]): Promise<Map<string, number>> {
  const parts = partsBehind(readers);
  if (parts.length === 0) return new Map();
  const senders = new Map(readers.map(({ member }) => [member.user.toHexString(), member.user]));
  const found = await MessageModel.collection
    .aggregate<{ _id: { conversation: Types.ObjectId; sender: Types.ObjectId }; seq: number }>([
      { $match: { $or: parts, sender: { $in: [...senders.values()] }, kind: { $ne: 'system' } } },
      {
        $group: {
          _id: { conversation: '$conversation', sender: '$sender' },
          seq: { $max: '$seq' },
        },
      },
    ])
    .toArray();
  return new Map(found.map(({ _id, seq }) => [keyOf(_id.conversation, _id.sender), seq]));
}

type Special = Pick<MessageDoc, 'conversation' | 'seq' | 'kind' | 'deletedAt' | 'hiddenFor'>;

/** By conversation, what is not unread for everybody. */
async function specialIn(readers: readonly Reader[]): Promise<Map<string, Special[]>> {
  const parts = partsBehind(readers);
  if (parts.length === 0) return new Map();
  const usual = { kind: { $ne: 'system' }, deletedAt: null, hiddenFor: [] };
  const found = MessageModel.collection.find<Special>(
    { $or: parts, $nor: [usual] },
    { projection: { conversation: 1, seq: 1, kind: 1, deletedAt: 1, hiddenFor: 1 } },
  );
  return grouped(await found.toArray(), ({ conversation }) => conversation.toHexString());
}

const countsFor = ({ kind, deletedAt, hiddenFor }: Special, user: Types.ObjectId): boolean =>
  kind !== 'system' && deletedAt === null && !hiddenFor.some((id) => id.equals(user));

/** Of each conversation, what stands after the watermark of the one who is farthest behind. */
function partsBehind(readers: readonly Reader[]) {
  const parts = new Map<string, { conversation: Types.ObjectId; from: number; to: number }>();
  for (const { member, lastSeq } of readers) {
    const { conversation, readSeq } = member;
    if (lastSeq <= readSeq) continue;
    const id = conversation.toHexString();
    const part = parts.get(id) ?? { conversation, from: readSeq, to: lastSeq };
    parts.set(id, {
      conversation,
      from: Math.min(part.from, readSeq),
      to: Math.max(part.to, lastSeq),
    });
  }
  return [...parts.values()].map(({ conversation, from, to }) => ({
    conversation,
    seq: { $gt: from, $lte: to },
  }));
}
