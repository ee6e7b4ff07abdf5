import { checkFields, documentArgument, listArgument } from './arguments.ts';
import { checkNamespace } from './catalog.ts';
import { clockOf } from './commands-read.ts';
import type { Call, Command, Server } from './commands.ts';
import type { Clock } from './cursors.ts';
import { runErrand, type Errand } from './errands.ts';
import { StoreError } from './errors.ts';
import { scopeOf } from './expression.ts';
import { parseProjection } from './projection.ts';
import { parseFilter } from './query.ts';
import { ok } from './replies.ts';
import type { Search } from './search.ts';
import { parseSort } from './sort.ts';
import { deleteStatement, insertion, runStatements, updateStatement } from './statements.ts';
import type { Transaction } from './transaction.ts';
import { isTurnOver } from './turn.ts';
import { parseUpdate, type Update } from './update.ts';
import { decode, isNumber, isObject, nearestDouble, type Doc } from './values.ts';
import {
  insertInto,
  newDocument,
  prepareInsert,
  removeFound,
  replaceFound,
  updated,
} from './writing.ts';
import type { Reply } from './wire.ts';

const isOrdered = (body: Doc): boolean => body.ordered !== false;

const withErrors = (writeErrors: Doc[]): Doc => (writeErrors.length > 0 ? { writeErrors } : {});

async function insert(server: Server, { body, database, sequences }: Call): Promise<Reply> {
  checkFields('insert', body, ['documents', 'ordered', 'bypassDocumentValidation']);
  const namespace = checkNamespace(database, body.insert);
  const documents = listArgument(body, sequences, 'documents') as Buffer[];
  const clock = clockOf(body);
  server.checkSpace();
  let n = 0;
  const count = (): void => void n++;
  // Those that there is no time for now are prepared when it is their turn.
  const statements = documents.map((document) =>
    insertion(namespace, document, isTurnOver() ? undefined : prepareInsert(document), count),
  );
  const errors = await runStatements(server, statements, isOrdered(body), clock);
  return ok({ n, ...withErrors(errors) });
}

const updateFields = ['q', 'u', 'multi', 'upsert', 'arrayFilters', 'hint', 'sort', 'c'];

/** The statements of update and delete, which come decoded in the body or raw in a section. */
async function statementsOf(call: Call, fields: readonly string[], clock: Clock): Promise<Doc[]> {
  const { name, body, sequences } = call;
  const statements: Doc[] = [];
  for (const received of listArgument(body, sequences, `${name}s`)) {
    const statement = received instanceof Uint8Array ? decode(received) : (received as Doc);
    checkFields(name, statement, fields);
    statements.push(statement);
    if (isTurnOver()) await clock.pause();
  }
  return statements;
}

async function update(server: Server, call: Call): Promise<Reply> {
  const { body, database } = call;
  checkFields('update', body, ['updates', 'ordered', 'bypassDocumentValidation', 'let']);
  const namespace = checkNamespace(database, body.update);
  const clock = clockOf(body);
  const updates = await statementsOf(call, updateFields, clock);
  server.checkSpace();
  const upserts: Doc[] = [];
  const site = { server, namespace, scope: scopeOf(body.let), clock };
  let [n, nModified] = [0, 0];
  const statements = updates.map((statement, index) =>
    updateStatement(site, statement, ({ matched, modified, upserted }) => {
      n += matched + (upserted ? 1 : 0);
      nModified += modified;
      if (upserted) upserts.push({ index, ...upserted });
    }),
  );
  const errors = await runStatements(server, statements, isOrdered(body), clock);
  const upserted = upserts.length > 0 && { upserted: upserts };
  return ok({ n, nModified, ...upserted, ...withErrors(errors) });
}

async function deleteCommand(server: Server, call: Call): Promise<Reply> {
  const { body, database } = call;
  checkFields('delete', body, ['deletes', 'ordered', 'let']);
  const namespace = checkNamespace(database, body.delete);
  const clock = clockOf(body);
  const deletes = await statementsOf(call, ['q', 'limit', 'hint'], clock);
  const site = { server, namespace, scope: scopeOf(body.let), clock };
  let n = 0;
  const statements = deletes.map((statement) => {
    const isMulti = !(isNumber(statement.limit) && nearestDouble(statement.limit) === 1);
    const wanted = { filter: statement.q, isMulti, hint: statement.hint };
    return deleteStatement(site, wanted, (removed) => (n += removed));
  });
  const errors = await runStatements(server, statements, isOrdered(body), clock);
  return ok({ n, ...withErrors(errors) });
}

const findAndModifyFields =
  'query sort remove update new fields let upsert hint arrayFilters bypassDocumentValidation'.split(
    ' ',
  );

async function findAndModify(server: Server, { body, name, database }: Call): Promise<Reply> {
  checkFields(name, body, findAndModifyFields);
  const namespace = checkNamespace(database, body[name]);
  const isRemove = body.remove === true;
  if (isRemove === (body.update !== undefined)) {
    throw new StoreError(9, "Either an update or 'remove' must be specified, not both");
  }
  if (isRemove && (body.upsert === true || body.new === true)) {
    throw new StoreError(9, "Cannot specify 'upsert' or 'new' together with 'remove'");
  }
  const fields = isObject(body.fields) ? Object.keys(body.fields) : [];
  if (body.new === true && fields.some((name) => name.endsWith('.$'))) {
    throw new StoreError(2, 'Cannot use a positional projection and return the new document.');
  }
  const scope = scopeOf(body.let);
  const changes = isRemove ? undefined : parseUpdate(body.update, body.arrayFilters, scope);
  const query = parseFilter(documentArgument(body, 'query'), scope);
  const project = parseProjection(body.fields, { scope, query }) ?? ((doc: Doc) => doc);
  const wanted = { query, sort: parseSort(body.sort), hint: body.hint, limit: 1 };
  const clock = clockOf(body);
  if (changes) server.checkSpace();
  const outcome: Outcome = {
    lastErrorObject: changes ? { n: 0, updatedExisting: false } : { n: 0 },
    value: null,
  };
  // What cannot be shown is not written: after the write it would be too late to say so.
  const show = (doc: Doc): void => void (outcome.value = project(doc));
  const errand = changes
    ? findAndUpdate(namespace, wanted, changes, body, outcome, show)
    : findAndRemove(namespace, wanted, outcome, show);
  const rest = await server.store.write((transaction) =>
    runErrand(server, transaction, errand, clock),
  );
  await rest?.();
  return ok({ ...outcome });
}

/** What the errand of a findAndModify found, and did. */
interface Outcome {
  lastErrorObject: Doc;
  value: Doc | null;
}

type Show = (doc: Doc) => void;

const findAndRemove = (
  namespace: string,
  wanted: Search,
  outcome: Outcome,
  show: Show,
): Errand => ({
  namespace,
  wanted,
  change(transaction, found) {
    show(found.doc);
    removeFound(transaction, namespace, found);
    outcome.lastErrorObject = { n: 1 };
  },
});

function findAndUpdate(
  namespace: string,
  wanted: Search,
  changes: Update,
  { upsert, new: wantsNew }: Doc,
  outcome: Outcome,
  show: Show,
): Errand {
  const { query } = wanted;
  return {
    namespace,
    wanted,
    change(transaction, found) {
      const after = updated(found, changes, query);
      show(wantsNew === true ? after.doc : found.doc);
      replaceFound(transaction, namespace, found, after);
      outcome.lastErrorObject = { n: 1, updatedExisting: true };
    },
    ...(upsert === true && {
      otherwise(transaction: Transaction) {
        const made = newDocument(changes, query);
        if (wantsNew === true) show(made.doc);
        insertInto(transaction, namespace, made);
        outcome.lastErrorObject = { n: 1, updatedExisting: false, upserted: made.doc._id };
      },
    }),
  };
}

export const writeCommands: Record<string, Command> = {
  insert,
  update,
  delete: deleteCommand,
  findAndModify,
  findandmodify: findAndModify,
};
