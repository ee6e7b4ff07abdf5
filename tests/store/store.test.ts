import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Server } from '#lib/embedded-mongo/commands.ts';
import { Cursors } from '#lib/embedded-mongo/cursors.ts';
import { expireDocuments } from '#lib/embedded-mongo/expiry.ts';
import { idKeyOf, rangeOf } from '#lib/embedded-mongo/indexes.ts';
import { Storage } from '#lib/embedded-mongo/storage.ts';
import { Store } from '#lib/embedded-mongo/store.ts';
import { decode, encode, type Doc } from '#lib/embedded-mongo/values.ts';
import { addIndexTo, insertInto } from './direct.ts';
import { temporaryDirectory } from './support.ts';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let file: string;
let store: Store;

beforeEach(async () => {
  directory = await temporaryDirectory();
  file = join(directory.path, 'store.lmdb');
  store = await Store.open(file);
});
afterEach(async () => {
  await store.close();
  await directory.remove();
});

const namespace = 'test.things';

const insert = (...docs: Doc[]): Promise<void> => insertInto(store, namespace, docs);
const addIndex = (spec: Doc): Promise<unknown> => addIndexTo(store, namespace, spec);

const ids = (): unknown[] =>
  store.storage
    .entries(rangeOf(store.collection(namespace)!.id), Infinity)
    .map(({ value }) => Number(decode(value)._id));

describe('the store', () => {
  it('undoes a job that fails and keeps its neighbours in the same commit', async () => {
    await addIndex({ name: 'a', key: { a: 1 }, unique: true });
    const results = await Promise.allSettled([
      insert({ _id: 1, a: 1 }),
      insert({ _id: 2, a: 2 }, { _id: 3, a: 1 }),
      insert({ _id: 4, a: 4 }),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(ids()).toEqual([1, 4]);
    expect(store.countOf(store.collection(namespace)!)).toBe(2);
    await insert({ _id: 2, a: 2 });
  });

  it('comes back with its collections, indexes, counts and flags', async () => {
    await addIndex({ name: 'a', key: { a: -1 }, unique: true });
    await insert({ _id: 1, a: [1, 2] }, { _id: 2, a: 3 });
    await store.close();
    store = await Store.open(file);
    const collection = store.collection(namespace)!;
    expect(store.countOf(collection)).toBe(2);
    expect(collection.indexes[0]).toMatchObject({
      name: 'a',
      unique: true,
      flags: { multi: true },
    });
    await expect(insert({ _id: 3, a: 2 })).rejects.toMatchObject({
      code: 11000,
      extra: { keyPattern: { a: expect.anything() as unknown } },
    });
  });

  it('frees what a dropped collection held', async () => {
    await addIndex({ name: 'a', key: { a: 1 } });
    await insert({ _id: 1, a: 1 }, { _id: 2, a: 2 });
    const { id, indexes } = store.collection(namespace)!;
    await store.write((transaction) => transaction.dropCollection(store.collection(namespace)!));
    expect(store.collection(namespace)).toBeUndefined();
    await store.sweep();
    expect(store.storage.count(rangeOf(id))).toBe(0);
    expect(store.storage.count(rangeOf(indexes[0]!.id))).toBe(0);
  });

  it('keeps the key of a newer document when an older one goes that has none yet', async () => {
    const last = 9999;
    const docs = Array.from({ length: last + 1 }, (_, n) => ({
      _id: n,
      a: n,
      text: 'x'.repeat(200),
    }));
    await insert(...docs);
    const built = addIndex({ name: 'a', key: { a: 1 }, unique: true });
    const newer = insert({ _id: -1, a: last });
    const isBuilding = store.write((transaction) => {
      const collection = transaction.collection(namespace)!;
      transaction.remove(collection, idKeyOf(last), decode(encode(docs[last]!)));
      return collection.indexes[0]!.isBuilding;
    });
    await Promise.all([built, newer]);
    expect(await isBuilding).toBe(true);
    const { indexes } = store.collection(namespace)!;
    const keys = store.storage.entries(rangeOf(indexes[0]!.id), Infinity);
    expect(keys).toHaveLength(last + 1);
    expect(keys.at(-1)!.value).toEqual(idKeyOf(-1));
  });

  it('removes documents whose time has come', async () => {
    await addIndex({ name: 'at', key: { at: 1 }, expireAfterSeconds: 60 });
    const ago = (seconds: number): Date => new Date(Date.now() - seconds * 1000);
    await insert(
      { _id: 1, at: ago(61) },
      { _id: 2, at: ago(30) },
      { _id: 3, at: [ago(0), ago(90)] },
      { _id: 4, at: 5 },
      { _id: 5 },
    );
    const server: Server = {
      store,
      cursors: new Cursors(),
      log: () => {},
      loggedScans: new Set(),
      checkSpace: () => {},
    };
    await expireDocuments(server);
    expect(ids()).toEqual([2, 4, 5]);
  });

  it('takes no writes once it is closed', async () => {
    const last = insert({ _id: 1 });
    const closed = store.close();
    await expect(insert({ _id: 2 })).rejects.toMatchObject({ code: 91 });
    await Promise.all([last, closed]);
    store = await Store.open(file);
    expect(ids()).toEqual([1]);
  });

  it('does not open a file of another format', async () => {
    const other = join(directory.path, 'other.lmdb');
    const storage = Storage.open(other);
    await storage.transaction(() => {
      storage.put(Buffer.from('\0\0\0\0format'), Buffer.from('gatherly 99'));
    });
    await storage.close();
    await expect(Store.open(other)).rejects.toThrow("has the format 'gatherly 99'");
  });

  it.each<[Doc, number]>([
    [{ _id: [1] }, 2],
    [{ _id: { $a: 1 } }, 52],
    [{ _id: 'x'.repeat(1100) }, 17280],
    [{ _id: 1, a: 'x'.repeat(16 * 1024 * 1024) }, 10334],
    [{ _id: 1, ['__proto__']: 1 }, 2],
  ])('refuses an impossible document with a code', async (doc, code) => {
    await expect(insert(doc)).rejects.toMatchObject({ code });
  });
});
