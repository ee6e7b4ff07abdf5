import { Double, Long } from 'bson';
import { hostname } from 'node:os';
import { checkFields } from './arguments.ts';
import type { Collection } from './catalog.ts';
import { connectionsSoFar, version } from './commands-admin.ts';
import { clockOf, sourceOf } from './commands-read.ts';
import type { Call, Command, Server } from './commands.ts';
import type { Clock } from './cursors.ts';
import { StoreError } from './errors.ts';
import { rangeOf } from './indexes.ts';
import { ok } from './replies.ts';
import type { Storage } from './storage.ts';
import { isNumber, nearestDouble, type Doc } from './values.ts';
import type { Reply } from './wire.ts';

const startedAt = Date.now();
const entriesPerTurn = 1000;

const serverStatus: Command = () => {
  const uptimeMs = Date.now() - startedAt;
  return ok({
    host: hostname(),
    version,
    process: 'mongod',
    pid: Long.fromNumber(process.pid),
    uptime: new Double(Math.floor(uptimeMs / 1000)),
    uptimeMillis: Long.fromNumber(uptimeMs),
    localTime: new Date(),
    connections: { totalCreated: connectionsSoFar() },
    storageEngine: { name: 'lmdb', persistent: true },
  });
};

interface Sizes {
  count: number;
  keys: number;
  values: number;
}

/** Adds up what a range holds. */
async function sizesOf(storage: Storage, id: number, clock: Clock): Promise<Sizes> {
  const sizes = { count: 0, keys: 0, values: 0 };
  for (const batch of storage.batches(rangeOf(id), entriesPerTurn)) {
    for (const { key, value } of batch) {
      sizes.count++;
      sizes.keys += key.length;
      sizes.values += value.length;
    }
    await clock.pause();
  }
  return sizes;
}

/** The documents of a collection, and the bytes of each of its indexes. */
async function measure({ store }: Server, collection: Collection | undefined, clock: Clock) {
  const indexes: [name: string, bytes: number][] = [];
  if (!collection) return { count: 0, bytes: 0, indexes, indexBytes: 0 };
  const { count, keys, values } = await sizesOf(store.storage, collection.id, clock);
  // Documents lie under their _id: its index is their keys.
  indexes.push(['_id_', keys]);
  for (const { name, id } of collection.indexes) {
    const sizes = await sizesOf(store.storage, id, clock);
    indexes.push([name, sizes.keys + sizes.values]);
  }
  const indexBytes = indexes.reduce((sum, [, bytes]) => sum + bytes, 0);
  return { count, bytes: values, indexes, indexBytes };
}

/** Sizes as they are told: divided by the scale that is asked for. */
function scaling({ scale = 1 }: Doc): { scaleFactor: number; scaled(bytes: number): Long } {
  const scaleFactor = isNumber(scale) ? Math.trunc(nearestDouble(scale)) : NaN;
  if (!(scaleFactor >= 1)) throw new StoreError(51024, "BSON field 'scale' value must be >= 1");
  return { scaleFactor, scaled: (bytes) => Long.fromNumber(Math.floor(bytes / scaleFactor)) };
}

async function collStats(server: Server, call: Call): Promise<Reply> {
  const { body } = call;
  checkFields('collStats', body, ['scale']);
  const { scaleFactor, scaled } = scaling(body);
  const { namespace, collection } = sourceOf(server, call);
  const { count, bytes, indexes, indexBytes } = await measure(server, collection, clockOf(body));
  return ok({
    ns: namespace,
    size: scaled(bytes),
    count,
    ...(count > 0 && { avgObjSize: Math.floor(bytes / count) }),
    storageSize: scaled(bytes),
    capped: false,
    nindexes: indexes.length,
    totalIndexSize: scaled(indexBytes),
    totalSize: scaled(bytes + indexBytes),
    indexSizes: Object.fromEntries(indexes.map(([name, size]) => [name, scaled(size)])),
    scaleFactor,
  });
}

async function dbStats(server: Server, { body, database }: Call): Promise<Reply> {
  checkFields('dbStats', body, ['scale', 'freeStorage']);
  const { scaleFactor, scaled } = scaling(body);
  const clock = clockOf(body);
  const sums = { collections: 0, objects: 0, data: 0, indexes: 0, index: 0 };
  for (const collection of server.store.catalog.values()) {
    if (collection.database !== database) continue;
    const { count, bytes, indexes, indexBytes } = await measure(server, collection, clock);
    sums.collections++;
    sums.objects += count;
    sums.data += bytes;
    sums.indexes += indexes.length;
    sums.index += indexBytes;
  }
  const { collections, objects, data, indexes, index } = sums;
  return ok({
    db: database,
    collections,
    views: 0,
    objects: Long.fromNumber(objects),
    avgObjSize: new Double(objects === 0 ? 0 : data / objects),
    dataSize: scaled(data),
    storageSize: scaled(data),
    indexes,
    indexSize: scaled(index),
    totalSize: scaled(data + index),
    scaleFactor,
  });
}

export const statisticsCommands: Record<string, Command> = {
  serverStatus,
  collStats,
  collstats: collStats,
  dbStats,
  dbstats: dbStats,
};
