import { StoreError } from './errors.ts';
import { fieldPath } from './expression.ts';
import { visitPath, type Path } from './paths.ts';
import type { Flow } from './search.ts';
import { isTurnOver } from './turn.ts';
import { compare, isNumber, isObject, nearestDouble, type Doc } from './values.ts';

export interface SortField {
  name: string;
  path: Path;
  descending: boolean;
}

const maxSortBytes = 100 * 1024 * 1024;
/** As many as can be sorted without holding the thread for long. */
const itemsPerRun = 4000;

/** Parses a sort document; an empty one means no order. */
export function parseSort(sort: unknown): SortField[] {
  if (sort === undefined) return [];
  if (!isObject(sort)) throw new StoreError(14, 'Expected the sort to be an object.');
  return Object.entries(sort).map(([name, direction]) => {
    if (isObject(direction) && '$meta' in direction) {
      throw new StoreError(238, 'The embedded store does not support sorting by $meta.');
    }
    const number = isNumber(direction) ? nearestDouble(direction) : 0;
    if (number !== 1 && number !== -1) {
      throw new StoreError(15975, '$sort key ordering must be 1 (ascending) or -1 (descending)');
    }
    return { name, path: fieldPath(name), descending: number < 0 };
  });
}

/** The value by which a document is sorted: the smallest or largest one an array offers. */
function sortKey(doc: Doc, { path, descending }: SortField): unknown {
  let best: unknown;
  let isFirst = true;
  const offer = (value: unknown): void => {
    if (isFirst || compare(value, best) * (descending ? -1 : 1) < 0) best = value;
    isFirst = false;
  };
  visitPath(doc, path, (value) => {
    if (!Array.isArray(value)) offer(value ?? null);
    else if (value.length === 0) offer(undefined);
    else value.forEach(offer);
    return false;
  });
  return isFirst ? null : best;
}

interface Keyed<T> {
  item: T;
  keys: unknown[];
}

const compareKeyed =
  (fields: SortField[]) =>
  (a: Keyed<unknown>, b: Keyed<unknown>): number => {
    for (let i = 0; i < fields.length; i++) {
      const order = compare(a.keys[i], b.keys[i]);
      if (order !== 0) return fields[i]!.descending ? -order : order;
    }
    return 0;
  };

/** Sorts items in memory, within bounds, keeping only the first `keep` of them if that is given. */
export class Sorter<T> {
  /** The items that came last, and before them runs of items that are sorted already. */
  private items: Keyed<T>[] = [];
  private runs: Keyed<T>[][] = [];
  private bytes = 0;
  private readonly order: (a: Keyed<T>, b: Keyed<T>) => number;

  constructor(
    private readonly fields: SortField[],
    private readonly keep = Infinity,
  ) {
    this.order = compareKeyed(fields);
  }

  add(item: T, doc: Doc, bytes: number): void {
    this.items.push({ item, keys: this.fields.map((field) => sortKey(doc, field)) });
    this.bytes += bytes;
    if (this.items.length >= itemsPerRun) this.endRun();
    if (this.bytes > maxSortBytes) {
      throw new StoreError(292, 'Sort exceeded memory limit of 104857600 bytes; add an index.');
    }
  }

  /** The items in order. Others get a turn while the runs are merged. */
  *result(): Flow<T> {
    this.items.sort(this.order);
    let runs = [...this.runs, this.items];
    while (runs.length > 1) {
      const merged: Keyed<T>[][] = [];
      for (let i = 0; i < runs.length; i += 2) {
        merged.push(yield* this.merge(runs[i]!, runs[i + 1] ?? []));
      }
      runs = merged;
    }
    for (const { item } of runs[0]!.slice(0, this.keep)) {
      yield item;
      if (isTurnOver()) yield undefined;
    }
  }

  private endRun(): void {
    this.items.sort(this.order);
    if (this.keep < itemsPerRun / 2) {
      // Sorting away the surplus now and then is as good as a heap, and shorter.
      this.bytes *= this.keep / this.items.length;
      this.items.length = this.keep;
      return;
    }
    this.runs.push(this.items);
    this.items = [];
  }

  private *merge(a: Keyed<T>[], b: Keyed<T>[]): Generator<undefined, Keyed<T>[]> {
    if (b.length === 0) return a;
    const merged: Keyed<T>[] = [];
    const length = Math.min(a.length + b.length, this.keep);
    for (let [i, j] = [0, 0]; merged.length < length;) {
      const isFirst = j >= b.length || (i < a.length && this.order(a[i]!, b[j]!) <= 0);
      merged.push(isFirst ? a[i++]! : b[j++]!);
      if (merged.length % itemsPerRun === 0) yield undefined;
    }
    return merged;
  }
}

/** Documents in the order of a parsed sort, for update operators that sort arrays. */
export function sortDocuments(documents: readonly unknown[], fields: SortField[]): unknown[] {
  const keyed = documents.map((item) => ({
    item,
    keys: fields.map((field) => sortKey(item as Doc, field)),
  }));
  return keyed.sort(compareKeyed(fields)).map(({ item }) => item);
}
