import { describe, expect, it } from 'vitest';
import { MongoClientBulkWriteError, type AnyClientBulkWriteModel, type Document } from 'mongodb';
import { servedStore } from './served-store.ts';

interface Numbered {
  _id: number;
  [name: string]: unknown;
}

const served = await servedStore();

const numbers = () => served.db.collection<Numbered>('numbers');
const fill = (count: number) =>
  numbers().insertMany(Array.from({ length: count }, (_, n) => ({ _id: n, n })));

describe('bulkWrite', () => {
  const inserted = (_id: number): AnyClientBulkWriteModel<Document> => ({
    name: 'insertOne',
    namespace: 'gatherly.numbers',
    document: { _id: _id as never, n: _id },
  });

  it('writes to several collections and counts what it did', async () => {
    await fill(3);
    const result = await served.client.bulkWrite(
      [
        inserted(9),
        { ...inserted(1), namespace: 'gatherly.others' },
        {
          name: 'updateOne',
          namespace: 'gatherly.numbers',
          filter: { n: { $gte: 0 } },
          update: { $set: { last: true } },
          sort: { n: -1 },
        },
        {
          name: 'updateMany',
          namespace: 'gatherly.numbers',
          filter: { n: { $lt: 2 } },
          update: [{ $set: { copy: '$n' } }],
        },
        {
          name: 'replaceOne',
          namespace: 'gatherly.numbers',
          filter: { _id: 20 as never },
          replacement: { n: 20 },
          upsert: true,
        },
        { name: 'deleteMany', namespace: 'gatherly.numbers', filter: { n: 2 } },
      ],
      { verboseResults: true },
    );
    expect(result).toMatchObject({
      insertedCount: 2,
      matchedCount: 3,
      modifiedCount: 3,
      upsertedCount: 1,
      deletedCount: 1,
    });
    expect(result.updateResults!.get(4)).toMatchObject({ upsertedId: 20 });
    expect(await numbers().find().sort({ _id: 1 }).toArray()).toEqual([
      { _id: 0, n: 0, copy: 0 },
      { _id: 1, n: 1, copy: 1 },
      { _id: 9, n: 9, last: true },
      { _id: 20, n: 20 },
    ]);
    expect(await served.db.collection('others').countDocuments()).toBe(1);
  });

  it('changes the array elements that a filter chooses', async () => {
    await numbers().insertOne({ _id: 1, list: [1, 5, 9] });
    await served.client.bulkWrite([
      {
        name: 'updateOne',
        namespace: 'gatherly.numbers',
        filter: {},
        update: { $inc: { 'list.$[big]': 10 } },
        arrayFilters: [{ big: { $gt: 4 } }],
      },
    ]);
    expect(await numbers().findOne()).toMatchObject({ list: [1, 15, 19] });
  });

  it('stops at an error if ordered, and goes on if not', async () => {
    const models = [inserted(1), inserted(1), inserted(2)];
    const ordered = await served.client.bulkWrite(models).catch((error: unknown) => error);
    expect(ordered).toBeInstanceOf(MongoClientBulkWriteError);
    const { writeErrors, partialResult } = ordered as MongoClientBulkWriteError;
    expect([...writeErrors.keys()]).toEqual([1]);
    expect(writeErrors.get(1)).toMatchObject({ code: 11000 });
    expect(partialResult).toMatchObject({ insertedCount: 1 });
    await numbers().deleteMany({});
    await expect(served.client.bulkWrite(models, { ordered: false })).rejects.toThrow('errors');
    expect(await numbers().countDocuments()).toBe(2);
  });

  it('answers more results than a batch holds', async () => {
    const admin = served.client.db('admin');
    const ops = Array.from({ length: 10 }, (_, _id) => ({ insert: 0, document: { _id } }));
    const body = { bulkWrite: 1, ops, nsInfo: [{ ns: 'gatherly.numbers' }] };
    const reply = await admin.command({ ...body, cursor: { batchSize: 3 } });
    const { cursor } = reply as { cursor: { id: unknown; ns: string; firstBatch: Document[] } };
    expect(cursor.firstBatch.map(({ idx }) => idx as number)).toEqual([0, 1, 2]);
    const more = { getMore: cursor.id, collection: '$cmd.bulkWrite' };
    const next = (await admin.command(more)) as { cursor: { nextBatch: Document[] } };
    expect(next.cursor.nextBatch).toHaveLength(7);
  });

  it.each<[string, Document, number]>([
    ['a namespace that is not there', { ops: [{ insert: 1, document: {} }] }, 2],
    ['no operation', { ops: [] }, 16],
    ['no variables', { ops: [{ insert: 0, document: {} }], let: 1 }, 14],
  ])('is refused %s', async (_, rest, code) => {
    const body = { bulkWrite: 1, nsInfo: [{ ns: 'gatherly.numbers' }], ...rest };
    await expect(served.client.db('admin').command(body)).rejects.toMatchObject({ code });
  });
});
