import { collectionKey, droppedKey, encodeCollection, formatKey, type Catalog } from './catalog.ts';
import { rangeOf } from './indexes.ts';
import type { Storage } from './storage.ts';

export const format = 'gatherly 2';
/** It had the _id at the end of the keys of unique indexes too. */
export const formerFormat = 'gatherly 1';
const keysPerCommit = 5000;

/**
 * Makes a file of the former format one of this format. A crash on the way leaves the former
 * one, and beside it keys under a number that is swept.
 */
export async function migrate(
  storage: Storage,
  catalog: Catalog,
  newId: () => number,
): Promise<void> {
  const migrated = new Map<number, number>();
  for (const { indexes } of catalog.values()) {
    for (const { id, unique } of indexes) {
      if (unique) migrated.set(id, await shortened(storage, id, newId()));
    }
  }
  await storage.transaction(() => {
    for (const collection of catalog.values()) {
      const indexes = collection.indexes.map((index) => ({
        ...index,
        id: migrated.get(index.id) ?? index.id,
      }));
      const { namespace } = collection;
      storage.put(collectionKey(namespace), encodeCollection({ ...collection, indexes }));
    }
    for (const [from, to] of migrated) {
      storage.put(droppedKey(from), Buffer.alloc(1));
      storage.remove(droppedKey(to));
    }
    storage.put(formatKey, Buffer.from(format));
  });
}

/** Copies the keys of an index without the _id at their end; their values tell how long it is. */
async function shortened(storage: Storage, from: number, to: number): Promise<number> {
  const { low: prefix } = rangeOf(to);
  await storage.transaction(() => storage.put(droppedKey(to), Buffer.alloc(1)));
  let entries = storage.entries(rangeOf(from), keysPerCommit);
  while (entries.length > 0) {
    const copied = entries;
    await storage.transaction(() => {
      for (const { key, value } of copied) {
        storage.put(Buffer.concat([prefix, key.subarray(4, key.length - value.length)]), value);
      }
    });
    entries = storage.entries(rangeOf(from), keysPerCommit, false, entries.at(-1)!.key);
  }
  return to;
}
