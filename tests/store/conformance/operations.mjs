import { Readable } from 'node:stream';
import { concerns, CursorEntity } from './entities.mjs';
import { skip, fail } from './values.mjs';

const lower = (v) => (typeof v === 'string' ? v.toLowerCase() : v);
export const opts = (o, entities) => {
  const { session, returnDocument, returnKey, ...rest } = concerns(o);
  if (session) rest.session = entities.need(session);
  if (returnDocument) rest.returnDocument = lower(returnDocument);
  if (returnKey !== undefined) rest.returnKey = returnKey;
  return rest;
};
export const bulkResult = (r) => ({
  insertedCount: r.insertedCount,
  matchedCount: r.matchedCount,
  modifiedCount: r.modifiedCount,
  deletedCount: r.deletedCount,
  upsertedCount: r.upsertedCount,
  insertedIds: r.insertedIds,
  upsertedIds: r.upsertedIds,
});
export const clientBulkResult = (r) =>
  (r?.updateResults && {
    ...r,
    updateResults: new Map([...r.updateResults].map(([k, { didUpsert, ...u }]) => [k, u])),
  }) ||
  r; // didUpsert is the Node driver's own field
const hexStream = (s) => Readable.from([Buffer.from(s.$$hexBytes, 'hex')]);
const finished = (s) =>
  new Promise((res, rej) => {
    s.once('finish', res);
    s.once('error', rej);
  });
const readAll = async (s) => {
  const l = [];
  for await (const c of s) l.push(c);
  return Buffer.concat(l);
};

const bulkModels = (requests) =>
  requests.map((r) => {
    const [k, v] = Object.entries(r)[0];
    return { [k]: v };
  });

export const operationsOf = {
  client: {
    listDatabases: (c, a) =>
      c
        .db('admin')
        .admin()
        .listDatabases(a)
        .then((r) => r.databases),
    listDatabaseNames: (c, a) =>
      c
        .db('admin')
        .admin()
        .listDatabases({ ...a, nameOnly: true })
        .then((r) => r.databases.map((d) => d.name)),
    listDatabaseObjects: (c, a) =>
      c
        .db('admin')
        .admin()
        .listDatabases(a)
        .then((r) => r.databases),
    close: (c) => c.close(),
    clientBulkWrite: async (c, { models, ...o }) => {
      const r = await c.bulkWrite(
        models.map((m) => {
          const [name, { namespace, ...v }] = Object.entries(m)[0];
          return { name, namespace, ...v };
        }),
        o,
      );
      return clientBulkResult(r);
    },
  },
  database: {
    aggregate: (d, { pipeline, ...o }) => d.aggregate(pipeline, o).toArray(),
    runCommand: (d, { command, commandName, ...o }) => d.command(command, o),
    createCollection: (d, { collection, ...o }) =>
      d.createCollection(collection, o).then(() => undefined),
    dropCollection: (d, { collection, ...o }) => d.dropCollection(collection, o),
    listCollections: (d, { filter, ...o }) => d.listCollections(filter ?? {}, o).toArray(),
    listCollectionObjects: (d, { filter, ...o }) => d.listCollections(filter ?? {}, o).toArray(),
    listCollectionNames: (d, { filter, ...o }) =>
      d
        .listCollections(filter ?? {}, { ...o, nameOnly: true })
        .toArray()
        .then((l) => l.map((c) => c.name)),
    modifyCollection: (d, { collection, ...o }) => {
      const { session, ...body } = o;
      return d.command({ collMod: collection, ...body }, { session });
    },
    runCursorCommand: (
      d,
      { command, commandName, batchSize, comment, maxTimeMS, cursorType, timeoutMode, ...o },
    ) => cursorCommand(d, command, { batchSize, comment, maxTimeMS, ...o }).toArray(),
    createCommandCursor: async (
      d,
      { command, commandName, batchSize, comment, maxTimeMS, cursorType, timeoutMode, ...o },
    ) =>
      new CursorEntity(cursorCommand(d, command, { batchSize, comment, maxTimeMS, ...o })).start(),
  },
  collection: {
    aggregate: (c, { pipeline, ...o }) => c.aggregate(pipeline, o).toArray(),
    find: (c, { filter, ...o }) => c.find(filter, o).toArray(),
    findOne: (c, { filter, ...o }) => c.findOne(filter, o),
    createFindCursor: async (c, { filter, ...o }) => new CursorEntity(c.find(filter, o)).start(),
    count: (c, { filter, ...o }) => c.count(filter, o),
    countDocuments: (c, { filter, ...o }) => c.countDocuments(filter, o),
    estimatedDocumentCount: (c, o) => c.estimatedDocumentCount(o),
    distinct: (c, { fieldName, filter, ...o }) => c.distinct(fieldName, filter ?? {}, o),
    insertOne: (c, { document, ...o }) => c.insertOne(document, o),
    insertMany: (c, { documents, ...o }) => c.insertMany(documents, o),
    updateOne: (c, { filter, update, ...o }) => c.updateOne(filter, update, o),
    updateMany: (c, { filter, update, ...o }) => c.updateMany(filter, update, o),
    replaceOne: (c, { filter, replacement, ...o }) => c.replaceOne(filter, replacement, o),
    deleteOne: (c, { filter, ...o }) => c.deleteOne(filter, o),
    deleteMany: (c, { filter, ...o }) => c.deleteMany(filter, o),
    findOneAndUpdate: (c, { filter, update, ...o }) => c.findOneAndUpdate(filter, update, o),
    findOneAndReplace: (c, { filter, replacement, ...o }) =>
      c.findOneAndReplace(filter, replacement, o),
    findOneAndDelete: (c, { filter, ...o }) => c.findOneAndDelete(filter, o),
    bulkWrite: (c, { requests, ...o }) => c.bulkWrite(bulkModels(requests), o).then(bulkResult),
    createIndex: (c, { keys, ...o }) => c.createIndex(keys, o),
    createIndexes: (c, { models, ...o }) => c.createIndexes(models, o),
    dropIndex: (c, { name, ...o }) => c.dropIndex(name, o),
    dropIndexes: (c, o) => c.dropIndexes(o),
    listIndexes: (c, o) => c.listIndexes(o).toArray(),
    listIndexNames: (c, o) =>
      c
        .listIndexes(o)
        .toArray()
        .then((l) => l.map((i) => i.name)),
    rename: (c, { to, ...o }) => c.rename(to, o).then(() => undefined),
  },
  session: {
    startTransaction: (s, o) => s.startTransaction(o),
    commitTransaction: (s, o) => s.commitTransaction(o),
    abortTransaction: (s, o) => s.abortTransaction(o),
    endSession: (s) => s.endSession(),
    withTransaction: (s, { callback, ...o }, ctx) =>
      s.withTransaction(async () => {
        for (const op of callback) await ctx.runOperation(op, ctx, true);
      }, o),
  },
  bucket: {
    upload: async (b, { filename, source, ...o }) => {
      const up = b.openUploadStream(filename, o);
      hexStream(source).pipe(up);
      await finished(up);
      return up.id;
    },
    uploadWithId: async (b, { id, filename, source, ...o }) => {
      const up = b.openUploadStreamWithId(id, filename, o);
      hexStream(source).pipe(up);
      await finished(up);
      return up.id;
    },
    download: (b, { id }) => readAll(b.openDownloadStream(id)),
    downloadByName: (b, { filename, ...o }) => readAll(b.openDownloadStreamByName(filename, o)),
    delete: (b, { id }) => b.delete(id),
    deleteByName: (b, { filename }) =>
      b.deleteByName?.(filename) ?? skip('the driver has no GridFS deleteByName'),
    rename: (b, { id, newFilename }) => b.rename(id, newFilename),
    renameByName: (b, { filename, newFilename }) =>
      b.renameByName?.(filename, newFilename) ?? skip('the driver has no GridFS renameByName'),
    drop: (b) => b.drop(),
    find: (b, { filter, ...o }) => b.find(filter, o).toArray(),
  },
  cursor: {
    iterateUntilDocumentOrError: async (c) => {
      for (;;) {
        const d = await c.next();
        if (d !== null) return d;
        if (c.cursor.closed || c.cursor.id?.isZero?.()) fail('cursor exhausted');
      }
    },
    iterateOnce: async (c) => {
      if (c.primed) return c.next();
      return c.cursor.tryNext();
    },
    close: (c) => c.cursor.close(),
  },
};

function cursorCommand(db, command, { batchSize, comment, maxTimeMS, ...o }) {
  const cursor = db.runCursorCommand(command, o);
  if (batchSize !== undefined) cursor.setBatchSize(batchSize);
  if (comment !== undefined) cursor.setComment(comment);
  if (maxTimeMS !== undefined) cursor.setMaxTimeMS(maxTimeMS);
  return cursor;
}
