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

  it('tells its plan when asked to explain', async () => {
    const command = { aggregate: 'rooms', pipeline: [{ $match: { _id: 1 } }], explain: true };
    expect(await db.command(command)).toMatchObject({ queryPlanner: {}, ok: 1 });
  });

  it.each<Document>([
    { $out: 'names' },
    { $merge: { into: 'names' } },
    { $unionWith: 'names' },
    { $bucket: { groupBy: '$size', boundaries: [0, 8] } },
    { $collStats: {} },
  ])('refuses %j', async (stage) => {
    await expect(run([stage])).rejects.toEqual(code(238));
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
