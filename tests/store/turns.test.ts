import { join } from 'node:path';
import { MongoClient, type Collection } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expireDocuments } from '#lib/embedded-mongo/expiry.ts';
import { Cursors } from '#lib/embedded-mongo/cursors.ts';
import { startServer, type RunningServer } from '#lib/embedded-mongo/server.ts';
import { Store } from '#lib/embedded-mongo/store.ts';
import { formatKey } from '#lib/embedded-mongo/catalog.ts';
import { temporaryDirectory } from './support.ts';

interface Item {
  _id: number | string;
  n: number;
  state?: string;
  list?: { a: number; seen?: boolean }[];
  expires?: Date;
}

/** More than one commit takes, on any machine. */
const many = 6000;

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let server: RunningServer;
let client: MongoClient;
let other: MongoClient;
let items: Collection<Item>;

const connect = (): Promise<MongoClient> =>
  new MongoClient(`mongodb://127.0.0.1:${server.port}/?directConnection=true`).connect();

beforeAll(async () => {
  directory = await temporaryDirectory();
  const file = join(directory.path, 'store.lmdb');
  server = await startServer({ file, listen: { port: 0 }, log: () => {} });
  client = await connect();
  other = await connect();
  items = client.db('test').collection('items');
});
afterAll(async () => {
  await client.close();
  await other.close();
  await server.close();
  await directory.remove();
});

const fill = (make: (n: number) => Partial<Item> = () => ({})): Promise<unknown> =>
  items.insertMany(Array.from({ length: many }, (_, n) => ({ _id: n, n, ...make(n) })));

/** How many commands of another connection were answered before the promise was settled. */
async function answeredDuring(work: Promise<unknown>): Promise<number> {
  const state = { isDone: false, answered: 0 };
  const settled = work.finally(() => (state.isDone = true));
  const ping = async (): Promise<void> => {
    while (!state.isDone) {
      await other.db('test').command({ ping: 1 });
      state.answered++;
    }
  };
  await Promise.all([settled, ping()]);
  return state.answered;
}

describe('a write of many documents', () => {
  beforeEach(async () => {
    await items.deleteMany({});
    await items.dropIndexes();
  });

  it('lets others have their turns, and counts exactly', async () => {
    await fill((n) => ({ state: n % 3 === 0 ? 'same' : 'old' }));
    const updating = items.updateMany({ n: { $gte: 0 } }, { $set: { state: 'same' } });
    expect(await answeredDuring(updating)).toBeGreaterThan(3);
    const modifiedCount = many - many / 3;
    expect(await updating).toMatchObject({ matchedCount: many, modifiedCount });
    const removing = items.deleteMany({ n: { $lt: many - 1 } });
    expect(await answeredDuring(removing)).toBeGreaterThan(3);
    expect(await removing).toMatchObject({ deletedCount: many - 1 });
    expect(await items.countDocuments()).toBe(1);
  });

  it('gives them too when it is inserted, or comes in many statements', async () => {
    expect(await answeredDuring(fill())).toBeGreaterThan(1);
    const operations = Array.from({ length: many }, (_, n) => ({
      updateOne: { filter: { _id: n }, update: { $inc: { n: 1 } } },
    }));
    const writing = items.bulkWrite(operations);
    expect(await answeredDuring(writing)).toBeGreaterThan(3);
    expect(await writing).toMatchObject({ matchedCount: many, modifiedCount: many });
  });

  it('changes a document once that moves in the index it is found by', async () => {
    await items.createIndex({ n: 1 });
    await fill();
    const { modifiedCount } = await items.updateMany({ n: { $gte: 0 } }, { $inc: { n: 100 } });
    expect(modifiedCount).toBe(many);
    const [sum] = await items.aggregate([{ $group: { _id: 1, n: { $sum: '$n' } } }]).toArray();
    expect(sum!.n).toBe((many * (many - 1)) / 2 + 100 * many);
  });

  it('leaves alone what no longer matches when it comes to it', async () => {
    await fill(() => ({ state: 'new' }));
    const inB = other.db('test').collection<Item>('items');
    const [a, b] = await Promise.all([
      items.updateMany({ state: 'new' }, { $set: { state: 'a' } }),
      inB.updateMany({ state: 'new' }, { $set: { state: 'b' } }),
    ]);
    expect(a.matchedCount + b.matchedCount).toBe(many);
    expect(await items.countDocuments({ state: 'a' })).toBe(a.modifiedCount);
    expect(await items.countDocuments({ state: 'b' })).toBe(b.modifiedCount);
  });

  it('stops at the first error, keeps what was done, and does not count it', async () => {
    await fill(() => ({ state: 'new' }));
    await items.createIndex({ state: 1 }, { unique: true, partialFilterExpression: { n: -1 } });
    const last = many - 1;
    await items.updateOne({ _id: last }, { $set: { n: many * 2 } });
    // All but the last become -1 of their own state; the last meets the first of them.
    const updating = items.updateMany({}, [
      { $set: { state: { $cond: [{ $eq: ['$_id', last] }, 's0', { $concat: ['s', '$state'] }] } } },
    ]);
    await updating;
    await items.updateOne({ _id: 0 }, { $set: { n: -1, state: 'taken' } });
    await items.updateOne({ _id: last }, { $set: { state: 'taken' } });
    const failing = items.updateMany({ n: { $gte: 0 } }, { $mul: { n: 0 }, $max: { x: 1 } });
    await expect(failing).resolves.toMatchObject({ matchedCount: last });
    const reply = await client.db('test').command({
      update: 'items',
      updates: [
        { q: { x: 1 }, u: { $set: { y: 1 } }, multi: true },
        { q: { x: 1 }, u: { $set: { n: -1 } }, multi: true },
        { q: { x: 1 }, u: { $set: { z: 1 } }, multi: true },
      ],
    });
    expect(reply).toMatchObject({ ok: 1, n: last, nModified: last });
    expect(reply.writeErrors).toMatchObject([{ index: 1, code: 11000 }]);
    expect(await items.countDocuments({ z: 1 })).toBe(0);
    expect(await items.countDocuments({ n: -1 })).toBe(2);
  });

  it('ends when its time is over, keeping what it did', async () => {
    await fill();
    const late = { code: 50 };
    await expect(
      items.updateMany({}, { $set: { state: 'x' } }, { maxTimeMS: 1 }),
    ).rejects.toMatchObject(late);
    const command = (name: string, rest: object): Promise<unknown> =>
      client.db('test').command({ [name]: 'items', maxTimeMS: 1, ...rest });
    const q = { state: 'nobody' };
    await expect(command('delete', { deletes: [{ q, limit: 0 }] })).rejects.toMatchObject(late);
    await expect(command('findAndModify', { query: q, remove: true })).rejects.toMatchObject(late);
    const indexes = [{ name: 'n', key: { n: 1 } }];
    await expect(command('createIndexes', { indexes })).rejects.toMatchObject(late);
    expect(await items.indexes()).toHaveLength(1);
    expect(await items.countDocuments()).toBe(many);
  });

  it('finds the elements it means in each document', async () => {
    await fill((n) => ({ list: [{ a: n }, { a: -1 }] }));
    await items.updateMany({ 'list.a': -1 }, { $set: { 'list.$.seen': true } });
    expect(await items.countDocuments({ 'list.1.seen': true, 'list.0.seen': null })).toBe(many);
    const arrayFilters = [{ 'e.a': { $gte: 10 } }];
    await items.updateMany({}, { $inc: { 'list.$[e].a': 1 } }, { arrayFilters });
    expect(await items.countDocuments({ 'list.0.a': { $gte: 11 } })).toBe(many - 10);
  });
});

describe('a write that has to look through many documents', () => {
  beforeEach(async () => {
    await items.deleteMany({});
    await items.dropIndexes();
    await fill(() => ({ state: 'new' }));
  });

  it('gives each document to one of those who ask at once', async () => {
    const taken = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        items.findOneAndUpdate({ state: 'new' }, { $set: { state: `taken by ${n}` } }),
      ),
    );
    expect(new Set(taken.map((item) => item!._id)).size).toBe(12);
  });

  it.each(['updateOne', 'updateMany'] as const)('inserts once (%s)', async (update) => {
    const results = await Promise.all(
      Array.from({ length: 12 }, () =>
        items[update]({ state: 'unheard of' }, { $inc: { n: 1 } }, { upsert: true }),
      ),
    );
    expect(results.filter(({ upsertedCount }) => upsertedCount === 1)).toHaveLength(1);
    expect(await items.find({ state: 'unheard of' }).toArray()).toMatchObject([{ n: 12 }]);
  });
});

it('many that scan at once leave turns for others', async () => {
  await items.deleteMany({});
  await fill();
  const scans = Array.from({ length: 30 }, () => items.findOne({ state: /^x/ }));
  expect(await answeredDuring(Promise.all(scans))).toBeGreaterThan(3);
});

describe('documents whose time has come', () => {
  it('are removed, also by an index that speaks for few of them', async () => {
    const file = join(directory.path, 'expiry.lmdb');
    const own = await startServer({ file, listen: { port: 0 }, log: () => {} });
    const mongo = new MongoClient(`mongodb://127.0.0.1:${own.port}/?directConnection=true`);
    const past = new Date(0);
    const sessions = mongo.db('test').collection<Item>('sessions');
    await sessions.insertMany(
      Array.from({ length: 2000 }, (_, n) => ({ _id: n, n, expires: past })),
    );
    const partialFilterExpression = { n: { $gte: 1900 } };
    await sessions.createIndex({ expires: 1 }, { expireAfterSeconds: 0, partialFilterExpression });
    await mongo.close();
    await own.close();
    const store = await Store.open(file);
    const unused = { log: () => {}, loggedScans: new Set<string>(), checkSpace: () => {} };
    await expireDocuments({ store, cursors: new Cursors(), ...unused });
    expect(store.countOf(store.collection('test.sessions')!)).toBe(1900);
    await store.close();
  });
});

it('a store that closes refuses to be read, so that lmdb need not', async () => {
  const store = await Store.open(join(directory.path, 'closing.lmdb'));
  const closing = store.close();
  await closing;
  expect(() => store.storage.get(formatKey)).toThrow(expect.objectContaining({ code: 91 }));
});
