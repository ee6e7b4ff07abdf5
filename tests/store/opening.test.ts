import { copyFile, open, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatKey } from '#lib/embedded-mongo/catalog.ts';
import { checkStore } from '#lib/embedded-mongo/check.ts';
import { rangeOf } from '#lib/embedded-mongo/indexes.ts';
import type { Store } from '#lib/embedded-mongo/store.ts';
import { decode, encode, type Doc } from '#lib/embedded-mongo/values.ts';
import { insertInto, withStore } from './direct.ts';
import { temporaryDirectory } from './support.ts';

const namespace = 'test.things';
const documents = 1000;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let file: string;
let mark: string;

const insert = (store: Store, docs: Doc[]): Promise<void> => insertInto(store, namespace, docs);
const count = (store: Store): number => store.countOf(store.collection(namespace)!);

beforeEach(async () => {
  directory = await temporaryDirectory();
  file = join(directory.path, 'store.lmdb');
  mark = `${file}-mark`;
  await withStore(file, async (store) => {
    for (const spec of [
      { name: 'a', key: { a: 1, b: -1 }, unique: true },
      { name: 'words', key: { words: -1 } },
    ]) {
      await store.write((transaction) =>
        transaction.addIndex(transaction.ensureCollection(namespace), decode(encode(spec))),
      );
    }
    const docs = Array.from({ length: documents }, (_, n) => ({
      _id: n,
      a: n % 10,
      b: `b${n}`,
      words: ['x', `w${n % 7}`],
      text: 'x'.repeat(n % 300),
    }));
    await insert(store, docs);
  });
});
afterEach(() => directory.remove());

describe('a store that was stopped in order', () => {
  it('has a mark while it is stopped, and none while it is open', async () => {
    expect(await readdir(directory.path)).toContain('store.lmdb-mark');
    await withStore(file, async (store) => {
      expect(count(store)).toBe(documents);
      expect(await readdir(directory.path)).not.toContain('store.lmdb-mark');
      await insert(store, [{ _id: -1, a: -1 }]);
    });
    expect(await withStore(file, count)).toBe(documents + 1);
    expect((await checkStore(directory.path, expect.unreachable)).documents).toBe(documents + 1);
  });

  it('counts its documents where the mark is damaged, and where it is of another file', async () => {
    const text = await readFile(mark, 'utf8');
    await writeFile(mark, text.replace(String(documents), String(documents - 1)));
    expect(await withStore(file, count)).toBe(documents);
    await copyFile(mark, `${mark}.kept`);
    await withStore(file, (store) => insert(store, [{ _id: -1, a: -1 }]));
    await rename(`${mark}.kept`, mark);
    expect(await withStore(file, count)).toBe(documents + 1);
  });

  it('is refused if pages that hold documents were changed', async () => {
    const bytes = await readFile(file);
    // Pages 0 and 1 say where the trees are. A leaf has the flag 2.
    for (let at = 8192; at < bytes.length; at += 4096) {
      if (bytes.readUInt16LE(at + 18) === 2) bytes.writeUInt16LE(3, at + 18);
    }
    const handle = await open(file, 'r+');
    await handle.write(bytes, 0, bytes.length, 0);
    await handle.close();
    await expect(withStore(file, count)).rejects.toThrow(/is damaged \(page \d+ cannot be read\)/);
  });
});

describe('a store of the former format', () => {
  /** The keys of unique indexes had the _id at their end. */
  const makeFormer = (): Promise<void> =>
    withStore(file, ({ storage, catalog }) =>
      storage.transaction(() => {
        const { id } = catalog.get(namespace)!.indexes[0]!;
        for (const { key, value } of storage.entries(rangeOf(id), Infinity)) {
          storage.remove(key);
          storage.put(Buffer.concat([key, value]), value);
        }
        storage.put(formatKey, Buffer.from('gatherly 1'));
      }),
    );

  it('is made one of the present format when it is opened', async () => {
    const before = await checkStore(directory.path, expect.unreachable);
    await makeFormer();
    await withStore(file, async (store) => {
      expect(count(store)).toBe(documents);
      // What was kept until all was done.
      expect(await readdir(directory.path)).not.toContain('store.lmdb.bak');
      await expect(insert(store, [{ _id: -1, a: 3, b: 'b13' }])).rejects.toMatchObject({
        code: 11000,
      });
      await insert(store, [{ _id: -1, a: 3, b: 'b14' }]);
      await store.sweep();
    });
    expect(await checkStore(directory.path, expect.unreachable)).toEqual({
      ...before,
      documents: documents + 1,
      indexEntries: before.indexEntries + 2,
    });
  });
});
