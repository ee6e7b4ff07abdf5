import { EJSON } from 'bson';
import type { CollectionInfo, Db, MongoClient } from 'mongodb';
import { openSnapshot, type SnapshotCollection } from '#lib/embedded-mongo/snapshot.ts';
import type { DumpedCollection } from './archive.ts';
import { connectTo, type Place } from './places.ts';
import type { Source } from './write-archive.ts';

/** What a place holds; for MongoDB the database that the URI names, or else all of them. */
export const openSource = (place: Place): Promise<Source> =>
  'uri' in place ? openMongo(place) : openDirectory(place.directory);

async function openDirectory(directory: string): Promise<Source> {
  const snapshot = await openSnapshot(directory);
  const byName = new Map<DumpedCollection, SnapshotCollection>();
  for (const collection of snapshot.collections) {
    const { database, name, uuid, indexes } = collection;
    const metadata = metadataOf({ name, uuid, options: {}, indexes });
    byName.set({ database, name, metadata, type: 'collection' }, collection);
  }
  return {
    serverVersion: '8.0.0',
    collections: [...byName.keys()],
    async *documents(collection) {
      yield* byName.get(collection)!.documents();
    },
    close: () => snapshot.close(),
  };
}

/**
 * Over the wire there is no common moment, as with mongodump without --oplog: collections are read
 * one after another, each by a cursor that may or may not see what is written meanwhile. Stop the
 * application, or snapshot the disk, where that matters.
 */
async function openMongo(place: Place): Promise<Source> {
  const { client, database, close } = await connectTo(place);
  try {
    const { version } = await client.db('admin').command({ buildInfo: 1 });
    const collections: DumpedCollection[] = [];
    for (const name of database === undefined ? await databasesOf(client) : [database]) {
      collections.push(...(await collectionsOf(client.db(name))));
    }
    return {
      serverVersion: String(version),
      collections,
      documents: (collection) =>
        client
          .db(collection.database)
          .collection(collection.name)
          // Asked for raw they are bytes.
          .find<Buffer>({}, { raw: true, noCursorTimeout: true }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function databasesOf(client: MongoClient): Promise<string[]> {
  const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
  return databases.map(({ name }) => name).filter((name) => !isServersOwn(name, ''));
}

/** What MongoDB keeps for itself. */
export const isServersOwn = (database: string, collection: string): boolean =>
  ['admin', 'config', 'local'].includes(database) || /^(\$admin\.)?system\./.test(collection);

/** Numbers in their BSON classes: an index on 1 is shown otherwise than one on 1.0. */
const exactly = { promoteValues: false, bsonRegExp: true };

async function collectionsOf(db: Db): Promise<DumpedCollection[]> {
  const database = db.databaseName;
  const result: DumpedCollection[] = [];
  const listed = await db.listCollections<CollectionInfo>({}, exactly).toArray();
  for (const { name, type, options, info } of listed) {
    if (isServersOwn('', name)) continue;
    if (type !== 'collection') {
      throw new Error(`${database}.${name} is a ${type}; only collections can be exported.`);
    }
    const indexes = await db.collection(name).listIndexes(exactly).toArray();
    const uuid = (info as { uuid?: { toString(encoding: 'hex'): string } }).uuid?.toString('hex');
    const metadata = metadataOf({ name, uuid, options, indexes });
    result.push({ database, name, metadata, type });
  }
  return result;
}

interface Metadata {
  name: string;
  uuid: string | undefined;
  options: unknown;
  indexes: unknown[];
}

const metadataOf = ({ name, uuid, options, indexes }: Metadata): string =>
  EJSON.stringify(
    { options, indexes, ...(uuid && { uuid }), collectionName: name, type: 'collection' },
    { relaxed: false },
  );
