import { Double, Int32 } from 'bson';
import { checkFields, countArgument, documentArgument, listArgument } from './arguments.ts';
import { checkNamespace } from './catalog.ts';
import { sessionOf } from './commands-admin.ts';
import { clockOf } from './commands-read.ts';
import type { Call, Command, Server } from './commands.ts';
import { encoded } from './cursors.ts';
import { StoreError } from './errors.ts';
import { scopeOf } from './expression.ts';
import {
  deleteStatement,
  insertion,
  runStatements,
  updateStatement,
  type Site,
  type Statement,
} from './statements.ts';
import { isTurnOver } from './turn.ts';
import { decode, encode, isNumber, isObject, nearestDouble, type Doc } from './values.ts';
import type { Reply } from './wire.ts';
import { prepareInsert } from './writing.ts';

/** What the operations did, together and each. */
class Results {
  readonly totals = { nInserted: 0, nUpserted: 0, nMatched: 0, nModified: 0, nDeleted: 0 };
  readonly each: Doc[] = [];

  add(index: number, done: Doc): void {
    this.each.push({ ok: new Double(1), idx: new Int32(index), ...done });
  }
}

const updateFields = 'filter updateMods multi upsert arrayFilters hint sort constants'.split(' ');
const bulkFields = 'ops nsInfo ordered errorsOnly bypassDocumentValidation cursor let'.split(' ');

/** Writes to any number of collections in one command; each operation stands for itself. */
async function bulkWrite(server: Server, call: Call): Promise<Reply> {
  const { body, database, sequences } = call;
  checkFields('bulkWrite', body, bulkFields);
  if (database !== 'admin') {
    throw new StoreError(13, 'bulkWrite may only be run against the admin database.');
  }
  const namespaces = listArgument(body, sequences, 'nsInfo').map(namespaceOf);
  const clock = clockOf(body);
  const results = new Results();
  const statements: Statement[] = [];
  const scope = scopeOf(body.let);
  for (const [index, received] of listArgument(body, sequences, 'ops').entries()) {
    statements.push(parseOperation({ server, namespaces, clock, scope, results, index }, received));
    if (isTurnOver()) await clock.pause();
  }
  server.checkSpace();
  const errors = await runStatements(server, statements, body.ordered !== false, clock);
  const failed = errors.map(({ index, ...error }): Doc => {
    const idx = new Int32(nearestDouble(index));
    return { ok: new Double(0), idx, ...error, n: new Int32(0) };
  });
  const shown = body.errorsOnly === true ? failed : inOrder([...results.each, ...failed]);
  const batchSize = countArgument(documentArgument(body, 'cursor'), 'batchSize') ?? Infinity;
  const { batch } = await server.cursors.first(
    'admin.$cmd.bulkWrite',
    encoded(shown),
    { batchSize, session: sessionOf(body.lsid) },
    clock,
  );
  return { batch: { ...batch, extra: { nErrors: failed.length, ...results.totals } } };
}

const inOrder = (results: Doc[]): Doc[] =>
  results.sort((a, b) => nearestDouble(a.idx) - nearestDouble(b.idx));

function namespaceOf(entry: unknown): string {
  const info = entry instanceof Uint8Array ? decode(entry) : entry;
  const ns = isObject(info) && typeof info.ns === 'string' ? info.ns : '';
  const dot = ns.indexOf('.');
  return checkNamespace(ns.slice(0, Math.max(dot, 0)), dot < 0 ? '' : ns.slice(dot + 1));
}

/** What an operation is read with. */
interface Context extends Omit<Site, 'namespace'> {
  namespaces: string[];
  results: Results;
  index: number;
}

function parseOperation(context: Context, received: unknown): Statement {
  // What is to be inserted is stored as it came.
  const op = received instanceof Uint8Array ? decode(received, 'document') : (received as Doc);
  const [kind, target] = Object.entries(op)[0] ?? [];
  const namespace = isNumber(target) ? context.namespaces[nearestDouble(target)] : undefined;
  if (kind !== 'insert' && kind !== 'update' && kind !== 'delete') {
    throw new StoreError(9, 'An operation of bulkWrite must be an insert, update or delete.');
  }
  if (namespace === undefined) {
    throw new StoreError(2, 'BulkWrite ops entry has an invalid nsInfo index.');
  }
  if (kind === 'insert') return insert(context, namespace, op);
  return kind === 'update' ? update(context, namespace, op) : deletion(context, namespace, op);
}

function insert({ results, index }: Context, namespace: string, op: Doc): Statement {
  checkFields('insert', op, ['document']);
  const { document } = op;
  if (!isObject(document) && !(document instanceof Uint8Array)) {
    throw new StoreError(40414, "BSON field 'document' is missing but a required field");
  }
  const raw = document instanceof Uint8Array ? Buffer.from(document) : encode(document);
  const prepared = isTurnOver() ? undefined : prepareInsert(raw);
  return insertion(namespace, raw, prepared, () => {
    results.totals.nInserted++;
    results.add(index, { n: 1 });
  });
}

function update(context: Context, namespace: string, op: Doc): Statement {
  checkFields('update', op, updateFields);
  const { filter, updateMods, constants, ...others } = op;
  const statement = { ...others, q: filter, u: updateMods, c: constants };
  const { results, index } = context;
  return updateStatement({ ...context, namespace }, statement, (done) => {
    const { matched, modified, upserted } = done;
    results.totals.nMatched += matched;
    results.totals.nModified += modified;
    if (upserted) results.totals.nUpserted++;
    results.add(
      index,
      upserted ? { n: 1, nModified: 0, upserted } : { n: matched, nModified: modified },
    );
  });
}

function deletion(context: Context, namespace: string, op: Doc): Statement {
  checkFields('delete', op, ['filter', 'multi', 'hint']);
  const { results, index } = context;
  const wanted = { filter: op.filter, isMulti: op.multi === true, hint: op.hint };
  return deleteStatement({ ...context, namespace }, wanted, (n) => {
    results.totals.nDeleted += n;
    results.add(index, { n });
  });
}

export const bulkCommands: Record<string, Command> = { bulkWrite };
