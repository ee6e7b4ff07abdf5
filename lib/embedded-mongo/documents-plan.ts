import type { Collection, IndexField } from './catalog.ts';
import type { Condition } from './conditions.ts';
import { StoreError } from './errors.ts';
import { fieldBounds, uniqueSorted } from './field-bounds.ts';
import { sortDirection } from './index-plan.ts';
import { idKeyOf, rangeOf } from './indexes.ts';
import { pointScore, type Plan, type Wanted } from './plan.ts';
import type { Query } from './query.ts';
import type { SortField } from './sort.ts';

const idField: IndexField = { name: '_id', path: ['_id'], descending: false };

/** By _id, or by reading the whole collection. */
export function documentsPlan(
  collection: Collection,
  { clauses, conditions }: Wanted,
  sort: SortField[],
): Plan {
  const direction = sortDirection([], 0, sort);
  const reverse = direction === 'reverse';
  const flags = { multi: false, lossy: false };
  const bounds = fieldBounds(idField, conditions, flags, []);
  const whole = wholeCollection(collection, clauses, reverse);
  const isSorted = direction !== undefined;
  if (!bounds) return { ...whole, isSorted };
  const isExact =
    bounds.isExact && clauses.every((one) => bounds.used.some(({ query }) => query === one));
  const idKeys = bounds.points && idKeysOf(bounds.used, reverse);
  if (bounds.points && !idKeys) return { ...whole, isSorted };
  if (idKeys) {
    const source = { kind: 'ids' as const, idKeys };
    const isFew = idKeys.length <= 1;
    const score = pointScore * 10;
    return {
      source,
      isExact,
      isSorted: isSorted || isFew,
      repeats: false,
      score,
    };
  }
  const { low: prefix } = rangeOf(collection.id);
  const ranges = bounds.intervals!.map(({ low, high }) => ({
    low: Buffer.concat([prefix, low]),
    high: Buffer.concat([prefix, high]),
  }));
  const source = {
    kind: 'documents' as const,
    ranges: reverse ? ranges.reverse() : ranges,
    reverse,
  };
  return { source, isExact, isSorted, repeats: false, score: 3 };
}

/** The keys of the documents meant, in order; undefined if one of the values has no key. */
function idKeysOf(used: Condition[], reverse: boolean): Buffer[] | undefined {
  const values = used.flatMap(({ query: { op, operand } }): unknown[] => {
    if (Array.isArray(operand)) return op === '$in' ? operand : [];
    // $gte and $lte of null mean null alone.
    return op === '$eq' || operand === null ? [operand] : [];
  });
  try {
    const keys = uniqueSorted(
      values
        .filter((value) => used.every(({ query }) => query.test(value)))
        .map((value) => idKeyOf(value ?? null)),
    );
    return reverse ? keys.reverse() : keys;
  } catch (error) {
    if (error instanceof StoreError) return undefined;
    throw error;
  }
}

export function wholeCollection(collection: Collection, clauses: Query[], reverse: boolean): Plan {
  return {
    source: { kind: 'documents', ranges: [rangeOf(collection.id)], reverse },
    isExact: clauses.length === 0,
    isSorted: true,
    repeats: false,
    score: 0,
  };
}
