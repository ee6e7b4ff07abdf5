import { describe, expect, it } from 'vitest';
import { GridFSBucket, type Document } from 'mongodb';
import { servedStore } from './served-store.ts';

const served = await servedStore();

const admin = (command: Document) => served.client.db('admin').command(command);

describe('what a shell or an explorer asks at its start', () => {
  it.each<[Document, Document]>([
    [
      { getParameter: 1, featureCompatibilityVersion: 1 },
      { featureCompatibilityVersion: { version: '8.0' } },
    ],
    [{ getParameter: '*' }, { authenticationMechanisms: [], requireApiVersion: false }],
    [
      { connectionStatus: 1, showPrivileges: true },
      { authInfo: { authenticatedUserPrivileges: [] } },
    ],
    [{ killAllSessions: [] }, { ok: 1 }],
  ])('answers %j', async (command, answer) => {
    expect(await admin(command)).toMatchObject(answer);
  });

  it.each<[Document, number]>([
    [{ getParameter: 1, nothing: 1 }, 72],
    [{ saslStart: 1, mechanism: 'SCRAM-SHA-256' }, 18],
    [{ atlasVersion: 1 }, 59],
  ])('refuses %j with code %i', async (command, code) => {
    await expect(admin(command)).rejects.toMatchObject({ code });
  });

  it('tells parameters on the database admin only', async () => {
    await expect(served.db.command({ getParameter: '*' })).rejects.toMatchObject({ code: 13 });
  });

  it('divides sizes as asked', async () => {
    await served.db.collection('files').insertOne({ text: 'x'.repeat(4096) });
    const found = await served.db.command({ collStats: 'files', scale: 1024 });
    expect(found).toMatchObject({ size: 4, scaleFactor: 1024 });
    await expect(served.db.stats({ scale: 0 })).rejects.toMatchObject({ code: 51024 });
  });
});

describe('what a dump tool sends', () => {
  it('creates a collection that is there, if it has the same options', async () => {
    const idIndex = { v: 2, key: { _id: 1 }, name: '_id_' };
    await served.db.command({ create: 'a', idIndex });
    await served.db.command({ create: 'a', idIndex });
    const wrong = served.db.command({ create: 'b', idIndex: { ...idIndex, key: { x: 1 } } });
    await expect(wrong).rejects.toMatchObject({ code: 2 });
  });

  it('passes over index options that nobody knows when told so', async () => {
    const indexes = [{ key: { a: 1 }, name: 'a_1', safe: true }];
    const create = { createIndexes: 'a', indexes };
    await expect(served.db.command(create)).rejects.toMatchObject({ code: 197 });
    await served.db.command({ ...create, ignoreUnknownIndexOptions: true });
    expect(await served.db.collection('a').indexes()).toMatchObject([{}, { name: 'a_1' }]);
  });

  it('reads in the order of storage', async () => {
    const numbers = served.db.collection<{ _id: number }>('numbers');
    await numbers.insertMany([2, 1, 3].map((_id) => ({ _id })));
    const sorted = await numbers.find({}).sort({ $natural: -1 }).toArray();
    expect(sorted.map(({ _id }) => _id)).toEqual([3, 2, 1]);
    const both = numbers.find({}, { sort: { $natural: -1 }, hint: '_id_' }).toArray();
    await expect(both).rejects.toMatchObject({ code: 2 });
  });
});

describe('a cursor', () => {
  const exact = { promoteLongs: false };
  const batches = async (options: Document): Promise<unknown[]> => {
    const { cursor } = await served.db.command({ find: 'numbers', ...options }, exact);
    const sizes = [cursor.firstBatch.length];
    let { id } = cursor;
    while (!id.isZero()) {
      const more = await served.db.command(
        { getMore: id, collection: 'numbers', batchSize: 2 },
        exact,
      );
      sizes.push(more.cursor.nextBatch.length);
      id = more.cursor.id;
    }
    return sizes;
  };

  it('ends when its end was met or its limit is reached, and not before', async () => {
    await served.db.collection('numbers').insertMany([{}, {}, {}, {}]);
    expect(await batches({ batchSize: 2 })).toEqual([2, 2, 0]);
    expect(await batches({ batchSize: 3 })).toEqual([3, 1]);
    expect(await batches({ batchSize: 2, limit: 4 })).toEqual([2, 2]);
    expect(await batches({ batchSize: 2, limit: 2 })).toEqual([2]);
    expect(await batches({ batchSize: 0 })).toEqual([0, 2, 2, 0]);
    expect(await batches({ batchSize: 2, singleBatch: true })).toEqual([2]);
    expect(await batches({})).toEqual([4]);
  });

  it('splits batches at 16 MB', async () => {
    const text = 'x'.repeat(6 * 2 ** 20);
    await served.db.collection('numbers').insertMany([{ text }, { text }, { text }]);
    expect(await batches({})).toEqual([2, 1]);
  });
});

it.each<Document>([
  { find: 'a', filter: 5 },
  { findAndModify: 'a', query: 5, remove: true },
  { aggregate: 'a', pipeline: [{ $match: 5 }], cursor: {} },
])('does not take a value for a filter: %j', async (command) => {
  await served.db.collection('a').insertOne({});
  await expect(served.db.command(command)).rejects.toMatchObject({ ok: 0 });
  expect(await served.db.collection('a').findOne({}, { projection: { _id: 0 } })).toEqual({});
});

it.each([{ a: { $exists: false } }, { a: { $ne: 1 } }, { $nor: [{ a: 1 }] }, { a: /x/ }])(
  'refuses %j as the filter of a partial index',
  async (partialFilterExpression) => {
    const create = served.db.collection('a').createIndex({ a: 1 }, { partialFilterExpression });
    await expect(create).rejects.toMatchObject({ code: 67 });
  },
);

it.each<[Document, number]>([
  [{ pipeline: [{ $foo: 1 }] }, 40324],
  [{ pipeline: 5 }, 14],
  [{ pipeline: [], writeConcern: { w: 1 } }, 9],
])('does not explain an aggregation that it would refuse: %j', async (aggregation, code) => {
  const explain = { explain: { aggregate: 'a', cursor: {}, ...aggregation } };
  await expect(served.db.command(explain)).rejects.toMatchObject({ code });
});

it('keeps files of any size, and gives any part of them', async () => {
  const bucket = new GridFSBucket(served.db, { chunkSizeBytes: 1000 });
  const bytes = Buffer.from(Array.from({ length: 2500 }, (_, i) => i % 251));
  const upload = bucket.openUploadStream('file');
  await new Promise((resolve, reject) =>
    upload.once('finish', resolve).once('error', reject).end(bytes),
  );
  const read = async (range: object): Promise<Buffer> =>
    Buffer.concat(await bucket.openDownloadStream(upload.id, range).toArray());
  expect(await read({})).toEqual(bytes);
  expect(await read({ start: 999, end: 2001 })).toEqual(bytes.subarray(999, 2001));
  await bucket.rename(upload.id, 'renamed');
  expect(await bucket.find({ filename: 'renamed' }).toArray()).toMatchObject([{ length: 2500 }]);
  await bucket.delete(upload.id);
  expect(await served.db.collection('fs.chunks').countDocuments()).toBe(0);
});
