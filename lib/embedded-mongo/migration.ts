import { collectionKey, droppedKey, encodeCollection, formatKey, type Catalog } from './catalog.ts';
import { rangeOf } from './indexes.ts';
import type { Storage } from './storage.ts';

export const format = 'gatherly 2';
const keysPerCommit = 5000;

/** What a migration works on. */
interface Migrating {
  storage: Storage;
  catalog: Catalog;
  newId(): number;
}

/**
 * Makes a file of one format one of the next; its last commit changes the format and whatever
 * the former one would not understand, so that a crash on the way leaves the former one.
 */
export type Migration = (store: Migrating) => Promise<void>;

/** By the format that each begins with. */
export const migrations: ReadonlyMap<string, Migration> = new Map([
  ['gatherly 1', shortenUniqueKeys],
]);

/** Says why a file of this format cannot be read. */
export function refuseFormat(path: string, found: string | undefined): never {
  const number = /^gatherly (\d+)$/.exec(found ?? '')?.[1];
  if (number === undefined) {
    throw new Error(
      `${path} is no store of Gatherly. Nothing was changed; name another directory.`,
    );
  }
  if (migrations.has(found!)) {
    throw new Error(`${path} has the older format '${found}'. Start Gatherly once to migrate it.`);
  }
  throw new Error(
    `${path} has the format '${found}', which this version does not know; it reads '${format}'. ` +
      'Start a newer version of Gatherly, or restore a backup that this one wrote.',
  );
}

/** Unique keys had the _id at their end, like all others. The new ones get numbers of their own. */
async function shortenUniqueKeys({ storage, catalog, newId }: Migrating): Promise<void> {
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
    storage.put(formatKey, Buffer.from('gatherly 2'));
  });
}

/** Copies the keys of an index without the _id at their end; their values tell how long it is. */
async function shortened(storage: Storage, from: number, to: number): Promise<number> {
  const { low: prefix } = rangeOf(to);
  // If nobody takes the number away again, what is under it is swept.
  await storage.transaction(() => storage.put(droppedKey(to), Buffer.alloc(1)));
  for (const copied of storage.batches(rangeOf(from), keysPerCommit)) {
    await storage.transaction(() => {
      for (const { key, value } of copied) {
        storage.put(Buffer.concat([prefix, key.subarray(4, key.length - value.length)]), value);
      }
    });
  }
  return to;
}
