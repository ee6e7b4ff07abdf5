import { join } from 'node:path';
import { Int32 } from 'bson';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { choosePlan } from '#lib/embedded-mongo/planner.ts';
import { parseFilter } from '#lib/embedded-mongo/query.ts';
import { parseSort, Sorter } from '#lib/embedded-mongo/sort.ts';
import { Store } from '#lib/embedded-mongo/store.ts';
import { encode, type Doc } from '#lib/embedded-mongo/values.ts';
import { prepareInsert } from '#lib/embedded-mongo/writing.ts';
import { allDocuments, checkIndexes } from './crash-checks.ts';
import { addIndexTo, insertInto } from './direct.ts';
import { temporaryDirectory } from './support.ts';

const namespace = 'test.many';
const many = 20_000;

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let file: string;
let store: Store;
const documentOf = (n: number): Doc => ({
  _id: n,
  n,
  words: [`w${n % 10}`, `v${n % 7}`],
  text: 'x'.repeat(100),
});

const insert = (...docs: Doc[]): Promise<void> => insertInto(store, namespace, docs);
const addIndex = (spec: Doc): Promise<unknown> => addIndexTo(store, namespace, spec);

const indexNames = (): string[] => store.collection(namespace)!.indexes.map(({ name }) => name);

describe('an index build', () => {
  beforeEach(async () => {
    directory = await temporaryDirectory();
    file = join(directory.path, 'store.lmdb');
    store = await Store.open(file);
    for (let first = 0; first < many; first += 2000) {
      await insert(...Array.from({ length: 2000 }, (_, i) => documentOf(first + i)));
    }
  }, 60_000);
  afterEach(async () => {
    await store.close();
    await directory.remove();
  });

  it('gives others a turn, and keeps what they write meanwhile', async () => {
    const building = addIndex({ name: 'words', key: { words: 1 } });
    const writing = Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        await insert(documentOf(many + i));
        await insert({ ...documentOf(i), _id: -i - 1 });
        await store.write((transaction) => {
          const collection = transaction.collection(namespace)!;
          const doc = { ...documentOf(many - 1 - i), _id: new Int32(many - 1 - i) };
          const { idKey } = prepareInsert(encode(doc)) as { idKey: Buffer };
          transaction.remove(collection, idKey, doc);
        });
      }),
    );
    await writing;
    const { indexes } = store.collection(namespace)!;
    expect(indexes[0]!.isBuilding, 'the writes were done before the build').toBe(true);
    const plan = choosePlan(store.collection(namespace)!, { query: parseFilter({ words: 'w1' }) });
    expect(plan.source.kind).toBe('documents');
    await building;
    checkIndexes(store, namespace);
    expect(allDocuments(store, namespace).length).toBe(many + 20);
    expect(store.collection(namespace)!.indexes[0]!.isBuilding).toBe(false);
  });

  it('of a unique index that fails leaves no index behind', async () => {
    await insert({ _id: 'last', n: 1 });
    const building = addIndex({ name: 'n', key: { n: 1 }, unique: true });
    await expect(building).rejects.toMatchObject({ code: 11000 });
    expect(indexNames()).toEqual([]);
    await insert({ _id: 'more', n: 1 });
  });

  it('ends when the index is dropped meanwhile', async () => {
    const building = addIndex({ name: 'n', key: { n: 1 } });
    const ended = expect(building).rejects.toMatchObject({ code: 276 });
    await store.write((transaction) => {
      const collection = transaction.collection(namespace)!;
      transaction.dropIndex(collection, collection.indexes[0]!);
    });
    await ended;
    expect(indexNames()).toEqual([]);
  });

  it('that a stop interrupts leaves no index behind', async () => {
    const building = addIndex({ name: 'n', key: { n: 1 } });
    const ended = expect(building).rejects.toMatchObject({ code: 91 });
    await insert({ _id: 'more', n: 1 });
    expect(indexNames()).toEqual(['n']);
    await store.close();
    await ended;
    store = await Store.open(file);
    expect(indexNames()).toEqual([]);
  });
});

describe('a sort of many documents', () => {
  it.each([undefined, 3, 1000, 9000])('gives others a turn and is right (keeping %s)', (keep) => {
    const sorter = new Sorter<number>(parseSort({ n: new Int32(-1) }), keep);
    const numbers = Array.from({ length: many }, (_, i) => (i * 7919) % many);
    for (const n of numbers) sorter.add(n, { n: new Int32(n) }, 10);
    const flow = [...sorter.result()];
    const expected = numbers.toSorted((a, b) => b - a).slice(0, keep);
    expect(flow.filter((n) => n !== undefined)).toEqual(expected);
    const leastPauses = keep === undefined || keep > 2000 ? 1 : 0;
    expect(flow.length - expected.length).toBeGreaterThanOrEqual(leastPauses);
  });
});
