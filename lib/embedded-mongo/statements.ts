import type { Server } from './commands.ts';
import { StoreError } from './errors.ts';
import { parseFilter } from './query.ts';
import { writeError } from './replies.ts';
import { parseSort } from './sort.ts';
import type { Transaction } from './transaction.ts';
import { parseUpdate } from './update.ts';
import { isObject, type Doc } from './values.ts';
import { insertNew, modify, removeFound, searchIn } from './writing.ts';

/** Runs the statements of a write command, up to the first error if they are ordered. */
export function runStatements<T>(
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

/** What an update did, also one that failed on the way. */
export interface Updated {
  matched: number;
  modified: number;
  upserted?: { _id: unknown };
}

/** One update of the commands update and bulkWrite, in the words of the first. */
export function updateMatching(
  server: Server,
  transaction: Transaction,
  namespace: string,
  statement: Doc,
  updated: Updated,
): void {
  const changes = parseUpdate(statement.u, statement.arrayFilters);
  const isMulti = statement.multi === true;
  if (isMulti && changes.isReplacement) {
    throw new StoreError(9, 'multi update is not supported for replacement-style update');
  }
  if (isMulti && statement.sort !== undefined) {
    throw new StoreError(9, 'Cannot specify sort with multi=true');
  }
  const query = parseFilter(statementFilter(statement.q));
  const limit = isMulti ? Infinity : 1;
  const wanted = { query, sort: parseSort(statement.sort), hint: statement.hint, limit };
  const found = searchIn(server, transaction, namespace, wanted);
  for (const document of found) {
    const { isModified } = modify(transaction, namespace, document, changes, query);
    updated.matched++;
    if (isModified) updated.modified++;
  }
  if (found.length === 0 && statement.upsert === true) {
    const { _id } = insertNew(transaction, namespace, changes, query);
    updated.upserted = { _id };
  }
}

/** One delete; answers how many documents it removed. */
export function deleteMatching(
  server: Server,
  transaction: Transaction,
  namespace: string,
  { filter, isMulti, hint }: { filter: unknown; isMulti: boolean; hint: unknown },
): number {
  const query = parseFilter(statementFilter(filter));
  const wanted = { query, limit: isMulti ? Infinity : 1, hint };
  const found = searchIn(server, transaction, namespace, wanted);
  for (const document of found) removeFound(transaction, namespace, document);
  return found.length;
}

function statementFilter(filter: unknown): Doc {
  if (isObject(filter)) return filter;
  throw new StoreError(40414, 'The filter of the statement is missing but required.');
}
