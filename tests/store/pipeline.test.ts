import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MongoClient, type Db, type Document } from 'mongodb';
import { startEmbeddedMongo, type EmbeddedMongo } from '#lib/embedded-mongo/index.ts';
import { temporaryDirectory } from './support.ts';

interface Numbered {
  _id: number;
  [field: string]: unknown;
}

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let store: EmbeddedMongo;
let client: MongoClient;
let db: Db;

beforeAll(async () => {
  directory = await temporaryDirectory();
  store = await startEmbeddedMongo({ directory: directory.path });
  client = await new MongoClient(store.uri).connect();
  db = client.db('gatherly');
});

beforeEach(async () => {
  await db.dropDatabase();
  await rooms().insertMany([
    { _id: 1, name: 'tea', size: 3 },
    { _id: 2, name: 'cake', size: 8 },
    { _id: 3, name: 'tea', size: 15 },
  ]);
});

afterAll(async () => {
  await client.close();
  await store.close();
  await directory.remove();
});

const rooms = () => db.collection<Numbered>('rooms');
const all = (name: string): Promise<Document[]> =>
  db
    .collection(name)
    .find({}, { sort: { _id: 1 } })
    .toArray();
const run = (stages: Document[], options: Document = {}): Promise<Document[]> =>
  rooms().aggregate(stages, options).toArray();
const code = (wanted: number): unknown => expect.objectContaining({ code: wanted });

describe('a pipeline', () => {
  it('joins by a pipeline of its own with variables', async () => {
    const pipeline = [
      { $match: { $expr: { $gt: ['$size', '$$own'] } } },
      { $sort: { size: -1 } },
      { $project: { _id: 1 } },
    ];
    const found = await run([
      { $lookup: { from: 'rooms', let: { own: '$size' }, pipeline, as: 'larger' } },
      { $project: { larger: '$larger._id' } },
    ]);
    const [first, second, third] = [[3, 2], [3], []];
    expect(found.map(({ larger }) => larger as number[])).toEqual([first, second, third]);
  });

  it('needs no collection for documents of its own and sessions', async () => {
    const documents = [{ $documents: [{ a: 1 }, { a: 2 }] }, { $match: { a: 2 } }];
    expect(await db.aggregate(documents).toArray()).toEqual([{ a: 2 }]);
    expect(await db.aggregate([{ $listLocalSessions: {} }]).toArray()).toHaveLength(1);
    await expect(db.aggregate([{ $match: {} }]).toArray()).rejects.toEqual(code(73));
    await expect(run([{ $documents: [] }])).rejects.toEqual(code(73));
  });

  it('uses the variables of the command everywhere', async () => {
    const stages = [
      { $match: { $expr: { $eq: ['$name', '$$name'] } } },
      { $group: { _id: null, sizes: { $sum: { $multiply: ['$size', '$$by'] } } } },
    ];
    const options = { let: { name: 'tea', by: 2 } };
    expect(await run(stages, options)).toEqual([{ _id: null, sizes: 36 }]);
    await expect(run(stages)).rejects.toEqual(code(17276));
    const command = { count: 'rooms', let: { a: 1 } };
    await expect(db.command(command)).rejects.toEqual(code(40415));
  });

  it('takes lists apart, and keeps what has none if it is asked to', async () => {
    await rooms().updateOne({ _id: 1 }, { $set: { cups: ['red', 'blue'] } });
    await rooms().updateOne({ _id: 2 }, { $set: { cups: [] } });
    await rooms().updateOne({ _id: 3 }, { $set: { cups: 'white' } });
    const only = { $project: { cups: 1, at: 1 } };
    expect(await run([{ $unwind: '$cups' }, only])).toEqual([
      { _id: 1, cups: 'red' },
      { _id: 1, cups: 'blue' },
      { _id: 3, cups: 'white' },
    ]);
    const path = { path: '$cups', includeArrayIndex: 'at', preserveNullAndEmptyArrays: true };
    expect(await run([{ $unwind: path }, only])).toEqual([
      { _id: 1, cups: 'red', at: 0 },
      { _id: 1, cups: 'blue', at: 1 },
      { _id: 2, at: null },
      { _id: 3, cups: 'white', at: null },
    ]);
    await expect(run([{ $unwind: 'cups' }])).rejects.toEqual(code(28818));
  });

  it('adds fields, and goes on after the first documents', async () => {
    const added = { $addFields: { half: { $divide: ['$size', 2] }, 'more.name': '$name' } };
    const found = await run([{ $sort: { size: -1 } }, { $skip: 1 }, added, { $limit: 1 }]);
    expect(found).toEqual([{ _id: 2, name: 'cake', size: 8, half: 4, more: { name: 'cake' } }]);
    await expect(run([{ $skip: -1 }])).rejects.toEqual(code(15958));
  });

  it('tells its plan when asked to explain', async () => {
    const command = { aggregate: 'rooms', pipeline: [{ $match: { _id: 1 } }], explain: true };
    expect(await db.command(command)).toMatchObject({ queryPlanner: {}, ok: 1 });
  });

  it.each<Document>([
    { $unionWith: 'names' },
    { $bucket: { groupBy: '$size', boundaries: [0, 8] } },
    { $collStats: {} },
  ])('refuses %j', async (stage) => {
    await expect(run([stage])).rejects.toEqual(code(238));
  });

  it('replaces a collection whole, and keeps its indexes', async () => {
    await db.collection('names').insertOne({ old: true });
    await db.collection('names').createIndex({ n: 1 }, { unique: true });
    const stages = [{ $group: { _id: '$name', n: { $sum: 1 } } }, { $out: 'names' }];
    expect(await run(stages)).toEqual([]);
    expect(await all('names')).toEqual([
      { _id: 'cake', n: 1 },
      { _id: 'tea', n: 2 },
    ]);
    expect(await db.collection('names').indexExists('n_1')).toBe(true);
    const twice = [{ $project: { n: { $literal: 1 } } }, { $out: 'names' }];
    await expect(run(twice)).rejects.toEqual(code(11000));
    expect(await all('names')).toHaveLength(2);
    expect((await db.listCollections().toArray()).map(({ name }) => name).sort()).toEqual([
      'names',
      'rooms',
    ]);
    await expect(run([{ $out: 'a' }, { $match: {} }])).rejects.toEqual(code(40601));
  });

  it.each<[spec: Document, result: Document[] | number]>([
    [
      {},
      [
        { _id: 1, name: 'tea', size: 3, old: 1 },
        { _id: 2, name: 'cake', size: 8 },
      ],
    ],
    [
      { whenMatched: 'replace' },
      [
        { _id: 1, name: 'tea', size: 3 },
        { _id: 2, name: 'cake', size: 8 },
      ],
    ],
    [
      { whenMatched: 'keepExisting' },
      [
        { _id: 1, old: 1 },
        { _id: 2, name: 'cake', size: 8 },
      ],
    ],
    [{ whenNotMatched: 'discard' }, [{ _id: 1, name: 'tea', size: 3, old: 1 }]],
    [{ whenMatched: 'fail' }, 11000],
    [{ whenNotMatched: 'fail' }, 13113],
    [{ on: 'name' }, 51183],
    [{ whenMatched: [{ $set: { a: 1 } }] }, 238],
    [{ whenMatched: 'x' }, 9],
  ])('merges into a collection by %j', async (spec, result) => {
    await db.collection<Numbered>('target').insertOne({ _id: 1, old: 1 });
    const stages = [{ $match: { _id: { $lt: 3 } } }, { $merge: { into: 'target', ...spec } }];
    if (typeof result === 'number') await expect(run(stages)).rejects.toEqual(code(result));
    else {
      expect(await run(stages)).toEqual([]);
      expect(await all('target')).toEqual(result);
    }
  });

  it('stays within the stable API for a client that wants that', async () => {
    const api = { apiVersion: '1', apiStrict: true };
    const command = { distinct: 'rooms', key: 'name', ...api };
    await expect(db.command(command)).rejects.toEqual(code(323));
    await expect(db.command({ ping: 1, apiVersion: '2' })).rejects.toEqual(code(322));
    await expect(db.command({ ping: 1, apiStrict: true })).rejects.toEqual(code(72));
    expect(await db.command({ ping: 1, ...api })).toMatchObject({ ok: 1 });
  });
});
