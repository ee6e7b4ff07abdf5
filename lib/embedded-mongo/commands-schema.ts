import { checkFields, documentArgument, listArgument } from './arguments.ts';
import { checkNamespace, type Collection, type Index } from './catalog.ts';
import { sessionOf } from './commands-admin.ts';
import { clockOf } from './commands-read.ts';
import type { Call, Command, Server } from './commands.ts';
import { Clock, encoded } from './cursors.ts';
import { refuse, StoreError } from './errors.ts';
import { compareToExisting, expiry, idIndexSpec, parseIndexSpec } from './index-specs.ts';
import { matcher } from './match.ts';
import { ok } from './replies.ts';
import { equal, isNumber, isObject, isTruthy, nearestDouble, type Doc } from './values.ts';
import type { Reply } from './wire.ts';

function create({ store }: Server, { body, database }: Call): Promise<Reply> {
  checkFields('create', body, ['autoIndexId', 'idIndex', 'validationLevel', 'validationAction']);
  const namespace = checkNamespace(database, body.create);
  const { key = idIndexSpec.key } = documentArgument(body, 'idIndex');
  if (!equal(key, idIndexSpec.key)) {
    throw new StoreError(2, 'The field idIndex has to describe an index on _id.');
  }
  // As in MongoDB, one of the same options may be there, and here collections have no options.
  return store.write((transaction) => {
    transaction.ensureCollection(namespace);
    return ok();
  });
}

function createIndexes(server: Server, { body, database, sequences }: Call): Promise<Reply> {
  checkFields('createIndexes', body, ['indexes', 'commitQuorum', 'ignoreUnknownIndexOptions']);
  const namespace = checkNamespace(database, body.createIndexes);
  const isLenient = body.ignoreUnknownIndexOptions === true;
  const specs = listArgument(body, sequences, 'indexes').map((spec) =>
    parseIndexSpec(spec, isLenient),
  );
  const clock = clockOf(body);
  const checkTime = (): void => clock.check();
  return server.store.write((transaction) => {
    const isNew = !transaction.collection(namespace);
    // Whoever asks for what there is, as at every start, needs no room.
    if (isNew) server.checkSpace();
    let collection = transaction.ensureCollection(namespace);
    const before = collection.indexes.length + 1;
    for (const spec of specs) {
      if (compareToExisting(collection, spec)) continue;
      server.checkSpace();
      collection = transaction.addIndex(collection, spec, checkTime);
    }
    const after = collection.indexes.length + 1;
    return ok({
      numIndexesBefore: before,
      numIndexesAfter: after,
      createdCollectionAutomatically: isNew,
      ...(before === after && { note: 'all indexes already exist' }),
    });
  });
}

function existing(collection: Collection | undefined, namespace: string): Collection {
  if (!collection) throw new StoreError(26, `ns does not exist: ${namespace}`);
  return collection;
}

function listIndexes(server: Server, { body, database }: Call): Promise<Reply> {
  checkFields('listIndexes', body, ['cursor']);
  const namespace = checkNamespace(database, body.listIndexes);
  const { indexes } = existing(server.store.collection(namespace), namespace);
  const specs = [idIndexSpec, ...indexes.map(({ spec }) => spec)];
  return listing(server, body, namespace, specs);
}

/** Answers with a cursor over documents made for the occasion. */
function listing(server: Server, body: Doc, namespace: string, docs: Doc[]): Promise<Reply> {
  const { batchSize } = documentArgument(body, 'cursor');
  return server.cursors.first(
    namespace,
    encoded(docs),
    {
      batchSize: isNumber(batchSize) ? nearestDouble(batchSize) : undefined,
      session: sessionOf(body.lsid),
      limit: docs.length,
    },
    new Clock(undefined),
  );
}

function dropIndexes({ store }: Server, { body, database }: Call): Promise<Reply> {
  checkFields('dropIndexes', body, ['index']);
  const namespace = checkNamespace(database, body.dropIndexes);
  return sweeping(store, (transaction) => {
    let collection = existing(transaction.collection(namespace), namespace);
    const before = collection.indexes.length + 1;
    for (const index of namedIndexes(collection, body.index)) {
      collection = transaction.dropIndex(collection, index);
    }
    return ok({ nIndexesWas: before });
  });
}

function namedIndexes(collection: Collection, wanted: unknown): Index[] {
  if (wanted === '*') return [...collection.indexes];
  return (Array.isArray(wanted) ? wanted : [wanted]).map((name) => {
    const isId = isObject(name) ? equal(name, idIndexSpec.key) : name === idIndexSpec.name;
    if (isId) throw new StoreError(72, 'cannot drop _id index');
    const index = collection.indexes.find((candidate) =>
      isObject(name) ? equal(candidate.spec.key, name) : candidate.name === name,
    );
    if (!index) throw new StoreError(27, `index not found with name [${String(name)}]`);
    return index;
  });
}

async function sweeping(
  store: Server['store'],
  run: Parameters<Server['store']['write']>[0],
): Promise<Reply> {
  const reply = await store.write(run);
  void store.sweep();
  return reply as Reply;
}

function drop({ store }: Server, { body, database }: Call): Promise<Reply> {
  checkFields('drop', body, []);
  const namespace = checkNamespace(database, body.drop);
  return sweeping(store, (transaction) => {
    const collection = transaction.collection(namespace);
    if (!collection) return ok();
    transaction.dropCollection(collection);
    return ok({ ns: namespace, nIndexesWas: collection.indexes.length + 1 });
  });
}

function dropDatabase({ store }: Server, { body, database }: Call): Promise<Reply> {
  checkFields('dropDatabase', body, []);
  return sweeping(store, (transaction) => {
    for (const collection of transaction.collections().values()) {
      if (collection.database === database) transaction.dropCollection(collection);
    }
    return ok({ dropped: database });
  });
}

function listCollections(server: Server, { body, database }: Call): Promise<Reply> {
  checkFields('listCollections', body, ['filter', 'nameOnly', 'cursor', 'authorizedCollections']);
  const matches = matcher(documentArgument(body, 'filter'));
  const docs = [...server.store.catalog.values()]
    .filter((collection) => collection.database === database)
    .map(({ name, uuid }) => ({
      name,
      type: 'collection',
      options: {},
      info: { readOnly: false, uuid },
      idIndex: idIndexSpec,
    }))
    .filter(matches);
  const shown = body.nameOnly === true ? docs.map(({ name, type }) => ({ name, type })) : docs;
  return listing(server, body, `${database}.$cmd.listCollections`, shown);
}

function renameCollection({ store }: Server, { body, database }: Call): Promise<Reply> {
  checkFields('renameCollection', body, ['to', 'dropTarget', 'stayTemp']);
  if (database !== 'admin') {
    throw new StoreError(13, 'renameCollection may only be run against the admin database.');
  }
  const [from, to] = [body.renameCollection, body.to].map(fullNamespace) as [string, string];
  if (from === to) throw new StoreError(20, "Can't rename a collection to itself");
  return sweeping(store, (transaction) => {
    const source = transaction.collection(from);
    if (!source) throw new StoreError(26, `Source collection ${from} does not exist`);
    if (source.indexes.some(({ isBuilding }) => isBuilding)) {
      throw new StoreError(12587, `An index of ${from} is being built; try again when it is.`);
    }
    const target = transaction.collection(to);
    if (target && body.dropTarget !== true) throw new StoreError(48, 'target namespace exists');
    if (target) transaction.dropCollection(target);
    transaction.renameCollection(source, to);
    return ok();
  });
}

function fullNamespace(namespace: unknown): string {
  const [database = '', ...rest] = String(namespace).split('.');
  return checkNamespace(database, rest.join('.'));
}

/** What collMod changes: when an index removes documents, and whether queries may use it. */
const changeable = ['expireAfterSeconds', 'hidden'];

function collMod({ store }: Server, { body, database }: Call): Promise<Reply> {
  checkFields('collMod', body, ['index']);
  const namespace = checkNamespace(database, body.collMod);
  const { name, keyPattern, ...wanted } = documentArgument(body, 'index');
  const other = Object.keys(wanted).find((option) => !changeable.includes(option));
  if (other) refuse(`changing '${other}' of an index`);
  return store.write((transaction) => {
    const collection = existing(transaction.collection(namespace), namespace);
    if (body.index === undefined) return ok();
    if ((name === undefined) === (keyPattern === undefined)) {
      throw new StoreError(72, 'Must specify either index name or key pattern.');
    }
    const [[option, value] = ['', undefined], ...others] = Object.entries(wanted);
    if (option === '' || others.length > 0) {
      throw new StoreError(72, 'collMod changes either expireAfterSeconds or hidden');
    }
    const [index] = namedIndexes(collection, keyPattern ?? [name]);
    const { [option]: before, ...spec } = index!.spec;
    const isHidden = option === 'hidden';
    const after = isHidden ? isTruthy(value) : expiry(spec.key as Doc, value);
    transaction.changeIndex(
      collection,
      index!,
      after === false ? spec : { ...spec, [option]: after },
    );
    const old = isHidden ? before === true : before;
    return ok({ ...(old !== undefined && { [`${option}_old`]: old }), [`${option}_new`]: after });
  });
}

export const schemaCommands: Record<string, Command> = {
  create,
  createIndexes,
  listIndexes,
  dropIndexes,
  deleteIndexes: dropIndexes,
  drop,
  dropDatabase,
  listCollections,
  renameCollection,
  collMod,
};
