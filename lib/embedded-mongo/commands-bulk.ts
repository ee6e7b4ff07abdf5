import { Double, Int32 } from 'bson';
import { checkFields, countArgument, documentArgument, listArgument } from './arguments.ts';
import { checkNamespace } from './catalog.ts';
import { sessionOf } from './commands-admin.ts';
import type { Call, Command, Server } from './commands.ts';
import { Clock } from './cursors.ts';
import { StoreError } from './errors.ts';
import type { Flow } from './search.ts';
import { deleteMatching, runStatements, updateMatching, type Updated } from './statements.ts';
import type { Transaction } from './transaction.ts';
import { decode, encode, isNumber, isObject, nearestDouble, type Doc } from './values.ts';
import type { Reply } from './wire.ts';
import { prepareInsert } from './writing.ts';

/** One operation of a bulkWrite on its collection; what it did is added to the result. */
type Operation = (transaction: Transaction, totals: Totals) => Doc;

interface Totals {
  nInserted: number;
  nUpserted: number;
  nMatched: number;
  nModified: number;
  nDeleted: number;
}

const updateFields = ['filter', 'updateMods', 'multi', 'upsert', 'arrayFilters', 'hint', 'sort'];

/** Writes to any number of collections in one command; each operation stands for itself. */
async function bulkWrite(server: Server, call: Call): Promise<Reply> {
  const { body, database, sequences } = call;
  checkFields('bulkWrite', body, [
    'ops',
    'nsInfo',
    'ordered',
    'errorsOnly',
    'bypassDocumentValidation',
    'cursor',
  ]);
  if (database !== 'admin') {
    throw new StoreError(13, 'bulkWrite may only be run against the admin database.');
  }
  const namespaces = listArgument(body, sequences, 'nsInfo').map(namespaceOf);
  const operations = listArgument(body, sequences, 'ops').map((op) =>
    parseOperation(server, namespaces, op),
  );
  server.checkSpace();
  const totals = { nInserted: 0, nUpserted: 0, nMatched: 0, nModified: 0, nDeleted: 0 };
  const results: Doc[] = [];
  const errors = await server.store.write((transaction) =>
    runStatements(operations, body.ordered !== false, (operation, index) => {
      const done = operation(transaction, totals);
      results.push({ ok: new Double(1), idx: new Int32(index), ...done });
    }),
  );
  const failed = errors.map(({ index, ...error }): Doc => {
    const idx = new Int32(nearestDouble(index));
    return { ok: new Double(0), idx, ...error, n: new Int32(0) };
  });
  const shown = body.errorsOnly === true ? failed : inOrder([...results, ...failed]);
  const batchSize = countArgument(documentArgument(body, 'cursor'), 'batchSize') ?? Infinity;
  const { batch } = await server.cursors.first(
    'admin.$cmd.bulkWrite',
    encoded(shown),
    { batchSize, session: sessionOf(body.lsid) },
    new Clock(undefined),
  );
  return { batch: { ...batch, extra: { nErrors: failed.length, ...totals } } };
}

const inOrder = (results: Doc[]): Doc[] =>
  results.sort((a, b) => nearestDouble(a.idx) - nearestDouble(b.idx));

function* encoded(docs: Doc[]): Flow<Buffer> {
  for (const doc of docs) yield encode(doc);
}

function namespaceOf(entry: unknown): string {
  const info = entry instanceof Uint8Array ? decode(entry) : entry;
  const ns = isObject(info) && typeof info.ns === 'string' ? info.ns : '';
  const dot = ns.indexOf('.');
  return checkNamespace(ns.slice(0, Math.max(dot, 0)), dot < 0 ? '' : ns.slice(dot + 1));
}

function parseOperation(server: Server, namespaces: string[], received: unknown): Operation {
  // What is to be inserted is stored as it came.
  const op = received instanceof Uint8Array ? decode(received, 'document') : (received as Doc);
  const [kind, target] = Object.entries(op)[0] ?? [];
  const namespace = isNumber(target) ? namespaces[nearestDouble(target)] : undefined;
  if (kind !== 'insert' && kind !== 'update' && kind !== 'delete') {
    throw new StoreError(9, 'An operation of bulkWrite must be an insert, update or delete.');
  }
  if (namespace === undefined) {
    throw new StoreError(2, 'BulkWrite ops entry has an invalid nsInfo index.');
  }
  if (kind === 'insert') return insertion(namespace, op);
  return kind === 'update' ? update(server, namespace, op) : deletion(server, namespace, op);
}

function insertion(namespace: string, op: Doc): Operation {
  checkFields('insert', op, ['document']);
  const { document } = op;
  if (!isObject(document) && !(document instanceof Uint8Array)) {
    throw new StoreError(40414, "BSON field 'document' is missing but a required field");
  }
  const raw = document instanceof Uint8Array ? Buffer.from(document) : encode(document);
  const prepared = prepareInsert(raw);
  return (transaction, totals) => {
    if (prepared instanceof StoreError) throw prepared;
    const collection = transaction.ensureCollection(namespace);
    transaction.insert(collection, prepared.idKey, prepared.doc, prepared.raw);
    totals.nInserted++;
    return { n: 1 };
  };
}

function update(server: Server, namespace: string, op: Doc): Operation {
  checkFields('update', op, updateFields);
  const { filter, updateMods, ...others } = op;
  return (transaction, totals) => {
    const updated: Updated = { matched: 0, modified: 0 };
    try {
      const statement = { ...others, q: filter, u: updateMods };
      updateMatching(server, transaction, namespace, statement, updated);
    } finally {
      totals.nMatched += updated.matched;
      totals.nModified += updated.modified;
    }
    const { matched, modified, upserted } = updated;
    if (!upserted) return { n: matched, nModified: modified };
    totals.nUpserted++;
    return { n: 1, nModified: 0, upserted };
  };
}

function deletion(server: Server, namespace: string, op: Doc): Operation {
  checkFields('delete', op, ['filter', 'multi', 'hint']);
  const wanted = { filter: op.filter, isMulti: op.multi === true, hint: op.hint };
  return (transaction, totals) => {
    const n = deleteMatching(server, transaction, namespace, wanted);
    totals.nDeleted += n;
    return { n };
  };
}

export const bulkCommands: Record<string, Command> = { bulkWrite };
