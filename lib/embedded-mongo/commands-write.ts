import { checkFields, listArgument } from './arguments.ts';
import { checkNamespace } from './catalog.ts';
import type { Call, Command, Server } from './commands.ts';
import { StoreError } from './errors.ts';
import { parseProjection } from './projection.ts';
import { parseFilter, type Query } from './query.ts';
import { ok } from './replies.ts';
import type { Found } from './search.ts';
import { parseSort } from './sort.ts';
import { deleteMatching, runStatements, updateMatching, type Updated } from './statements.ts';
import type { Transaction } from './transaction.ts';
import { parseUpdate, type Update } from './update.ts';
import { decode, isNumber, isObject, nearestDouble, type Doc } from './values.ts';
import { insertNew, modify, prepareInsert, removeFound, searchIn } from './writing.ts';
import type { Reply } from './wire.ts';

const isOrdered = (body: Doc): boolean => body.ordered !== false;

const withErrors = (writeErrors: Doc[]): Doc => (writeErrors.length > 0 ? { writeErrors } : {});

function insert(server: Server, { body, database, sequences }: Call): Promise<Reply> {
  checkFields('insert', body, ['documents', 'ordered', 'bypassDocumentValidation']);
  const namespace = checkNamespace(database, body.insert);
  const documents = listArgument(body, sequences, 'documents') as Buffer[];
  server.checkSpace();
  const prepared = documents.map(prepareInsert);
  return server.store.write((transaction) => {
    const collection = transaction.ensureCollection(namespace);
    let n = 0;
    const errors = runStatements(prepared, isOrdered(body), (document) => {
      if (document instanceof StoreError) throw document;
      transaction.insert(collection, document.idKey, document.doc, document.raw);
      n++;
    });
    return ok({ n, ...withErrors(errors) });
  });
}

/** The statements of update and delete, which come decoded in the body or raw in a section. */
const statementsOf = (call: Call, name: string): Doc[] =>
  listArgument(call.body, call.sequences, name).map((statement) =>
    statement instanceof Uint8Array ? decode(statement) : (statement as Doc),
  );

const updateFields = ['q', 'u', 'multi', 'upsert', 'arrayFilters', 'hint', 'sort'];

function update(server: Server, call: Call): Promise<Reply> {
  const { body, database } = call;
  checkFields('update', body, ['updates', 'ordered', 'bypassDocumentValidation']);
  const namespace = checkNamespace(database, body.update);
  const statements = statementsOf(call, 'updates');
  server.checkSpace();
  return server.store.write((transaction) => {
    const upserted: Doc[] = [];
    let [n, nModified] = [0, 0];
    const errors = runStatements(statements, isOrdered(body), (statement, index) => {
      checkFields('update', statement, updateFields);
      const updated: Updated = { matched: 0, modified: 0 };
      try {
        updateMatching(server, transaction, namespace, statement, updated);
      } finally {
        n += updated.matched + (updated.upserted ? 1 : 0);
        nModified += updated.modified;
        if (updated.upserted) upserted.push({ index, ...updated.upserted });
      }
    });
    return ok({ n, nModified, ...(upserted.length > 0 && { upserted }), ...withErrors(errors) });
  });
}

function deleteCommand(server: Server, call: Call): Promise<Reply> {
  const { body, database } = call;
  checkFields('delete', body, ['deletes', 'ordered']);
  const namespace = checkNamespace(database, body.delete);
  const statements = statementsOf(call, 'deletes');
  return server.store.write((transaction) => {
    let n = 0;
    const errors = runStatements(statements, isOrdered(body), (statement) => {
      checkFields('delete', statement, ['q', 'limit', 'hint']);
      n += deleteMatching(server, transaction, namespace, {
        filter: statement.q,
        isMulti: !(isNumber(statement.limit) && nearestDouble(statement.limit) === 1),
        hint: statement.hint,
      });
    });
    return ok({ n, ...withErrors(errors) });
  });
}

const findAndModifyFields = [
  'query',
  'sort',
  'remove',
  'update',
  'new',
  'fields',
  'upsert',
  'hint',
  'arrayFilters',
  'bypassDocumentValidation',
];

function findAndModify(server: Server, { body, name, database }: Call): Promise<Reply> {
  checkFields(name, body, findAndModifyFields);
  const namespace = checkNamespace(database, body[name]);
  const isRemove = body.remove === true;
  if (isRemove === (body.update !== undefined)) {
    throw new StoreError(9, "Either an update or 'remove' must be specified, not both");
  }
  if (isRemove && (body.upsert === true || body.new === true)) {
    throw new StoreError(9, "Cannot specify 'upsert' or 'new' together with 'remove'");
  }
  const changes = isRemove ? undefined : parseUpdate(body.update, body.arrayFilters);
  const project = parseProjection(body.fields) ?? ((doc: Doc) => doc);
  const filter = isObject(body.query) ? body.query : {};
  const query = parseFilter(filter);
  const wanted = { query, sort: parseSort(body.sort), hint: body.hint, limit: 1 };
  if (changes) server.checkSpace();
  return server.store.write((transaction) => {
    const [found] = searchIn(server, transaction, namespace, wanted);
    const outcome = changes
      ? findAndUpdate(transaction, namespace, found, changes, query, body)
      : findAndRemove(transaction, namespace, found);
    return ok({ ...outcome, value: outcome.value ? project(outcome.value) : null });
  });
}

interface Outcome {
  lastErrorObject: Doc;
  value: Doc | undefined;
}

function findAndRemove(
  transaction: Transaction,
  namespace: string,
  found: Found | undefined,
): Outcome {
  if (found) removeFound(transaction, namespace, found);
  return { lastErrorObject: { n: found ? 1 : 0 }, value: found?.doc };
}

function findAndUpdate(
  transaction: Transaction,
  namespace: string,
  found: Found | undefined,
  changes: Update,
  query: Query,
  { upsert, new: wantsNew }: Doc,
): Outcome {
  if (found) {
    const { after } = modify(transaction, namespace, found, changes, query);
    const lastErrorObject = { n: 1, updatedExisting: true };
    return { lastErrorObject, value: wantsNew === true ? after : found.doc };
  }
  if (upsert !== true) {
    return { lastErrorObject: { n: 0, updatedExisting: false }, value: undefined };
  }
  const inserted = insertNew(transaction, namespace, changes, query);
  const lastErrorObject = { n: 1, updatedExisting: false, upserted: inserted._id };
  return { lastErrorObject, value: wantsNew === true ? inserted : undefined };
}

export const writeCommands: Record<string, Command> = {
  insert,
  update,
  delete: deleteCommand,
  findAndModify,
  findandmodify: findAndModify,
};
