import { checkFields, listArgument } from './arguments.ts';
import { checkNamespace } from './catalog.ts';
import type { Call, Command, Server } from './commands.ts';
import { StoreError } from './errors.ts';
import { parseProjection } from './projection.ts';
import { parseFilter, type Query } from './query.ts';
import { ok, writeError } from './replies.ts';
import { type Found, type Search } from './search.ts';
import { parseSort } from './sort.ts';
import type { Transaction } from './transaction.ts';
import { parseUpdate, type Update } from './update.ts';
import { decode, isNumber, isObject, nearestDouble, type Doc } from './values.ts';
import { insertNew, modify, prepareInsert, removeFound, searchIn } from './writing.ts';
import type { Reply } from './wire.ts';

const isOrdered = (body: Doc): boolean => body.ordered !== false;

/** Runs the statements of a write command, up to the first error if they are ordered. */
function runStatements<T>(
  statements: readonly T[],
  ordered: boolean,
  run: (statement: T, index: number) => void,
): Doc[] {
  const errors: Doc[] = [];
  for (const [index, statement] of statements.entries()) {
    try {
      run(statement, index);
    } catch (error) {
      errors.push(writeError(index, error));
      if (ordered) break;
    }
  }
  return errors;
}

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

interface UpdateResult {
  n: number;
  nModified: number;
  upserted: Doc[];
}

function update(server: Server, call: Call): Promise<Reply> {
  const { body, database } = call;
  checkFields('update', body, ['updates', 'ordered', 'bypassDocumentValidation']);
  const namespace = checkNamespace(database, body.update);
  const statements = statementsOf(call, 'updates');
  server.checkSpace();
  return server.store.write((transaction) => {
    const result: UpdateResult = { n: 0, nModified: 0, upserted: [] };
    const errors = runStatements(statements, isOrdered(body), (statement, index) =>
      updateStatement(server, transaction, namespace, statement, index, result),
    );
    const { n, nModified, upserted } = result;
    return ok({ n, nModified, ...(upserted.length > 0 && { upserted }), ...withErrors(errors) });
  });
}

const updateFields = ['q', 'u', 'multi', 'upsert', 'arrayFilters', 'hint', 'sort'];

function updateStatement(
  server: Server,
  transaction: Transaction,
  namespace: string,
  statement: Doc,
  index: number,
  result: UpdateResult,
): void {
  checkFields('update', statement, updateFields);
  const changes = parseUpdate(statement.u, statement.arrayFilters);
  const isMulti = statement.multi === true;
  if (isMulti && changes.isReplacement) {
    throw new StoreError(9, 'multi update is not supported for replacement-style update');
  }
  if (isMulti && statement.sort !== undefined) {
    throw new StoreError(9, 'Cannot specify sort with multi=true');
  }
  const query = parseFilter(statementFilter(statement));
  const limit = isMulti ? Infinity : 1;
  const wanted = { query, sort: parseSort(statement.sort), hint: statement.hint, limit };
  const found = searchIn(server, transaction, namespace, wanted);
  for (const document of found) {
    const { isModified } = modify(transaction, namespace, document, changes, query);
    result.n++;
    if (isModified) result.nModified++;
  }
  if (found.length === 0 && statement.upsert === true) {
    const document = insertNew(transaction, namespace, changes, query);
    result.n++;
    result.upserted.push({ index, _id: document._id });
  }
}

function statementFilter(statement: Doc): Doc {
  if (isObject(statement.q)) return statement.q;
  throw new StoreError(40414, "BSON field 'q' is missing but a required field");
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
      const wanted: Search = {
        query: parseFilter(statementFilter(statement)),
        limit: isNumber(statement.limit) && nearestDouble(statement.limit) === 1 ? 1 : Infinity,
        hint: statement.hint,
      };
      for (const document of searchIn(server, transaction, namespace, wanted)) {
        removeFound(transaction, namespace, document);
        n++;
      }
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
