import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkStore } from '#lib/embedded-mongo/check.ts';
import { compactStore } from '#lib/embedded-mongo/compact.ts';
import { documentKey, idKeyOf, rangeOf } from '#lib/embedded-mongo/indexes.ts';
import { checkFile, DamagedFile } from '#lib/embedded-mongo/lmdb-file.ts';
import { ownDirectory } from '#lib/embedded-mongo/owner.ts';
import { openSnapshot } from '#lib/embedded-mongo/snapshot.ts';
import { Storage } from '#lib/embedded-mongo/storage.ts';
import { Store } from '#lib/embedded-mongo/store.ts';
import { decode, encode, type Doc } from '#lib/embedded-mongo/values.ts';
import { addIndexTo, insertInto, withStore } from './direct.ts';
import { temporaryDirectory } from './support.ts';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let file: string;

beforeEach(async () => {
  directory = await temporaryDirectory();
  file = join(directory.path, 'store.lmdb');
});
afterEach(() => directory.remove());

const namespace = 'test.things';
/** How many damages to try. */
const damages = Number(process.env.STORE_DAMAGES ?? 80);
/** Where a beginning says how the keys of its two trees are compared, and whether it is encrypted. */
const treeFlags = [52, 53, 100, 101];

const insert = (store: Store, docs: Doc[]): Promise<void> => insertInto(store, namespace, docs);

const fill = (): Promise<void> =>
  withStore(file, async (store) => {
    for (const spec of [
      { name: 'a', key: { a: 1 }, unique: true },
      { name: 'words', key: { words: -1 } },
    ]) {
      await addIndexTo(store, namespace, spec);
    }
    for (let from = 0; from < 1000; from += 100) {
      const docs = Array.from({ length: 100 }, (_, i) => ({
        _id: from + i,
        a: from + i,
        words: ['x', `w${i % 7}`],
        text: 'x'.repeat(i === 0 ? 20_000 : i * 5),
      }));
      await insert(store, docs);
    }
  });

async function faults(): Promise<string[]> {
  const lines: string[] = [];
  const result = await checkStore(directory.path, (line) => lines.push(line));
  expect(result.faults).toBe(lines.length);
  return lines;
}

/** All entries of the file. */
async function everything(): Promise<string[]> {
  const storage = Storage.openSnapshot(file);
  const entries = storage.entries({ low: Buffer.from([0]), high: Buffer.alloc(5, 0xff) }, Infinity);
  await storage.close();
  return entries.map(({ key, value }) => `${key.toString('hex')} ${value.toString('hex')}`);
}

describe('checking a store', () => {
  beforeEach(fill);

  it('finds nothing wrong with one that is right', async () => {
    const result = await checkStore(directory.path, expect.unreachable);
    expect(result).toEqual({ collections: 1, documents: 1000, indexEntries: 3000, faults: 0 });
  });

  /** Changes the file behind the store's back. */
  const plant = (run: (storage: Storage, collection: number, a: number) => void): Promise<void> =>
    withStore(file, async (store) => {
      const { id, indexes } = store.collection(namespace)!;
      await store.storage.transaction(() => run(store.storage, id, indexes[0]!.id));
    });

  it('finds a document without its keys, and keys without their document', async () => {
    await plant((storage, collection, a) => {
      const [first] = storage.entries(rangeOf(a), 1);
      storage.remove(first!.key);
      storage.remove(documentKey(collection, idKeyOf(7)));
    });
    const lines = await faults();
    expect(lines[0]).toMatch(/^test\.things, index a: document .*0.* has no key\.$/);
    // One key in the first index and two in the other.
    expect(lines.filter((line) => line.endsWith('has no document.'))).toHaveLength(3);
    expect(lines).toHaveLength(4);
  });

  it('finds a key that leads elsewhere, and a value that two documents have in a unique index', async () => {
    await plant((storage, collection, a) => {
      const [first] = storage.entries(rangeOf(a), 1);
      storage.put(first!.key, idKeyOf(999));
      storage.put(documentKey(collection, idKeyOf(5)), encode({ _id: 5, a: 6 }));
    });
    const lines = await faults();
    expect(lines[0]).toMatch(/^test\.things, index a: document .*0.* leads elsewhere\.$/);
    expect(lines[1]).toMatch(/^test\.things, index a: document .*5.* leads elsewhere\.$/);
  });

  it('finds documents that cannot be read or lie in the wrong place', async () => {
    await plant((storage, collection) => {
      storage.put(documentKey(collection, idKeyOf(1)), Buffer.from('nonsense'));
      const other = storage.get(documentKey(collection, idKeyOf(3)))!;
      storage.put(documentKey(collection, idKeyOf(2)), other);
    });
    const lines = (await faults()).join('\n');
    expect(lines).toMatch(/document at [0-9a-f]+: cannot be read/);
    expect(lines).toContain('is stored under another _id.');
  });

  it('finds keys that nobody owns', async () => {
    await plant((storage) => {
      storage.put(Buffer.from([0, 0, 0, 77, 1]), Buffer.alloc(1));
      storage.put(Buffer.alloc(6, 0xff), Buffer.alloc(1));
    });
    expect(await faults()).toEqual(["1 keys have the number 77, which is nobody's."]);
  });

  it('does not look at a store that is in use', async () => {
    const owner = await ownDirectory(directory.path);
    const reason = `Another Gatherly process is using ${directory.path}.`;
    await expect(checkStore(directory.path, () => {})).rejects.toThrow(reason);
    await expect(compactStore(directory.path)).rejects.toThrow(reason);
    await owner.release();
  });
});

describe('compacting a store', () => {
  it('makes the file smaller and keeps all that is in it', async () => {
    await fill();
    await withStore(file, async (store) => {
      await insert(store, [{ _id: 'long', a: 'long', text: 'x'.repeat(5_000_000) }]);
      const [found] = store.storage.entries(rangeOf(store.collection(namespace)!.id), 1, true);
      const doc = decode(found!.value);
      await store.write((transaction) =>
        transaction.remove(transaction.collection(namespace)!, found!.key.subarray(4), doc),
      );
    });
    const before = await everything();
    const { bytesBefore, bytesAfter } = await compactStore(directory.path);
    expect(bytesAfter).toBeLessThan(bytesBefore - 4_000_000);
    expect((await stat(file)).size).toBe(bytesAfter);
    expect(await everything()).toEqual(before);
    // It goes on: what is written afterwards is there after another start.
    await withStore(file, (store) => insert(store, [{ _id: 5000, a: 5000 }]));
    await withStore(file, async (store) => {
      expect(store.countOf(store.collection(namespace)!)).toBe(1001);
      await insert(store, [{ _id: 5001, a: 5001 }]);
    });
    expect(await faults()).toEqual([]);
  });
});

describe('a damaged file', () => {
  beforeEach(fill);

  /** What happens to a damaged file: refused by name, or nothing of it was in use. */
  async function isRefused(): Promise<boolean> {
    try {
      checkFile(file);
      return false;
    } catch (error) {
      expect(error).toBeInstanceOf(DamagedFile);
      expect((error as Error).message).toMatch(/^\S+store\.lmdb is damaged \(.+\)\. Nothing was/);
      return true;
    }
  }

  it('is refused by everything that opens it', async () => {
    await truncate(file, 50_000);
    const reason = `${file} is damaged`;
    await expect(Store.open(file)).rejects.toThrow(reason);
    await expect(openSnapshot(directory.path)).rejects.toThrow(reason);
    await expect(checkStore(directory.path, () => {})).rejects.toThrow(reason);
    await expect(compactStore(directory.path)).rejects.toThrow(reason);
    expect((await stat(file)).size).toBe(50_000);
  });

  it('is refused when it was cut off anywhere', async () => {
    const { size } = await stat(file);
    // The last pages may be free ones; a compact file has none.
    await compactStore(directory.path);
    const compact = (await stat(file)).size;
    expect(compact).toBeLessThanOrEqual(size);
    for (const length of [compact - 1, compact - 4096, compact / 2, 8192, 4097, 4096, 100, 0]) {
      await truncate(file, Math.floor(length));
      expect(await isRefused(), String(length)).toBe(true);
    }
  });

  it('is refused when it is something else', async () => {
    const { size } = await stat(file);
    for (const bytes of [Buffer.alloc(size), Buffer.alloc(size, 0xff), Buffer.from('a text\n')]) {
      await writeFile(file, bytes);
      expect(await isRefused()).toBe(true);
    }
  });

  it(`never brings the process down, whatever was written over it (${damages} times)`, async () => {
    await compactStore(directory.path);
    const good = await readFile(file);
    const damage = fc.record({
      at: fc.nat(good.length - 1),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 5000 }),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ at, bytes }) => {
        const content = Buffer.from(good);
        content.set(bytes.subarray(0, good.length - at), at);
        await writeFile(file, content);
        if (await isRefused()) return;
        // What is left can be followed: reading all of it tells, and does not end us.
        await checkStore(directory.path, () => {});
      }),
      { numRuns: damages },
    );
  }, 600_000);

  it(`shows what it held, or is refused, when a bit of its beginnings is wrong (${damages} times)`, async () => {
    const good = await readFile(file);
    const held = await everything();
    const bit = fc.record({
      page: fc.nat(1),
      // The numbers of the commits, in the eight bytes at 152, are another matter.
      at: fc.oneof(fc.nat(151), fc.constantFrom(...treeFlags)),
      bit: fc.nat(7),
    });
    await fc.assert(
      fc.asyncProperty(bit, async (wrong) => {
        const content = Buffer.from(good);
        content[wrong.page * 4096 + wrong.at]! ^= 1 << wrong.bit;
        await writeFile(file, content);
        if (await isRefused()) return;
        expect(await everything()).toEqual(held);
      }),
      { numRuns: damages },
    );
  }, 600_000);
});
