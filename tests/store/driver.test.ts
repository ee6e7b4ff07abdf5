import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Long, MongoBulkWriteError, MongoClient, type Db } from 'mongodb';
import { startEmbeddedMongo, type EmbeddedMongo } from '#lib/embedded-mongo/index.ts';
import { temporaryDirectory } from './support.ts';

const directory = await temporaryDirectory();
const warnings: string[] = [];
let store: EmbeddedMongo;
let client: MongoClient;
let db: Db;

beforeAll(async () => {
  store = await startEmbeddedMongo({
    directory: join(directory.path, 'data'),
    onLog: (level, message) => warnings.push(`${level}: ${message}`),
  });
  client = await new MongoClient(store.uri, { writeConcern: { w: 'majority', j: true } }).connect();
  db = client.db();
});
beforeEach(async () => {
  await db.dropDatabase();
  warnings.length = 0;
});
afterAll(async () => {
  await client.close();
  await store.close();
  await directory.remove();
});

const numbered = (count: number) => Array.from({ length: count }, (_, n) => ({ _id: n, n }));

describe('the driver on the embedded store', () => {
  it('finds its files readable by nobody else', async () => {
    const { mode } = await stat(join(directory.path, 'data'));
    const socket = await stat(join(directory.path, 'data', 'store.sock'));
    expect(mode & 0o777).toBe(0o700);
    expect(socket.mode & 0o777).toBe(0o600);
  });

  it('reads a cursor of many batches to its end, in order', async () => {
    const numbers = db.collection<{ _id: number; n: number }>('numbers');
    await numbers.insertMany(numbered(450));
    const found = await numbers.find().sort({ _id: -1 }).batchSize(100).toArray();
    expect(found.map(({ n }) => n)).toEqual(
      numbered(450)
        .map(({ n }) => n)
        .reverse(),
    );
    expect(await numbers.find().toArray()).toHaveLength(450);
    expect(await numbers.countDocuments({ n: { $gte: 400 } })).toBe(50);
    expect(await numbers.estimatedDocumentCount()).toBe(450);
  });

  it('pages through an index forwards and backwards', async () => {
    const messages = db.collection('messages');
    await messages.createIndex({ conversation: 1, seq: 1 }, { unique: true });
    const all = ['a', 'b'].flatMap((conversation) =>
      Array.from({ length: 200 }, (_, i) => ({ conversation, seq: i + 1 })),
    );
    await messages.insertMany(all);
    const page = (from: number, to: number, order: 1 | -1) =>
      messages
        .find({ conversation: 'b', seq: { $gt: from, $lte: to } })
        .sort({ seq: order })
        .limit(50)
        .toArray();
    expect((await page(10, 200, 1)).map(({ seq }) => seq)).toEqual(
      Array.from({ length: 50 }, (_, i) => i + 11),
    );
    expect((await page(10, 100, -1)).map(({ seq }) => seq)).toEqual(
      Array.from({ length: 50 }, (_, i) => 100 - i),
    );
    expect(warnings).toEqual([]);
  });

  it('stops an ordered insertMany at the duplicate and goes on with an unordered one', async () => {
    const users = db.collection('users');
    await users.createIndex({ name: 1, 'profile.handle': 1 }, { unique: true });
    await users.insertOne({ name: 'ana', profile: { handle: 'a' } });
    const batch = () => [
      { name: 'ben', profile: { handle: 'b' } },
      { name: 'ana', profile: { handle: 'a' } },
      { name: 'eve', profile: { handle: 'e' } },
    ];
    const ordered = await users.insertMany(batch()).catch((error: unknown) => error);
    expect(ordered).toBeInstanceOf(MongoBulkWriteError);
    const { writeErrors, insertedCount } = ordered as MongoBulkWriteError;
    expect(insertedCount).toBe(1);
    expect([writeErrors].flat()[0]).toMatchObject({
      index: 1,
      code: 11000,
      errmsg:
        'E11000 duplicate key error collection: gatherly.users index: name_1_profile.handle_1 dup key: { name: "ana", profile.handle: "a" }',
    });
    await users.deleteOne({ name: 'ben' });
    await expect(users.insertMany(batch(), { ordered: false })).rejects.toThrow('E11000');
    expect(await users.distinct('name')).toEqual(expect.arrayContaining(['ana', 'ben', 'eve']));
  });

  it('lets only one of many win a race', async () => {
    const slots = db.collection<{ _id: string; taken: number; by: number[] }>('slots');
    await slots.insertOne({ _id: 'one', taken: 0, by: [] });
    const tries = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        slots.findOneAndUpdate(
          { _id: 'one', taken: { $lt: 10 } },
          { $inc: { taken: 1 }, $push: { by: i } },
          { returnDocument: 'after' },
        ),
      ),
    );
    const won = tries.flatMap((slot) => (slot ? [slot.taken] : []));
    expect(won.sort((a, b) => a - b)).toEqual(Array.from({ length: 10 }, (_, i) => i + 1));
    const { by } = (await slots.findOne({ _id: 'one' }))!;
    expect(new Set(by).size).toBe(10);
  });

  it('upserts once, however many try', async () => {
    const users = db.collection('users');
    await users.createIndex({ email: 1 }, { unique: true });
    const results = await Promise.all(
      Array.from({ length: 20 }, () =>
        users.updateOne(
          { email: 'ana@example.org' },
          { $inc: { visits: 1 }, $setOnInsert: { role: 'member' } },
          { upsert: true },
        ),
      ),
    );
    expect(results.filter(({ upsertedCount }) => upsertedCount === 1)).toHaveLength(1);
    expect(await users.findOne({ email: 'ana@example.org' })).toMatchObject({
      role: 'member',
      visits: 20,
    });
  });

  it('keeps the types of numbers', async () => {
    const values = db.collection<{ _id: number; n: Long | number }>('values');
    await values.insertOne({ _id: 1, n: Long.fromString('9007199254740993') });
    await values.updateOne({ _id: 1 }, { $inc: { n: 1 } });
    const found = await values.findOne({ _id: 1 }, { promoteLongs: false });
    expect(String(found!.n)).toBe('9007199254740994');
  });

  it('projects, groups and joins', async () => {
    await db.collection('rooms').insertMany([{ _id: 1 as never, name: 'tea' }]);
    await db.collection('notes').insertMany([
      { room: 1, by: 'ana', likes: 2, meta: { x: 1, y: 2 } },
      { room: 1, by: 'ben', likes: 3, meta: { x: 3, y: 4 } },
      { room: 2, by: 'ana', likes: 5 },
    ]);
    const notes = db.collection('notes');
    const projected = await notes.findOne({ by: 'ben' }, { projection: { _id: 0, 'meta.x': 1 } });
    expect(projected).toEqual({ meta: { x: 3 } });
    const grouped = await notes
      .aggregate([
        { $match: { likes: { $gt: 0 } } },
        { $group: { _id: '$by', likes: { $sum: '$likes' }, rooms: { $addToSet: '$room' } } },
        { $sort: { _id: 1 } },
      ])
      .toArray();
    expect(grouped).toEqual([
      { _id: 'ana', likes: 7, rooms: expect.arrayContaining([1, 2]) as number[] },
      { _id: 'ben', likes: 3, rooms: [1] },
    ]);
    const joined = await notes
      .aggregate([
        { $sort: { likes: 1 } },
        { $lookup: { from: 'rooms', localField: 'room', foreignField: '_id', as: 'in' } },
        { $project: { _id: 0, by: 1, name: '$in.name' } },
      ])
      .toArray();
    expect(joined).toEqual([
      { by: 'ana', name: ['tea'] },
      { by: 'ben', name: ['tea'] },
      { by: 'ana', name: [] },
    ]);
  });

  it('answers a repeated createIndex, and refuses a different index of that name', async () => {
    const users = db.collection('users');
    await users.createIndex({ a: 1 }, { name: 'a' });
    await expect(users.createIndex({ a: 1 }, { name: 'a' })).resolves.toBe('a');
    await expect(users.createIndex({ b: 1 }, { name: 'a' })).rejects.toMatchObject({ code: 86 });
    await expect(users.createIndex({ a: 1 }, { name: 'x' })).rejects.toMatchObject({ code: 85 });
    await users.dropIndex('a');
    expect((await users.indexes()).map(({ name }) => name)).toEqual(['_id_']);
  });

  it('builds no unique index over duplicates', async () => {
    const users = db.collection('users');
    await users.insertMany([{ a: 1 }, { a: 1 }]);
    await expect(users.createIndex({ a: 1 }, { unique: true })).rejects.toMatchObject({
      code: 11000,
    });
    expect(await users.indexes()).toHaveLength(1);
  });

  it('ends a cursor whose collection is dropped', async () => {
    const numbers = db.collection<{ _id: number; n: number }>('numbers');
    await numbers.insertMany(numbered(1000));
    const cursor = numbers.find().batchSize(10);
    await cursor.next();
    await numbers.drop();
    await expect(cursor.toArray()).rejects.toMatchObject({ code: 175 });
  });

  it('says when a query reads a whole collection', async () => {
    const numbers = db.collection<{ _id: number; n: number }>('numbers');
    await numbers.insertMany(numbered(1001));
    await numbers.findOne({ n: 1000 });
    // The worker says it by a message of its own, which may come after the answer.
    await expect
      .poll(() => warnings)
      .toEqual(['warn: A query of gatherly.numbers reads all 1001 documents.']);
  });

  it('stops a query that takes too long', async () => {
    const numbers = db.collection<{ _id: number; n: number }>('numbers');
    await numbers.insertMany(numbered(20_000));
    const slow = numbers.find({ n: { $not: { $gte: 0 } } }).maxTimeMS(1);
    await expect(slow.toArray()).rejects.toMatchObject({ code: 50 });
  });

  it.each<[string, (db: Db) => Promise<unknown>, number]>([
    [
      'a collation',
      (on) =>
        on
          .collection('c')
          .find({}, { collation: { locale: 'de' } })
          .toArray(),
      238,
    ],
    ['$where', (on) => on.collection('c').findOne({ $where: 'true' }), 238],
    ['a text index', (on) => on.collection('c').createIndex({ a: 'text' }), 238],
    ['a capped collection', (on) => on.createCollection('c', { capped: true, size: 9 }), 238],
    [
      'an unknown stage',
      (on) =>
        on
          .collection('c')
          .aggregate([{ $foo: 1 }])
          .toArray(),
      40324,
    ],
    ['an unknown command', (on) => on.command({ foo: 1 }), 59],
    ['an unknown option', (on) => on.command({ find: 'c', foo: 1 }), 40415],
  ])('is refused %s with a code', async (_, run, code) => {
    await expect(run(db)).rejects.toMatchObject({ code });
  });

  it('is refused a transaction in a plain sentence', async () => {
    const session = client.startSession();
    const attempt = session.withTransaction((s) =>
      db.collection('c').insertOne({ a: 1 }, { session: s }),
    );
    await expect(attempt).rejects.toMatchObject({ code: 263 });
    await session.endSession();
  });
});

describe('a data directory with a long path', () => {
  it('is served through a shorter one', async () => {
    const long = await temporaryDirectory();
    const path = join(long.path, 'x'.repeat(120));
    const served = await startEmbeddedMongo({ directory: path });
    const other = await new MongoClient(served.uri).connect();
    await other.db().collection('c').insertOne({ a: 1 });
    await expect(startEmbeddedMongo({ directory: path })).rejects.toThrow('Another Gatherly');
    await other.close();
    await served.close();
    await long.remove();
  });
});
