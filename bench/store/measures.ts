import assert from 'node:assert/strict';
import type { MessageDoc } from '#lib/models/message.ts';
import {
  burst,
  burstAfter,
  conversationOf,
  conversations,
  messageAt,
  messageIndexes,
  seqOf,
} from './messages.ts';
import { inTurns, medianTime, randomNumbers, rate } from './rounds.ts';
import { writers, type Side } from './sides.ts';
import type { Row } from './table.ts';

/** How much is measured. */
export interface Size {
  documents: number;
  fewDocuments: number;
  rounds: number;
  /** Calls in one round, one after the other. */
  calls: number;
  /** How long a round of concurrent writers takes. */
  roundMs: number;
}

export const many = 'large';
export const few = 'small';

const perBatch = 5000;

/** Fills a new collection with that many messages. */
export async function fill(store: Side, name: string, documents: number): Promise<void> {
  const collection = store.messages(name);
  await store.db.createCollection(name);
  for (const { key, unique } of messageIndexes) await collection.createIndex(key, { unique });
  const load = async (from: number): Promise<void> => {
    const length = Math.min(perBatch, documents - from);
    await collection.insertMany(Array.from({ length }, (_, n) => messageAt(from + n)));
  };
  // Two at a time: one is encoded while the other is written.
  let before: Promise<void> = Promise.resolve();
  for (let from = 0; from < documents; from += perBatch) {
    const now = load(from);
    await before;
    before = now;
  }
  await before;
}

export async function checkCount(store: Side, name: string, documents: number): Promise<void> {
  assert.equal(await store.messages(name).countDocuments(), documents);
}

/** findOne in the large collection, by _id and by the index of conversation and seq. */
export async function measureFinds(store: Side, reference: Side, size: Size): Promise<Row[]> {
  const { documents } = size;
  // Short rounds: whether two threads share a core makes half of such a small time, and changes.
  const [rounds, calls] = [size.rounds * 4, size.calls / 4];
  const random = randomNumbers(1);
  const floor = (): Promise<number> =>
    medianTime(calls, async () => {
      const { _id } = messageAt(random(documents));
      assert((await reference.messages('one').findOne({ _id })) !== null);
    });
  const byId = async (n: number): Promise<MessageDoc | null> =>
    store.messages(many).findOne({ _id: messageAt(n)._id });
  const bySeq = async (n: number): Promise<MessageDoc | null> =>
    store.messages(many).findOne({ conversation: conversationOf(n), seq: seqOf(n) });
  const timeOf = (find: (n: number) => Promise<MessageDoc | null>) => (): Promise<number> =>
    medianTime(calls, async () => {
      const n = random(documents);
      assert.equal((await find(n))?.clientId, messageAt(n).clientId);
    });
  const common = { unit: 'ms', target: { kind: 'ratio', atMost: 1.5 } } as const;
  return [
    { name: 'findOne by _id, p50', ...common, ...(await inTurns(rounds, timeOf(byId), floor)) },
    {
      name: 'findOne by (conversation, seq), p50',
      ...common,
      ...(await inTurns(rounds, timeOf(bySeq), floor)),
    },
  ];
}

const pageLength = 50;

/** A page of a conversation, as the application reads it: of many documents, and of few. */
export async function measurePages(store: Side, size: Size): Promise<Row> {
  const random = randomNumbers(2);
  const timeOf = (name: string, documents: number) => (): Promise<number> => {
    const last = documents / conversations;
    return medianTime(size.calls, async () => {
      const conversation = conversationOf(random(conversations));
      const to = pageLength + random(last - pageLength + 1);
      const page = await store
        .messages(name)
        .find({ conversation, seq: { $gte: 1, $lte: to } })
        .sort({ seq: -1 })
        .limit(pageLength)
        .toArray();
      assert.equal(page.length, pageLength);
      for (const [i, message] of page.entries()) {
        assert(message.seq === to - i && message.conversation.equals(conversation));
      }
    });
  };
  const { documents, fewDocuments, rounds } = size;
  return {
    name: `page of 50 of ${documents.toLocaleString('en')}, beside ${fewDocuments.toLocaleString('en')}, p50`,
    unit: 'ms',
    target: { kind: 'ratio', atMost: 1.3 },
    ...(await inTurns(rounds, timeOf(many, documents), timeOf(few, fewDocuments))),
  };
}

/** Single messages by many writers, into a collection of so many. */
async function measureWriters(
  store: Side,
  reference: Side,
  size: Size,
  name: string,
  documents: number,
): Promise<{ row: Row; documents: number }> {
  let next = documents;
  let unused = 0;
  const insertInto = (side: Side, into: string, number: () => number) => (): Promise<number> =>
    rate(writers, size.roundMs, async () => {
      await side.messages(into).insertOne(messageAt(number()));
    });
  const pair = await inTurns(
    size.rounds,
    insertInto(store, name, () => next++),
    insertInto(reference, 'one', () => unused++),
  );
  const row: Row = {
    name: `durable inserts into ${documents.toLocaleString('en')}, ${writers} writers`,
    unit: '/s',
    target: { kind: 'ratio', atLeast: 0.5 },
    ...pair,
  };
  return { row, documents: next };
}

/** Adds messages to both collections; answers also how many there are then in the large one. */
export async function measureInserts(
  store: Side,
  reference: Side,
  size: Size,
): Promise<{ rows: Row[]; documents: number }> {
  const small = await measureWriters(store, reference, size, few, size.fewDocuments);
  const large = await measureWriters(store, reference, size, many, size.documents);
  let { documents } = large;
  const start = documents;
  const insertBurst = (side: Side, name: string) => {
    let bursts = 0;
    return (): Promise<number> =>
      medianTime(Math.ceil(size.calls / 10), async () => {
        const messages = burstAfter(start, bursts++);
        const { insertedCount } = await side.messages(name).insertMany(messages);
        assert.equal(insertedCount, burst);
        if (side === store) documents += burst;
      });
  };
  const together: Row = {
    name: `insertMany of ${burst}, p50`,
    unit: 'ms',
    target: { kind: 'value', atMost: 6 },
    ...(await inTurns(size.rounds, insertBurst(store, many), insertBurst(reference, 'hundred'))),
  };
  return { rows: [small.row, large.row, together], documents };
}
