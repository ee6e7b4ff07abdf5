import type { Server } from './commands.ts';
import type { Clock } from './cursors.ts';
import { runErrand, type Rest } from './errands.ts';
import { StoreError } from './errors.ts';
import { scopeOf, type Scope } from './expression.ts';
import { parseFilter } from './query.ts';
import { writeError } from './replies.ts';
import type { Found } from './search.ts';
import { parseSort } from './sort.ts';
import type { Transaction } from './transaction.ts';
import { parseUpdate } from './update.ts';
import { isObject, type Doc } from './values.ts';
import {
  insertInto,
  newDocument,
  prepareInsert,
  removeFound,
  replaceFound,
  updated,
  type Prepared,
} from './writing.ts';

/** One statement of a write command. */
export interface Statement {
  /** Does it, or as much of it as fits into this commit and returns what does the rest. */
  run(transaction: Transaction): Rest | undefined;
  /** Called once, when all of it is done. A statement that fails is not counted, as in MongoDB. */
  report(): void;
}

/** Beyond this, errors come without their sentences, as in MongoDB: a reply has its limit too. */
const maxToldLength = 1024 * 1024;

/**
 * Runs the statements of a write command, up to the first error if they are ordered, in as many
 * commits as it takes for others to get their turns.
 */
export async function runStatements(
  server: Server,
  statements: readonly Statement[],
  ordered: boolean,
  clock: Clock,
): Promise<Doc[]> {
  const errors: Doc[] = [];
  let next = 0;
  const succeed = (): void => statements[next++]!.report();
  let told = 0;
  const fail = (error: unknown): void => {
    const failed = writeError(next, error);
    told += String(failed.errmsg).length;
    errors.push(told > maxToldLength ? { ...failed, errmsg: '' } : failed);
    next = ordered ? statements.length : next + 1;
  };
  const runOne = (transaction: Transaction): Rest | undefined => {
    try {
      const rest = statements[next]!.run(transaction);
      if (!rest) succeed();
      return rest;
    } catch (error) {
      fail(error);
      return undefined;
    }
  };
  while (next < statements.length) {
    clock.check();
    const rest = await server.store.write((transaction) => {
      let unfinished: Rest | undefined;
      do unfinished = runOne(transaction);
      while (!unfinished && next < statements.length && transaction.hasTime());
      return unfinished;
    });
    await rest?.().then(succeed, fail);
  }
  return errors;
}

/** An insert of a document that is in this form, or not yet checked. */
export function insertion(
  namespace: string,
  document: Buffer,
  prepared: Prepared | StoreError | undefined,
  report: () => void,
): Statement {
  return {
    run(transaction) {
      const ready = prepared ?? prepareInsert(document);
      if (ready instanceof StoreError) throw ready;
      insertInto(transaction, namespace, ready);
      return undefined;
    },
    report,
  };
}

/** Where a statement is carried out, and within which time. */
export interface Site {
  server: Server;
  namespace: string;
  scope: Scope;
  clock: Clock;
}

/** What an update did. */
export interface UpdateCounts {
  matched: number;
  modified: number;
  upserted?: { _id: unknown };
}

/** One update of the commands update and bulkWrite, in the words of the first. */
export function updateStatement(
  { server, namespace, scope, clock }: Site,
  statement: Doc,
  report: (done: UpdateCounts) => void,
): Statement {
  const done: UpdateCounts = { matched: 0, modified: 0 };
  return {
    run(transaction) {
      const changes = parseUpdate(statement.u, statement.arrayFilters, scopeOf(statement.c, scope));
      const isMulti = statement.multi === true;
      if (isMulti && changes.isReplacement) {
        throw new StoreError(9, 'multi update is not supported for replacement-style update');
      }
      if (isMulti && statement.sort !== undefined) {
        throw new StoreError(9, 'Cannot specify sort with multi=true');
      }
      const query = parseFilter(statementFilter(statement.q), scope);
      const limit = isMulti ? Infinity : 1;
      const errand = {
        namespace,
        wanted: { query, sort: parseSort(statement.sort), hint: statement.hint, limit },
        change(now: Transaction, found: Found) {
          const after = updated(found, changes, query);
          replaceFound(now, namespace, found, after);
          done.matched++;
          if (after.isModified) done.modified++;
        },
        ...(statement.upsert === true && {
          otherwise(now: Transaction) {
            const made = newDocument(changes, query);
            insertInto(now, namespace, made);
            done.upserted = { _id: made.doc._id };
          },
        }),
      };
      return runErrand(server, transaction, errand, clock);
    },
    report: () => report(done),
  };
}

/** One delete; reports how many documents it removed. */
export function deleteStatement(
  { server, namespace, scope, clock }: Site,
  { filter, isMulti, hint }: { filter: unknown; isMulti: boolean; hint: unknown },
  report: (removed: number) => void,
): Statement {
  let removed = 0;
  return {
    run(transaction) {
      const query = parseFilter(statementFilter(filter), scope);
      const errand = {
        namespace,
        wanted: { query, limit: isMulti ? Infinity : 1, hint },
        change(now: Transaction, found: Found) {
          removeFound(now, namespace, found);
          removed++;
        },
      };
      return runErrand(server, transaction, errand, clock);
    },
    report: () => report(removed),
  };
}

function statementFilter(filter: unknown): Doc {
  if (isObject(filter)) return filter;
  throw new StoreError(40414, 'The filter of the statement is missing but required.');
}
