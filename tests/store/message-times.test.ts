import { join } from 'node:path';
import mongoose, { Types } from 'mongoose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEmbeddedMongo, type EmbeddedMongo } from '#lib/embedded-mongo/index.ts';
import { firstSeqSince } from '#lib/models/message-times.ts';
import { MessageModel } from '#lib/models/message.ts';
import { temporaryDirectory } from './support.ts';

const count = 1_500;
const conversation = new Types.ObjectId();
const timeOf = (seq: number) => new Date(Date.UTC(2026, 0, 1) + seq * 60_000);

const directory = await temporaryDirectory();
let store: EmbeddedMongo;

beforeAll(async () => {
  store = await startEmbeddedMongo({ directory: join(directory.path, 'data') });
  await mongoose.connect(store.uri);
  await MessageModel.createIndexes();
  const message = (of: Types.ObjectId, seq: number) => ({
    conversation: of,
    seq,
    rev: seq,
    sender: of,
    clientId: `client-${seq}`,
    kind: 'text',
    createdAt: timeOf(seq),
  });
  const seqs = Array.from({ length: count }, (_, index) => index + 1);
  await MessageModel.insertMany(seqs.map((seq) => message(conversation, seq)));
  await MessageModel.insertMany(seqs.map((seq) => message(new Types.ObjectId(), seq)));
});
afterAll(async () => {
  await mongoose.disconnect();
  await store.close();
  await directory.remove();
});

it.each([1, 2, 777, 1_499, 1_500])('finds the message %i by its time', async (seq) => {
  expect(await firstSeqSince(conversation, timeOf(seq))).toBe(seq);
  expect(await firstSeqSince(conversation, new Date(timeOf(seq).getTime() - 1))).toBe(seq);
});

it('says where a time before or after all messages leads', async () => {
  expect(await firstSeqSince(conversation, new Date(0))).toBe(1);
  expect(await firstSeqSince(conversation, timeOf(count + 1))).toBe(count + 1);
  expect(await firstSeqSince(new Types.ObjectId(), new Date(0))).toBe(1);
});

it('looks at as few messages as halving takes', async () => {
  const asked: [object, { sort: Record<string, 1 | -1> }][] = [];
  mongoose.set('debug', (_name: string, _method: string, filter: object, options: unknown) => {
    asked.push([filter, options as { sort: Record<string, 1 | -1> }]);
  });
  await firstSeqSince(conversation, timeOf(1_001));
  mongoose.set('debug', false);
  expect(asked.length).toBeLessThanOrEqual(12);
  for (const [filter, { sort }] of asked) {
    const found = MessageModel.collection.find(filter).sort(sort).limit(1);
    const { executionStats } = await found.explain('executionStats');
    expect(executionStats).toMatchObject({ totalDocsExamined: 1, totalKeysExamined: 1 });
  }
});
