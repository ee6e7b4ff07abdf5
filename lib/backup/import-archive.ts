import { randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import { deserialize, EJSON, type Document } from 'bson';
import { MongoBulkWriteError, type AnyBulkWriteOperation, type Db } from 'mongodb';
import { BackupError, namespaceOf, type DumpedCollection } from './archive.ts';
import type { Connection } from './places.ts';
import { readArchive, type OpenArchive } from './read-archive.ts';
import { isServersOwn } from './sources.ts';

export interface Imported {
  inserted: number;
  /** Documents whose _id was there; they are left as they are. */
  present: number;
  databases: string[];
}

/** The database that Gatherly uses unless a URI names another one. */
const application = 'gatherly';
const batchDocuments = 1000;
const batchBytes = 8 * 1024 * 1024;

/**
 * Imports an archive. It is read twice: the first time only to see that all of it is there and
 * undamaged, so that of a damaged one nothing is imported.
 * @param connect is called after the first reading
 */
export async function importArchive(
  path: string,
  connect: () => Promise<Connection>,
  { database, merge = false, onDocument = () => {} }: ImportOptions = {},
): Promise<Imported> {
  const file = await open(path, 'r');
  try {
    const checked = await readArchive(file);
    const wanted = checked.collections.map((collection) => planFor(collection));
    for await (const { collection } of checked.documents()) void collection;
    const target = await connect();
    try {
      const chosen = database ?? target.database;
      const nameOf = namesIn(wanted, chosen);
      if (!merge) await refuseFull(target, wanted, nameOf);
      await createCollections(target, wanted, nameOf);
      const imported = await insertAll(await readArchive(file), target, nameOf, onDocument);
      await nameNewEpoch(target, imported.databases);
      return imported;
    } finally {
      await target.close();
    }
  } finally {
    await file.close();
  }
}

export interface ImportOptions {
  /** The name for the one database of the archive, instead of what the target is called. */
  database?: string | undefined;
  /** Add to databases that hold documents; those are refused otherwise. */
  merge?: boolean;
  /** Is told the namespace of each document as it is read. */
  onDocument?(namespace: string): void;
}

interface Plan {
  collection: DumpedCollection;
  options: Document;
  indexes: Document[];
}

/** What clients know of the numbers of before does not hold for what has been imported. */
async function nameNewEpoch({ client }: Connection, databases: string[]): Promise<void> {
  const update = { $set: { name: randomUUID() } };
  for (const name of databases) await client.db(name).collection('epochs').updateMany({}, update);
}

/** Everything that could be refused is refused here, before anything is written. */
function planFor(collection: DumpedCollection): Plan {
  const namespace = namespaceOf(collection);
  if (collection.database === '') {
    throw new BackupError('it holds an oplog, which cannot be replayed; dump without --oplog');
  }
  if (collection.type !== 'collection') {
    throw new BackupError(`${namespace} is a ${collection.type}; only collections are imported`);
  }
  try {
    const { options, indexes } = EJSON.parse(collection.metadata || '{}', {
      relaxed: false,
    }) as Document;
    return {
      collection,
      options: (options ?? {}) as Document,
      indexes: (indexes ?? []) as Document[],
    };
  } catch {
    throw new BackupError(`it is damaged (the metadata of ${namespace}); nothing was imported`);
  }
}

/** What an archive replaces nothing of, it would mix with: two histories of one conversation. */
async function refuseFull({ client }: Connection, plans: Plan[], nameOf: NameOf): Promise<void> {
  for (const name of new Set(plans.map(({ collection }) => nameOf(collection)))) {
    const db = client.db(name);
    for (const { name: found } of await db.listCollections({}, { nameOnly: true }).toArray()) {
      if (isServersOwn(name, found)) continue;
      if (!(await db.collection(found).findOne({}, { projection: { _id: 1 } }))) continue;
      throw new BackupError(
        `the database ${name} holds documents already; nothing was imported. ` +
          'Name an empty place, another database with --db, or --merge to add to what is there',
      );
    }
  }
}

type NameOf = (collection: DumpedCollection) => string;

function namesIn(plans: Plan[], chosen: string | undefined): NameOf {
  const own = new Set(
    plans
      .filter(({ collection: { database, name } }) => !isServersOwn(database, name))
      .map(({ collection }) => collection.database),
  );
  // Under its own name the application would not find it.
  if (chosen === undefined) return ({ database }) => (own.size === 1 ? application : database);
  if (own.size > 1) {
    const list = [...own].join(', ');
    throw new BackupError(`it holds several databases (${list}); they cannot all be ${chosen}`);
  }
  return () => chosen;
}

/** Indexes come first: what they forbid must not get in, not even in between. */
async function createCollections(
  { client }: Connection,
  plans: Plan[],
  nameOf: NameOf,
): Promise<void> {
  for (const { collection, options, indexes } of plans) {
    if (isServersOwn(collection.database, collection.name)) continue;
    const db = client.db(nameOf(collection));
    await createCollection(db, collection.name, options);
    const own = indexes.map(withoutNamespace).filter(({ name }) => name !== '_id_');
    if (own.length > 0) await db.command({ createIndexes: collection.name, indexes: own });
  }
}

/** Old versions of MongoDB wrote it, new ones refuse it. */
const withoutNamespace = ({ ns: _ns, ...index }: Document): Document => index;

async function createCollection(db: Db, name: string, options: Document): Promise<void> {
  try {
    await db.command({ create: name, ...options });
  } catch (error) {
    if ((error as { code?: unknown }).code !== 48) throw error;
  }
}

async function insertAll(
  archive: OpenArchive,
  { client }: Connection,
  nameOf: NameOf,
  onDocument: (namespace: string) => void,
): Promise<Imported> {
  const databases = new Set<string>();
  const total: Imported = { inserted: 0, present: 0, databases: [] };
  let batch: Document[] = [];
  let bytesInBatch = 0;
  let current: DumpedCollection | undefined;
  const flush = async (): Promise<void> => {
    if (!current || batch.length === 0) return;
    const result = await insert(client.db(nameOf(current)), current.name, batch);
    total.inserted += result.inserted;
    total.present += result.present;
    batch = [];
    bytesInBatch = 0;
  };
  for await (const { collection, bytes } of archive.documents()) {
    if (isServersOwn(collection.database, collection.name)) continue;
    const isFull = batch.length >= batchDocuments || bytesInBatch + bytes.length > batchBytes;
    if (current !== collection || isFull) await flush();
    current = collection;
    onDocument(`${nameOf(collection)}.${collection.name}`);
    databases.add(nameOf(collection));
    batch.push(decode(bytes));
    bytesInBatch += bytes.length;
  }
  await flush();
  return { ...total, databases: [...databases] };
}

/** Every value keeps its BSON type. */
const decode = (bytes: Buffer): Document =>
  deserialize(bytes, { promoteValues: false, bsonRegExp: true, validation: { utf8: false } });

async function insert(
  db: Db,
  name: string,
  documents: Document[],
): Promise<{ inserted: number; present: number }> {
  const collection = db.collection(name);
  const operations: AnyBulkWriteOperation[] = documents.map((document) => ({
    insertOne: { document },
  }));
  try {
    await collection.bulkWrite(operations, { ordered: false, forceServerObjectId: true });
    return { inserted: documents.length, present: 0 };
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError)) throw error;
    const failures = [error.writeErrors].flat();
    for (const { code, index, errmsg } of failures) {
      if (code === 11000 && errmsg?.includes(' index: _id_ ')) continue;
      // A document that is there may be refused by another unique index first.
      const filter = { _id: documents[index]!._id };
      const found =
        code === 11000 && (await collection.findOne(filter, { projection: { _id: 1 } }));
      if (!found) throw new BackupError(errmsg ?? error.message);
    }
    return { inserted: documents.length - failures.length, present: failures.length };
  }
}
