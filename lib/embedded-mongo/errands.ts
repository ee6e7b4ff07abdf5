import type { Clock } from './cursors.ts';
import type { Server } from './commands.ts';
import { StoreError } from './errors.ts';
import { compile } from './match.ts';
import { choosePlan } from './planner.ts';
import { find, isLongScan, warnOfScan } from './reading.ts';
import { Found, runPlan, type Flow, type Search } from './search.ts';
import type { Transaction } from './transaction.ts';
import { isTurnOver } from './turn.ts';

/** What a write looks for, and what it does to it. */
export interface Errand {
  namespace: string;
  /** Its limit is 1, or there is none. */
  wanted: Search;
  /** Changes one document, or throws and changes nothing. */
  change(transaction: Transaction, found: Found): void;
  /** What is done if there is nothing: an upsert. */
  otherwise?(transaction: Transaction): void;
}

/** Does what was too much for one commit. */
export type Rest = () => Promise<void>;

/** So often somebody else may change the collection while an upsert makes sure of its absence. */
const attempts = 5;

/**
 * Does an errand within a commit, where nobody can come between what is found and what is done.
 * If that would hold the thread for long, the rest is done in more commits by what is returned.
 */
export function runErrand(
  server: Server,
  transaction: Transaction,
  errand: Errand,
  clock: Clock,
): Rest | undefined {
  const found = searchIn(server, transaction, errand);
  if (!found) return () => runLong(server, errand, clock);
  for (const [i, document] of found.entries()) {
    if (i > 0 && !transaction.hasTime()) {
      const { id } = transaction.collection(errand.namespace)!;
      const ids = found.slice(i).map(idText);
      return async () => void (await changeEach(server, errand, id, ids, clock));
    }
    errand.change(transaction, document);
  }
  if (found.length === 0) errand.otherwise?.(transaction);
  return undefined;
}

/** What is found within a transaction; undefined if there is no time to find it all. */
function searchIn(
  server: Server,
  transaction: Transaction,
  { namespace, wanted }: Errand,
): Found[] | undefined {
  const collection = transaction.collection(namespace);
  if (!collection) return [];
  const plan = choosePlan(collection, wanted);
  warnOfScan(server, collection, plan, wanted);
  if (isLongScan(server, collection, plan, wanted)) return undefined;
  // All of them before the first change: a changed document might otherwise be met again.
  const found: Found[] = [];
  for (const one of runPlan(server.store.storage, collection, plan, wanted)) {
    if (one) found.push(one);
    else if (!transaction.hasTime()) return undefined;
  }
  return found;
}

/** Finds the documents with pauses, and changes those that still match when it comes to them. */
async function runLong(server: Server, errand: Errand, clock: Clock): Promise<void> {
  const { namespace, wanted, otherwise } = errand;
  for (let attempt = 1; ; attempt++) {
    const state = server.store.stateOf(namespace);
    const collection = server.store.collection(namespace);
    const ids = collection ? await idsOf(find(server, collection, wanted), clock) : [];
    const changed = collection ? await changeEach(server, errand, collection.id, ids, clock) : 0;
    if (changed > 0) return;
    const isLost = ids.length > 0 && wanted.limit === 1;
    if (!isLost && !otherwise) return;
    if (ids.length > 0) continue;
    const isDone = await server.store.write((transaction) => {
      const isAbsent =
        transaction.stateOf(namespace) === state ||
        (attempt >= attempts && isNowhere(server, errand, transaction));
      if (isAbsent) otherwise!(transaction);
      return isAbsent;
    });
    if (isDone) return;
  }
}

/** Holds the thread as long as it takes. */
function isNowhere({ store }: Server, { namespace, wanted }: Errand, now: Transaction): boolean {
  const collection = now.collection(namespace);
  if (!collection) return true;
  const one = { ...wanted, sort: [], limit: 1 };
  const flow = runPlan(store.storage, collection, choosePlan(collection, one), one);
  return [...flow].every((found) => found === undefined);
}

async function idsOf(flow: Flow<Found>, clock: Clock): Promise<string[]> {
  const ids: string[] = [];
  for (const found of flow) {
    if (found) ids.push(idText(found));
    if (!found || isTurnOver()) await clock.pause();
  }
  return ids;
}

/** There may be a million of them: as texts they take least. */
const idText = ({ idKey }: Found): string => idKey.toString('latin1');

/** Changes documents in as many commits as it takes; returns how many there still were. */
async function changeEach(
  server: Server,
  { namespace, wanted, change }: Errand,
  collectionId: number,
  ids: string[],
  clock: Clock,
): Promise<number> {
  const matches = compile(wanted.query);
  let changed = 0;
  let next = 0;
  const changeSome = (transaction: Transaction): void => {
    const collection = transaction.collection(namespace);
    if (collection?.id !== collectionId) {
      throw new StoreError(175, 'collection dropped while it was written to');
    }
    do {
      const idKey = Buffer.from(ids[next++]!, 'latin1');
      const raw = transaction.documentBytes(collection, idKey);
      const found = raw && new Found(idKey, raw);
      if (!found || !matches(found.doc)) continue;
      change(transaction, found);
      changed++;
    } while (next < ids.length && transaction.hasTime());
  };
  while (next < ids.length) {
    clock.check();
    const failure = await server.store.write((transaction) => failureOf(changeSome, transaction));
    if (failure) throw failure;
  }
  return changed;
}

/** What was changed before a document that could not be is kept. */
function failureOf(
  change: (transaction: Transaction) => void,
  transaction: Transaction,
): StoreError | undefined {
  try {
    change(transaction);
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  return undefined;
}
