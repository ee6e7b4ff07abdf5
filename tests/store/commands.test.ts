import { describe, expect, it } from 'vitest';
import { type Document } from 'mongodb';
import { servedStore } from './served-store.ts';

interface Numbered {
  _id: number;
  n?: number;
  [name: string]: unknown;
}

const served = await servedStore();

const numbers = () => served.db.collection<Numbered>('numbers');
const fill = (count: number) =>
  numbers().insertMany(Array.from({ length: count }, (_, n) => ({ _id: n, n })));

const planOf = (explained: Document): Document =>
  (explained.queryPlanner as { winningPlan: Document }).winningPlan;

describe('collMod', () => {
  it('changes when documents expire', async () => {
    await numbers().createIndex({ at: 1 }, { expireAfterSeconds: 60 });
    const index = { keyPattern: { at: 1 }, expireAfterSeconds: 120 };
    const reply = await served.db.command({ collMod: 'numbers', index });
    expect(reply).toMatchObject({ expireAfterSeconds_old: 60, expireAfterSeconds_new: 120 });
    expect(await numbers().indexes()).toMatchObject([{}, { expireAfterSeconds: 120 }]);
  });

  it('hides an index from queries, and shows it again', async () => {
    await fill(5);
    await numbers().createIndex({ n: 1 }, { unique: true, hidden: true });
    const stageOf = async (): Promise<unknown> =>
      planOf(await numbers().find({ n: 3 }).explain('queryPlanner')).stage;
    const hide = (hidden: boolean) =>
      served.db.command({ collMod: 'numbers', index: { name: 'n_1', hidden } });
    expect(await numbers().indexes()).toMatchObject([{}, { hidden: true }]);
    expect(await stageOf()).toBe('COLLSCAN');
    await expect(numbers().find().hint('n_1').toArray()).rejects.toMatchObject({ code: 2 });
    await expect(numbers().insertOne({ _id: 9, n: 3 })).rejects.toMatchObject({ code: 11000 });
    expect(await hide(false)).toMatchObject({ hidden_old: true, hidden_new: false });
    expect(await stageOf()).toBe('FETCH');
    expect(await hide(true)).toMatchObject({ hidden_old: false, hidden_new: true });
    expect(await stageOf()).toBe('COLLSCAN');
  });

  it.each<[string, Document, number]>([
    ['a validator', { validator: { a: 1 } }, 238],
    ['two things at once', { index: { name: 'n_1', hidden: true, expireAfterSeconds: 1 } }, 72],
    ['an index that is not there', { index: { name: 'x_1', expireAfterSeconds: 1 } }, 27],
    ['a TTL on two fields', { index: { name: 'n_1_m_1', expireAfterSeconds: 1 } }, 67],
  ])('is refused %s', async (_, change, code) => {
    await numbers().createIndexes([{ key: { n: 1 } }, { key: { n: 1, m: 1 } }]);
    await expect(served.db.command({ collMod: 'numbers', ...change })).rejects.toMatchObject({
      code,
    });
  });
});

describe('renameCollection', () => {
  it('keeps documents and indexes', async () => {
    await fill(5);
    await numbers().createIndex({ n: 1 }, { unique: true });
    await numbers().rename('renamed');
    const renamed = served.db.collection<Numbered>('renamed');
    expect(await renamed.countDocuments({ n: { $gte: 3 } })).toBe(2);
    await expect(renamed.insertOne({ _id: 9, n: 1 })).rejects.toMatchObject({ code: 11000 });
    expect(await numbers().countDocuments()).toBe(0);
  });

  it('takes the name of another collection only when told to drop it', async () => {
    await fill(2);
    await served.db.collection('other').insertOne({ a: 1 });
    await expect(numbers().rename('other')).rejects.toMatchObject({ code: 48 });
    await numbers().rename('other', { dropTarget: true });
    expect(await served.db.collection('other').countDocuments()).toBe(2);
    await expect(numbers().rename('x')).rejects.toMatchObject({ code: 26 });
  });
});

describe('explain', () => {
  it('tells a scan from the use of an index', async () => {
    await fill(100);
    await numbers().createIndex({ kind: 1, n: -1 });
    expect(planOf(await numbers().find({ n: 5 }).explain('queryPlanner'))).toMatchObject({
      stage: 'COLLSCAN',
      direction: 'forward',
    });
    const indexed = numbers().find({ kind: 'a', n: { $gt: 5, $lte: 9 } });
    expect(planOf(await indexed.sort({ n: 1 }).explain('queryPlanner'))).toMatchObject({
      stage: 'FETCH',
      inputStage: {
        stage: 'IXSCAN',
        indexName: 'kind_1_n_-1',
        keyPattern: { kind: 1, n: -1 },
        direction: 'backward',
      },
    });
    const sorted = numbers().find({ kind: 'a' }).sort({ other: -1 }).limit(3);
    expect(planOf(await sorted.explain('queryPlanner'))).toMatchObject({
      stage: 'LIMIT',
      limitAmount: 3,
      inputStage: { stage: 'SORT', sortPattern: { other: -1 }, inputStage: { stage: 'FETCH' } },
    });
    const either = numbers().find({ $or: [{ kind: 'a' }, { _id: 7 }] });
    expect(planOf(await either.explain('queryPlanner'))).toMatchObject({
      inputStage: { stage: 'OR', inputStages: [{ stage: 'FETCH' }, { stage: 'FETCH' }] },
    });
  });

  it('counts what a query looks at', async () => {
    await fill(100);
    await numbers().createIndex({ n: 1 });
    const counts = async (filter: Document) =>
      (await numbers().find(filter).explain('executionStats')).executionStats as Document;
    expect(await counts({ n: { $gte: 90 } })).toMatchObject({
      nReturned: 10,
      totalKeysExamined: 10,
      totalDocsExamined: 10,
    });
    expect(await counts({ m: 1 })).toMatchObject({
      nReturned: 0,
      totalKeysExamined: 0,
      totalDocsExamined: 100,
    });
  });

  it('changes nothing, whatever it explains', async () => {
    await fill(3);
    const remove = { delete: 'numbers', deletes: [{ q: { n: 1 }, limit: 0 }] };
    const explained = await served.db.command({ explain: remove, verbosity: 'executionStats' });
    expect(planOf(explained)).toMatchObject({ stage: 'DELETE' });
    expect(await numbers().countDocuments()).toBe(3);
    const grouped = numbers().aggregate([{ $match: { n: 1 } }, { $group: { _id: '$n' } }]);
    const { stages } = (await grouped.explain('queryPlanner')) as { stages: Document[] };
    expect(stages.map((stage) => Object.keys(stage)[0])).toEqual(['$cursor', '$group']);
    await expect(served.db.command({ explain: { ping: 1 } })).rejects.toMatchObject({ code: 59 });
  });
});

describe('statistics', () => {
  it('tell what server, database and collection hold', async () => {
    await fill(10);
    await numbers().createIndex({ n: 1 });
    expect(await served.db.command({ serverStatus: 1 })).toMatchObject({
      process: 'mongod',
      ok: 1,
    });
    const stats = await served.db.command({ collStats: 'numbers' });
    expect(stats).toMatchObject({ ns: 'gatherly.numbers', count: 10, nindexes: 2 });
    expect(Object.keys(stats.indexSizes as Document)).toEqual(['_id_', 'n_1']);
    expect(stats.size).toBe(10 * (stats.avgObjSize as number));
    expect(await served.db.stats()).toMatchObject({ db: 'gatherly', collections: 1, objects: 10 });
  });
});

describe('stages', () => {
  it('runs several pipelines over the same documents', async () => {
    await fill(10);
    const [found] = await numbers()
      .aggregate([
        { $match: { n: { $gte: 4 } } },
        {
          $facet: {
            total: [{ $count: 'n' }],
            first: [{ $sort: { n: 1 } }, { $limit: 2 }, { $project: { _id: 0 } }],
            none: [{ $match: { n: 0 } }],
          },
        },
      ])
      .toArray();
    expect(found).toEqual({ total: [{ n: 6 }], first: [{ n: 4 }, { n: 5 }], none: [] });
  });

  it('picks documents by chance, each at most once', async () => {
    await fill(50);
    const sample = (size: number) =>
      numbers()
        .aggregate<Numbered>([{ $sample: { size } }])
        .toArray();
    const ids = (await sample(20)).map(({ _id }) => _id);
    expect(new Set(ids).size).toBe(20);
    expect(await sample(80)).toHaveLength(50);
    await expect(sample(0)).rejects.toMatchObject({ code: 28747 });
  });

  it('makes another document the whole one', async () => {
    await numbers().insertOne({ _id: 1, inner: { a: 1 } });
    const replaced = numbers().aggregate([{ $replaceRoot: { newRoot: '$inner' } }]);
    expect(await replaced.toArray()).toEqual([{ a: 1 }]);
    const wrong = numbers().aggregate([{ $replaceWith: '$_id' }]);
    await expect(wrong.toArray()).rejects.toMatchObject({ code: 40228 });
  });

  it.each<[string, Document, number]>([
    ['an empty $facet', { $facet: {} }, 40169],
    ['a $facet in a $facet', { $facet: { a: [{ $facet: { b: [] } }] } }, 40600],
  ])('refuses %s', async (_, stage, code) => {
    await expect(numbers().aggregate([stage]).toArray()).rejects.toMatchObject({ code });
  });
});

describe('findAndModify', () => {
  it.each<[string, Document]>([
    ['an update', { update: { $set: { n: 5 } } }],
    ['an update that answers the new document', { update: { $set: { n: 5 } }, new: true }],
    ['an upsert', { query: { _id: 2 }, update: { $set: { n: 5 } }, upsert: true, new: true }],
    ['a removal', { remove: true }],
  ])('does not do %s that it could not show', async (_, change) => {
    await numbers().insertOne({ _id: 1, n: 1 });
    const fields = { half: { $divide: ['$n', { $subtract: ['$_id', '$_id'] }] } };
    const command = { findAndModify: 'numbers', query: { _id: 1 }, ...change, fields };
    await expect(served.db.command(command)).rejects.toMatchObject({ code: 2 });
    expect(await numbers().find().toArray()).toEqual([{ _id: 1, n: 1 }]);
  });
});

describe('an update by a pipeline', () => {
  it.each<[string, Document[], Document]>([
    ['$set', [{ $set: { m: '$n', 'deep.a': 1 } }], { n: 1, old: true, m: 1, deep: { a: 1 } }],
    ['$unset', [{ $unset: 'old' }], { n: 1 }],
    ['$$REMOVE', [{ $set: { old: '$$REMOVE' } }], { n: 1 }],
    ['$project', [{ $project: { n: 1 } }], { n: 1 }],
    ['$replaceWith', [{ $replaceWith: { was: '$n' } }], { was: 1 }],
    [
      '$setField',
      [{ $replaceWith: { $setField: { field: { $literal: 'a.$b' }, input: '$$ROOT', value: 2 } } }],
      { n: 1, old: true, 'a.$b': 2 },
    ],
    [
      'several stages',
      [{ $set: { m: 5 } }, { $set: { k: '$m' } }],
      { n: 1, old: true, m: 5, k: 5 },
    ],
  ])('applies %s', async (_, pipeline, expected) => {
    await numbers().insertOne({ _id: 1, n: 1, old: true });
    await numbers().updateOne({ _id: 1 }, pipeline);
    expect(await numbers().findOne()).toEqual({ _id: 1, ...expected });
  });

  it('inserts what the query says, changed, when it upserts', async () => {
    await numbers().updateOne({ _id: 4, n: 2 }, [{ $set: { m: '$n' } }], { upsert: true });
    expect(await numbers().findOne()).toEqual({ _id: 4, n: 2, m: 2 });
  });

  it.each<[string, Document[], number]>([
    ['another stage', [{ $match: {} }], 72],
    ['an unknown expression', [{ $set: { a: { $function: {} } } }], 238],
    ['another _id', [{ $set: { _id: 2 } }], 66],
  ])('is refused %s', async (_, pipeline, code) => {
    await numbers().insertOne({ _id: 1 });
    await expect(numbers().updateOne({}, pipeline)).rejects.toMatchObject({ code });
  });
});

describe('sessions', () => {
  it('can be started and ended by hand, without transactions', async () => {
    const { id } = await served.db.command({ startSession: 1 });
    expect(await served.db.command({ endSessions: [id] })).toMatchObject({ ok: 1 });
    const commit = served.client.db('admin').command({ commitTransaction: 1 });
    await expect(commit).rejects.toMatchObject({ code: 263 });
  });
});
