import { Double, Long } from 'bson';
import { hostname } from 'node:os';
import { checkFields } from './arguments.ts';
import { connectionsSoFar, version } from './commands-admin.ts';
import { clockOf, sourceOf } from './commands-read.ts';
import type { Call, Command, Server } from './commands.ts';
import { drain } from './cursors.ts';
import { ok } from './replies.ts';
import { collectionStatistics, emptyStatistics, scaleOf } from './statistics.ts';
import { nearestDouble } from './values.ts';
import type { Reply } from './wire.ts';

const startedAt = Date.now();

const serverStatus: Command = () => {
  const uptimeMs = Date.now() - startedAt;
  const megabytes = (bytes: number): number => Math.round(bytes / 2 ** 20);
  return ok({
    host: hostname(),
    version,
    process: 'mongod',
    pid: Long.fromNumber(process.pid),
    uptime: new Double(Math.floor(uptimeMs / 1000)),
    uptimeMillis: Long.fromNumber(uptimeMs),
    localTime: new Date(),
    connections: { totalCreated: connectionsSoFar() },
    mem: { bits: 64, resident: megabytes(process.memoryUsage.rss()), supported: true },
    storageEngine: { name: 'lmdb', supportsCommittedReads: true, persistent: true },
  });
};

async function collStats(server: Server, call: Call): Promise<Reply> {
  const { body } = call;
  checkFields('collStats', body, ['scale']);
  const scale = scaleOf(body);
  const { namespace, collection } = sourceOf(server, call);
  if (!collection) return ok({ ns: namespace, ...emptyStatistics(scale) });
  const [found] = await drain(collectionStatistics(server, collection, scale), clockOf(body));
  return ok({ ns: namespace, ...found });
}

async function dbStats(server: Server, { body, database }: Call): Promise<Reply> {
  checkFields('dbStats', body, ['scale', 'freeStorage']);
  const scale = scaleOf(body);
  const clock = clockOf(body);
  const sums = { objects: 0, dataSize: 0, indexes: 0, indexSize: 0 };
  let collections = 0;
  for (const collection of server.store.catalog.values()) {
    if (collection.database !== database) continue;
    const [found] = await drain(collectionStatistics(server, collection, 1), clock);
    collections++;
    sums.objects += nearestDouble(found!.count);
    sums.dataSize += nearestDouble(found!.size);
    sums.indexes += nearestDouble(found!.nindexes);
    sums.indexSize += nearestDouble(found!.totalIndexSize);
  }
  const { objects, dataSize, indexes, indexSize } = sums;
  return ok({
    db: database,
    collections,
    views: 0,
    objects: Long.fromNumber(objects),
    avgObjSize: new Double(objects === 0 ? 0 : dataSize / objects),
    dataSize: new Double(dataSize / scale),
    storageSize: new Double(dataSize / scale),
    indexes,
    indexSize: new Double(indexSize / scale),
    totalSize: new Double((dataSize + indexSize) / scale),
    scaleFactor: scale,
  });
}

export const statisticsCommands: Record<string, Command> = {
  serverStatus,
  collStats,
  collstats: collStats,
  dbStats,
  dbstats: dbStats,
};
