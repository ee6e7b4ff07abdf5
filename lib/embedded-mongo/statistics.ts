import { Long } from 'bson';
import type { Collection } from './catalog.ts';
import type { Server } from './commands.ts';
import { StoreError } from './errors.ts';
import { rangeOf } from './indexes.ts';
import type { Flow } from './search.ts';
import type { Storage } from './storage.ts';
import { isNumber, nearestDouble, type Doc } from './values.ts';

const entriesPerTurn = 1000;

interface Sizes {
  count: number;
  keys: number;
  values: number;
}

/** Adds up what a range holds, with places to pause. */
function* sizesOf(storage: Storage, id: number): Generator<undefined, Sizes> {
  const sizes = { count: 0, keys: 0, values: 0 };
  let after: Buffer | undefined;
  for (;;) {
    const batch = storage.entries(rangeOf(id), entriesPerTurn, false, after);
    for (const { key, value } of batch) {
      sizes.count++;
      sizes.keys += key.length;
      sizes.values += value.length;
    }
    if (batch.length < entriesPerTurn) return sizes;
    after = batch.at(-1)!.key;
    yield undefined;
  }
}

/** By what sizes are to be divided. */
export function scaleOf({ scale }: Doc): number {
  if (scale === undefined) return 1;
  const number = isNumber(scale) ? Math.trunc(nearestDouble(scale)) : NaN;
  if (number >= 1) return number;
  throw new StoreError(51024, "BSON field 'scale' value must be >= 1");
}

/** The size of a collection and its indexes, as collStats tells it: they are counted for it. */
export function* collectionStatistics(
  { store }: Server,
  collection: Collection,
  scale: number,
): Flow<Doc> {
  const documents = yield* sizesOf(store.storage, collection.id);
  const scaled = (bytes: number): Long => Long.fromNumber(Math.floor(bytes / scale));
  // Documents lie under their _id: its index is their keys.
  const indexBytes: [string, number][] = [['_id_', documents.keys]];
  for (const { name, id } of collection.indexes) {
    const { keys, values } = yield* sizesOf(store.storage, id);
    indexBytes.push([name, keys + values]);
  }
  const total = indexBytes.reduce((sum, [, bytes]) => sum + bytes, 0);
  yield {
    size: scaled(documents.values),
    count: documents.count,
    ...(documents.count > 0 && { avgObjSize: Math.floor(documents.values / documents.count) }),
    numOrphanDocs: 0,
    storageSize: scaled(documents.values),
    freeStorageSize: scaled(0),
    capped: false,
    nindexes: indexBytes.length,
    indexBuilds: [],
    totalIndexSize: scaled(total),
    totalSize: scaled(documents.values + total),
    indexSizes: Object.fromEntries(indexBytes.map(([name, bytes]) => [name, scaled(bytes)])),
    scaleFactor: scale,
  };
}

/** What collStats says of a collection that is not there. */
export const emptyStatistics = (scale: number): Doc => ({
  size: 0,
  count: 0,
  storageSize: 0,
  totalSize: 0,
  nindexes: 0,
  totalIndexSize: 0,
  indexSizes: {},
  scaleFactor: scale,
});
