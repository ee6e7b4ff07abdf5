import type { Collection } from './catalog.ts';
import type { Server } from './commands.ts';
import type { Clock } from './cursors.ts';
import { StoreError } from './errors.ts';
import type { Plan } from './plan.ts';
import { choosePlan } from './planner.ts';
import type { Query } from './query.ts';
import type { KeyRange, Storage } from './storage.ts';
import { runPlan, type Flow, type Found, type Search } from './search.ts';

const scanWorthALine = 1000;
/** Counted in about a hundredth of a second. */
const keysAtATime = 50_000;

/**
 * Finds documents for a reader outside a transaction. A collection or index that is dropped
 * meanwhile ends the search, and a scan of many documents leaves a line in the log.
 */
export function find(server: Server, collection: Collection, wanted: Search): Flow<Found> {
  const plan = choosePlan(collection, wanted);
  warnOfScan(server, collection, plan, wanted);
  return guarded(server, collection, runPlan(server.store.storage, collection, plan, wanted));
}

/** Counts documents, in the index alone where that tells enough. */
export async function countMatching(
  server: Server,
  collection: Collection,
  wanted: Search,
  clock: Clock,
): Promise<number> {
  const { skip = 0, limit = Infinity } = wanted;
  const plan = choosePlan(collection, wanted);
  const isEverything = plan.isExact && plan.score === 0;
  if (isEverything) return clamp(server.store.countOf(collection), skip, limit);
  if (plan.isExact && (plan.source.kind === 'index' || plan.source.kind === 'documents')) {
    const { storage } = server.store;
    let keys = 0;
    for (const range of plan.source.ranges) keys += await countKeys(storage, range, clock);
    return clamp(keys, skip, limit);
  }
  let count = 0;
  for (const found of find(server, collection, { ...wanted, sort: [] })) {
    if (found) count++;
    else await clock.pause();
  }
  return count;
}

async function countKeys(storage: Storage, range: KeyRange, clock: Clock): Promise<number> {
  let count = 0;
  let { low } = range;
  for (;;) {
    await clock.pause();
    const next = storage.keyAt({ low, high: range.high }, keysAtATime);
    if (!next) return count + storage.count({ low, high: range.high });
    count += keysAtATime;
    low = next;
  }
}

const clamp = (count: number, skip: number, limit: number): number =>
  Math.min(Math.max(count - skip, 0), limit);

/** Whether it is clear from the beginning that many documents have to be looked at. */
export const isLongScan = (
  { store }: Server,
  collection: Collection,
  { score, isExact }: Plan,
  { limit }: Search,
): boolean =>
  score === 0 && !(isExact && limit === 1) && store.countOf(collection) > scanWorthALine;

/** Leaves a line in the log, once a minute, for a query that reads a large collection whole. */
export function warnOfScan(
  server: Server,
  collection: Collection,
  plan: Plan,
  wanted: Search,
): void {
  if (plan.score > 0 || plan.isExact) return;
  const documents = server.store.countOf(collection);
  if (documents <= scanWorthALine) return;
  const { namespace } = collection;
  const detail = {
    fields: fieldsOf(wanted.query),
    sort: (wanted.sort ?? []).map((field) => field.name),
  };
  const kind = JSON.stringify([namespace, detail]);
  if (server.loggedScans.has(kind)) return;
  server.loggedScans.add(kind);
  server.log('warn', `A query of ${namespace} reads all ${documents} documents.`, detail);
}

/** The names of the fields a filter looks at; their values may be private. */
function fieldsOf(query: Query): string[] {
  if (query.kind === 'field' || query.kind === 'elemMatch') return [query.name];
  if (query.kind === 'expr') return ['$expr'];
  if (query.kind === 'not') return fieldsOf(query.query);
  return [...new Set(query.queries.flatMap(fieldsOf))];
}

function* guarded(server: Server, collection: Collection, flow: Flow<Found>): Flow<Found> {
  for (const found of flow) {
    yield found;
    if (found) continue;
    // An undefined is where others had a turn.
    const now = server.store.collection(collection.namespace);
    if (now === collection) continue;
    const ids = new Set(now?.indexes.map(({ id }) => id));
    if (now?.id !== collection.id || collection.indexes.some(({ id }) => !ids.has(id))) {
      throw new StoreError(175, 'collection or index dropped while the query was running');
    }
  }
}
