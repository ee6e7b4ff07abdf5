import type { Collection } from './catalog.ts';
import { documentKey } from './indexes.ts';
import { compile } from './match.ts';
import type { Plan } from './plan.ts';
import type { Query } from './query.ts';
import { Sorter, type SortField } from './sort.ts';
import { partBytes, type Entry, type KeyRange, type Storage } from './storage.ts';
import { isTurnOver } from './turn.ts';
import { decode, type Doc } from './values.ts';

/** A document that was found. It is decoded when somebody asks for it. */
export class Found {
  private decoded: Doc | undefined;

  constructor(
    readonly idKey: Buffer,
    readonly raw: Buffer,
  ) {}

  get doc(): Doc {
    return (this.decoded ??= decode(this.raw));
  }
}

/** Results, with an undefined now and then: a place where the reader may pause or give up. */
export type Flow<T> = Generator<T | undefined, void>;

export interface Search {
  query: Query;
  sort?: SortField[];
  skip?: number;
  limit?: number;
  hint?: unknown;
  /** Counts what is looked at, for explain. */
  examined?: { docs: number };
}

const firstEntries = 101;
const moreEntries = 256;
/** Read with the first ones when some of them may turn out not to match. */
const spareEntries = 7;

/** Finds documents by a plan, in the order wanted. */
export function runPlan(
  storage: Storage,
  collection: Collection,
  plan: Plan,
  { query, sort = [], skip = 0, limit = Infinity, examined }: Search,
): Flow<Found> {
  const wantedFirst = skip + limit + (plan.isExact ? 0 : spareEntries);
  const first = plan.isSorted ? Math.min(wantedFirst, firstEntries) : firstEntries;
  let flow = candidates(storage, collection, plan, first);
  if (examined) flow = counted(flow, examined);
  if (plan.repeats) flow = withoutRepeats(flow);
  if (!plan.isExact) flow = filter(flow, query);
  if (!plan.isSorted) flow = sorted(flow, sort, skip + limit);
  return skip === 0 && limit === Infinity ? flow : slice(flow, skip, limit);
}

function* candidates(
  storage: Storage,
  collection: Collection,
  plan: Plan,
  first: number,
): Flow<Found> {
  const { source } = plan;
  switch (source.kind) {
    case 'ids':
      for (const [i, idKey] of source.idKeys.entries()) {
        const raw = storage.get(documentKey(collection.id, idKey));
        if (raw) yield new Found(idKey, raw);
        if (i % moreEntries === spareEntries) yield undefined;
      }
      return;
    case 'documents':
      for (const range of source.ranges) {
        yield* inParts(storage, range, { reverse: source.reverse, first }, inDocuments);
      }
      return;
    case 'index':
      if (source.isUnique) {
        yield* keyed(storage, collection, source.ranges);
        return;
      }
      for (const range of source.ranges) {
        yield* inParts(
          storage,
          range,
          { reverse: source.reverse, first },
          inIndex(storage, collection),
        );
      }
      return;
    case 'union':
      for (const part of source.plans) yield* candidates(storage, collection, part, first);
  }
}

/** What the entries of a range lead to, a part at a time. */
function* inParts(
  storage: Storage,
  range: KeyRange,
  { reverse, first }: { reverse: boolean; first: number },
  documentsOf: (entries: Entry[]) => { found: Found[]; read: number },
): Flow<Found> {
  let size = Math.max(first, 1);
  let after: Buffer | undefined;
  for (;;) {
    const { entries, isLast } = storage.part(range, size, reverse, after);
    // Before anybody else has a turn, so that keys and documents are of the same moment.
    const { found, read } = documentsOf(entries);
    yield* found;
    yield undefined;
    if (isLast && read === entries.length) return;
    after = entries[read - 1]!.key;
    size = moreEntries;
  }
}

const inDocuments = (entries: Entry[]): { found: Found[]; read: number } => ({
  found: entries.map(({ key, value }) => new Found(key.subarray(4), value)),
  read: entries.length,
});

/** As many documents as can be held and looked at in a moment. */
const inIndex =
  (storage: Storage, collection: Collection) =>
  (entries: Entry[]): { found: Found[]; read: number } => {
    const found: Found[] = [];
    let bytes = 0;
    let read = 0;
    while (read < entries.length && bytes < partBytes) {
      const { value } = entries[read++]!;
      const raw = storage.get(documentKey(collection.id, value));
      if (raw) found.push(new Found(value, raw));
      bytes += raw?.length ?? 0;
    }
    return { found, read };
  };

/** The documents of the keys with which the ranges begin. */
function* keyed(storage: Storage, collection: Collection, ranges: KeyRange[]): Flow<Found> {
  for (const [i, { low }] of ranges.entries()) {
    const idKey = storage.get(low);
    const raw = idKey && storage.get(documentKey(collection.id, idKey));
    if (raw) yield new Found(idKey, raw);
    if (i % moreEntries === spareEntries) yield undefined;
  }
}

function* counted(flow: Flow<Found>, examined: { docs: number }): Flow<Found> {
  for (const found of flow) {
    if (found) examined.docs++;
    yield found;
  }
}

function* withoutRepeats(flow: Flow<Found>): Flow<Found> {
  const seen = new Set<string>();
  for (const found of flow) {
    if (found) {
      const id = found.idKey.toString('latin1');
      if (seen.has(id)) continue;
      seen.add(id);
    }
    yield found;
  }
}

function* filter(flow: Flow<Found>, query: Query): Flow<Found> {
  const matches = compile(query);
  for (const found of flow) {
    if (!found || matches(found.doc)) yield found;
    // One document can take long, by a pattern on a long text.
    else if (isTurnOver()) yield undefined;
  }
}

function* sorted(flow: Flow<Found>, fields: SortField[], keep: number): Flow<Found> {
  const sorter = new Sorter<Found>(fields, keep);
  yield* taken(flow, (found) => sorter.add(found, found.doc, found.raw.length));
  yield* sorter.result();
}

/** The results after the first `skip`, at most `limit` of them. */
export function* slice<T>(flow: Flow<T>, skip: number, limit: number): Flow<T> {
  if (limit === 0) return;
  let seen = 0;
  for (const item of flow) {
    if (item !== undefined && seen++ < skip) continue;
    yield item;
    if (item !== undefined && seen >= skip + limit) return;
  }
}

/** The flow with each result changed; pauses stay where they are. */
export function* map<T, U>(flow: Flow<T>, change: (item: T) => U): Flow<U> {
  for (const item of flow) yield item === undefined ? undefined : change(item);
}

/** Hands every result to somebody who keeps it; of the flow only the pauses are left. */
export function* taken<T>(flow: Flow<T>, take: (item: T) => void): Generator<undefined, void> {
  for (const item of flow) {
    if (item === undefined) yield undefined;
    else take(item);
  }
}
