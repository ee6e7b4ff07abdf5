import type { Types } from 'mongoose';
import type { MemberDoc } from '#lib/models/member.ts';
import { MessageModel } from '#lib/models/message.ts';

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

/** How far each of them has read, in two queries for each person, whatever they are a member of. */
export async function readingsOf(readers: readonly Reader[]): Promise<Map<Reader, Reading>> {
  const readings = new Map<Reader, Reading>();
  const behind = new Map<string, Reader[]>();
  for (const reader of readers) {
    const { member, lastSeq } = reader;
    readings.set(reader, { member, unreadCount: 0 });
    if (lastSeq <= member.readSeq) continue;
    const user = member.user.toHexString();
    behind.set(user, [...(behind.get(user) ?? []), reader]);
  }
  await Promise.all(
    [...behind.values()].map(async (own) => {
      for (const [reader, reading] of await readingsOfOne(own)) readings.set(reader, reading);
    }),
  );
  return readings;
}

/** Of one person, in several conversations. */
async function readingsOfOne(readers: readonly Reader[]): Promise<[Reader, Reading][]> {
  const { user } = readers[0]!.member;
  const written = await byConversation(
    readers,
    { sender: user, kind: notSystem },
    { $max: '$seq' },
  );
  const moved = readers.map((reader): Reader => {
    const { member } = reader;
    const seq = written.get(member.conversation.toHexString());
    if (seq === undefined) return reader;
    const deliveredSeq = Math.max(member.deliveredSeq, seq);
    return { ...reader, member: { ...member, readSeq: seq, deliveredSeq } };
  });
  const unread = await byConversation(
    moved.filter(({ member, lastSeq }) => lastSeq > member.readSeq),
    { sender: { $ne: user }, kind: notSystem, deletedAt: null, hiddenFor: { $ne: user } },
    { $sum: 1 },
  );
  return moved.map(({ member }, n) => {
    const unreadCount = unread.get(member.conversation.toHexString()) ?? 0;
    return [readers[n]!, { member, unreadCount }];
  });
}

const notSystem = { $ne: 'system' };

/** A number of what stands after each one's watermark, by conversation. */
async function byConversation(
  readers: readonly Reader[],
  filter: object,
  number: { $max: '$seq' } | { $sum: 1 },
): Promise<Map<string, number>> {
  if (readers.length === 0) return new Map();
  const parts = readers.map(({ member, lastSeq }) => ({
    conversation: member.conversation,
    seq: { $gt: member.readSeq, $lte: lastSeq },
  }));
  const found = await MessageModel.collection
    .aggregate<{ _id: Types.ObjectId; number: number }>([
      { $match: { ...filter, ...(parts.length === 1 ? parts[0] : { $or: parts }) } },
      { $group: { _id: '$conversation', number } },
    ])
    .toArray();
  return new Map(found.map(({ _id, number: value }) => [_id.toHexString(), value]));
}
