import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { collectionKeys, decodeCollection, formatKey, type Collection } from './catalog.ts';
import { idIndexSpec } from './index-specs.ts';
import { rangeOf } from './indexes.ts';
import { checkFile } from './lmdb-file.ts';
import { isTaken, ownDirectory } from './owner.ts';
import { Storage } from './storage.ts';
import { format, refuseFormat } from './migration.ts';
import type { Doc } from './values.ts';

export interface SnapshotCollection {
  database: string;
  name: string;
  uuid: string;
  /** As listIndexes shows them. */
  indexes: Doc[];
  documents(): Generator<Buffer>;
}

/** The store of a directory at one moment. */
interface Snapshot {
  collections: SnapshotCollection[];
  close(): Promise<void>;
}

const documentsAtATime = 256;

/** The file of a directory's store; throws if there is none. */
export function storeFile(directory: string): string {
  const path = join(resolve(directory), 'store.lmdb');
  if (!existsSync(path)) throw new Error(`There is no store in ${directory}.`);
  return path;
}

/** Opens a file of the present format as it is at this moment, or throws. */
export async function openReadOnly(path: string): Promise<Storage> {
  const storage = Storage.openSnapshot(path);
  const found = storage.get(formatKey)?.toString();
  if (found === format) return storage;
  await storage.close();
  return refuseFormat(path, found);
}

/**
 * Opens a directory's store for reading, beside the process that serves it or without one. All
 * that is read comes from one commit (see Storage.openSnapshot), and a commit holds whole
 * documents with their index entries, and whole commands if they are small: of a large one the
 * first statements may be in it.
 */
export async function openSnapshot(directory: string): Promise<Snapshot> {
  const path = storeFile(directory);
  const owner = await ownDirectory(directory).catch((error: unknown) => {
    if (isTaken(error)) return undefined;
    throw error;
  });
  try {
    // While somebody writes, the file cannot be checked; who writes has checked it.
    if (owner) checkFile(path);
    const storage = await openReadOnly(path);
    return {
      collections: storage
        .entries(collectionKeys, Infinity)
        .map(({ value }) => collectionOf(storage, decodeCollection(value))),
      async close() {
        await storage.close();
        await owner?.release();
      },
    };
  } catch (error) {
    await owner?.release();
    throw error;
  }
}

const collectionOf = (
  storage: Storage,
  { id, database, name, uuid, indexes }: Collection,
): SnapshotCollection => ({
  database,
  name,
  uuid: uuid.toString('hex'),
  indexes: [idIndexSpec, ...indexes.map(({ spec }) => spec)],
  documents: () => documentsOf(storage, id),
});

function* documentsOf(storage: Storage, id: number): Generator<Buffer> {
  for (const batch of storage.batches(rangeOf(id), documentsAtATime)) {
    for (const { value } of batch) yield value;
  }
}
