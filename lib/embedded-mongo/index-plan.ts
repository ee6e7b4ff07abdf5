import type { Interval } from './bounds.ts';
import type { Index } from './catalog.ts';
import { implies, type Condition } from './conditions.ts';
import { fieldBounds } from './field-bounds.ts';
import { rangeOf } from './indexes.ts';
import { afterPrefix, maxKeyBytes } from './keys.ts';
import { pointScore, type Plan, type Wanted } from './plan.ts';
import type { Query } from './query.ts';
import type { SortField } from './sort.ts';
import type { KeyRange } from './storage.ts';

const maxRanges = 2000;

interface IndexBounds {
  ranges: KeyRange[];
  used: Condition[];
  isExact: boolean;
  /** How many leading fields have exactly one value. */
  constants: number;
  /** Every field has single values. */
  isWhole: boolean;
  /** The fields before the range or the end have one value each. */
  isContiguous: boolean;
  score: number;
}

function boundIndex(index: Index, conditions: Condition[]): IndexBounds | undefined {
  let prefixes = [rangeOf(index.id).low];
  let intervals: Interval[] | undefined;
  const used: Condition[] = [];
  let isExact = true;
  let constants = 0;
  let singles = 0;
  let score = 0;
  for (const [i, field] of index.fields.entries()) {
    const bounds = fieldBounds(field, conditions, index.flags, used);
    if (i === 0 && index.sparse && (!bounds || bounds.allowsNull)) return undefined;
    if (!bounds) break;
    const { points } = bounds;
    if (points && i > 0 && prefixes.length * points.length > maxRanges) break;
    used.push(...bounds.used);
    isExact &&= bounds.isExact;
    if (!points) {
      intervals = bounds.intervals;
      score += 2 + bounds.used.length;
      break;
    }
    if (points.length === 1 && constants === i) constants++;
    prefixes = prefixes.flatMap((prefix) => points.map((point) => Buffer.concat([prefix, point])));
    singles++;
    score += pointScore;
  }
  const ranges = prefixes.flatMap((prefix): KeyRange[] => {
    if (!intervals) return [{ low: prefix, high: afterPrefix(prefix) }];
    return intervals.map(({ low, high }) => ({
      low: Buffer.concat([prefix, low]),
      high: Buffer.concat([prefix, high]),
    }));
  });
  if (ranges.some(({ low, high }) => Math.max(low.length, high.length) > maxKeyBytes)) {
    return undefined;
  }
  const isWhole = singles === index.fields.length;
  return { ranges, used, isExact, constants, isWhole, isContiguous: prefixes.length <= 1, score };
}

/** It may be used, and has every document that the clauses could mean. */
const mayUse = ({ isBuilding, partial, spec }: Index, clauses: Query[]): boolean =>
  !isBuilding && spec.hidden !== true && (!partial || implies(clauses, partial.query));

/** How an index would find what is searched; undefined if it is of no help. */
export function indexPlan(
  index: Index,
  { clauses, conditions }: Wanted,
  sort: SortField[],
  isForced = false,
): Plan | undefined {
  if (!mayUse(index, clauses)) return undefined;
  const bounds = boundIndex(index, conditions);
  if (!bounds) return undefined;
  const { multi, lossy } = index.flags;
  const isPlain = !multi && !lossy;
  const direction =
    isPlain && bounds.isContiguous
      ? sortDirection(index.fields, bounds.constants, sort)
      : undefined;
  const givesOrder = sort.length > 0 && direction !== undefined;
  if (bounds.used.length === 0 && !givesOrder && !isForced) return undefined;
  const reverse = direction === 'reverse';
  const isExact = isPlain && provesAll(clauses, bounds);
  return {
    source: {
      kind: 'index',
      index,
      ranges: inOrder(bounds.ranges, reverse),
      reverse,
      isUnique: index.unique && bounds.isWhole,
    },
    isExact,
    isSorted: sort.length === 0 || givesOrder,
    repeats: multi,
    score: bounds.score + (givesOrder ? 2 : 0) + (isExact ? 1 : 0),
  };
}

const inOrder = (ranges: KeyRange[], reverse: boolean): KeyRange[] =>
  reverse ? ranges.reverse() : ranges;

const provesAll = (clauses: Query[], { used, isExact }: IndexBounds): boolean =>
  isExact && clauses.every((clause) => used.some(({ query }) => query === clause));

/** Which way an index has to be read for an order; undefined if it does not give that order. */
export function sortDirection(
  fields: readonly { name: string; descending: boolean }[],
  constants: number,
  sort: SortField[],
): 'forward' | 'reverse' | undefined {
  const constant = new Set(fields.slice(0, constants).map(({ name }) => name));
  // Equal keys are ordered by the _id at their end.
  const remaining = [...fields.slice(constants), { name: '_id', descending: false }];
  let direction: 'forward' | 'reverse' | undefined;
  let at = 0;
  for (const { name, descending } of sort) {
    if (constant.has(name)) continue;
    const field = remaining[at++];
    if (field?.name !== name) return undefined;
    const wanted = field.descending === descending ? 'forward' : 'reverse';
    if (direction && direction !== wanted) return undefined;
    direction = wanted;
    // No two documents have the same _id: what follows cannot matter.
    if (name === '_id') break;
  }
  return direction ?? 'forward';
}
