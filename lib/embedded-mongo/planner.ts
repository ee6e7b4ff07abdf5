import {
  boundsOf,
  componentOf,
  descendingComponent,
  descendingIntervals,
  intersect,
  type Bounds,
  type Interval,
} from './bounds.ts';
import type { Collection, Index, IndexField } from './catalog.ts';
import {
  clausesOf,
  conditionsIn,
  conditionsOn,
  implies,
  mayPart,
  type Condition,
} from './conditions.ts';
import { StoreError } from './errors.ts';
import { idIndexSpec } from './index-specs.ts';
import { idKeyOf, rangeOf } from './indexes.ts';
import { afterPrefix, maxKeyBytes } from './keys.ts';
import type { Query } from './query.ts';
import type { Search } from './search.ts';
import type { SortField } from './sort.ts';
import type { KeyRange } from './storage.ts';
import { equal, isNumber, isObject, nearestDouble, type Doc } from './values.ts';

/** How to find the candidates of a query. */
export interface Plan {
  source:
    | { kind: 'ids'; idKeys: Buffer[] }
    | { kind: 'documents'; ranges: KeyRange[]; reverse: boolean }
    | { kind: 'index'; index: Index; ranges: KeyRange[]; reverse: boolean }
    | { kind: 'union'; plans: Plan[] };
  /** Every candidate matches: no need to look at it. */
  isExact: boolean;
  /** Candidates come in the order asked for. */
  isSorted: boolean;
  /** A document may come more than once. */
  repeats: boolean;
  /** Higher is better; 0 reads everything. */
  score: number;
  /** The conditions that bound the index. */
  used?: Condition[];
}

/** What a field with single values is worth; a range or an order is worth less. */
const pointScore = 10;
const maxRanges = 2000;

/** Chooses how to find what is searched. */
export function choosePlan(collection: Collection, { query, sort = [], hint }: Search): Plan {
  const clauses = clausesOf(query);
  if (hint !== undefined) return hintedPlan(collection, clauses, sort, hint);
  const plans = collection.indexes.flatMap((index) => indexPlan(index, clauses, sort) ?? []);
  const byId = documentsPlan(collection, clauses, sort);
  const best = [byId, ...plans].reduce((a, b) => (b.score > a.score ? b : a));
  if (best.score >= pointScore) return best;
  const union = unionPlan(collection, clauses, sort);
  return union && union.score > best.score ? union : best;
}

function hintedPlan(
  collection: Collection,
  clauses: Query[],
  sort: SortField[],
  hint: unknown,
): Plan {
  const natural = isObject(hint) ? hint.$natural : undefined;
  if (isNumber(natural)) {
    const plan = wholeCollection(collection, clauses, nearestDouble(natural) < 0);
    return { ...plan, isSorted: sort.length === 0 };
  }
  const isHinted = (spec: Doc): boolean => spec.name === hint || equal(spec.key, hint);
  if (isHinted(idIndexSpec)) return documentsPlan(collection, clauses, sort);
  const index = collection.indexes.find(({ spec }) => isHinted(spec));
  if (!index) {
    throw new StoreError(2, 'hint provided does not correspond to an existing index');
  }
  const plan = indexPlan(index, clauses, sort, true);
  if (!plan) throw new StoreError(2, `The hinted index ${index.name} cannot answer this query.`);
  return plan;
}

/** What the conditions on one field of an index allow. */
interface FieldBounds {
  points?: Buffer[];
  intervals?: Interval[];
  used: Condition[];
  isExact: boolean;
  allowsNull: boolean;
}

type BoundedCondition = { condition: Condition; bounds: Bounds };

function fieldBounds(
  field: IndexField,
  conditions: Condition[],
  flags: { multi: boolean; lossy: boolean },
  before: Condition[],
): FieldBounds | undefined {
  const bounded = conditionsOn(conditions, field).flatMap((condition): BoundedCondition[] => {
    const bounds = boundsOf(condition.query, flags.lossy);
    return bounds ? [{ condition, bounds }] : [];
  });
  const groups = flags.multi ? groupsOfOneElement(bounded, before) : [bounded];
  const choices = groups.filter((group) => group.length > 0).map((group) => combine(group, field));
  return choices.sort((a, b) => worth(b) - worth(a))[0];
}

/** On a multikey index only conditions that one and the same element meets can go together. */
function groupsOfOneElement(
  bounded: BoundedCondition[],
  before: Condition[],
): BoundedCondition[][] {
  const free = bounded.filter(
    ({ condition }) => !before.some((earlier) => mayPart(earlier, condition)),
  );
  return free.map((one) => {
    const { element } = one.condition;
    if (!element?.isValue) return [one];
    return free.filter(({ condition }) => condition.element?.query === element.query);
  });
}

const worth = ({ points, used }: FieldBounds): number =>
  points ? 1000 - Math.min(points.length, 900) : used.length;

function combine(group: BoundedCondition[], { descending }: IndexField): FieldBounds {
  const common = {
    used: group.map(({ condition }) => condition),
    isExact: group.every(({ bounds }) => bounds.isExact),
    allowsNull: group.every(({ bounds }) => bounds.allowsNull),
  };
  const first = group.find(({ bounds }) => bounds.points);
  if (first) {
    const others = group.filter((other) => other !== first);
    const values = first.bounds.points!.filter((value) =>
      others.every(({ condition }) => condition.query.test(value)),
    );
    const points = uniqueSorted(values.map(componentOf));
    return { ...common, points: descending ? points.map(descendingComponent).reverse() : points };
  }
  const intervals = group.map(({ bounds }) => bounds.intervals!).reduce(intersect);
  return { ...common, intervals: descending ? descendingIntervals(intervals) : intervals };
}

function uniqueSorted(keys: Buffer[]): Buffer[] {
  const sorted = keys.sort(Buffer.compare);
  return sorted.filter((key, i) => i === 0 || !key.equals(sorted[i - 1]!));
}

interface IndexBounds {
  ranges: KeyRange[];
  used: Condition[];
  isExact: boolean;
  /** How many leading fields have exactly one value. */
  constants: number;
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
  return { ranges, used, isExact, constants, isContiguous: prefixes.length <= 1, score };
}

/** It has every document that the clauses could mean. */
const mayUse = ({ isBuilding, partial }: Index, clauses: Query[]): boolean =>
  !isBuilding && (!partial || implies(clauses, partial.query));

function indexPlan(
  index: Index,
  clauses: Query[],
  sort: SortField[],
  isForced = false,
): Plan | undefined {
  if (!mayUse(index, clauses)) return undefined;
  const bounds = boundIndex(index, conditionsIn(clauses));
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
    source: { kind: 'index', index, ranges: inOrder(bounds.ranges, reverse), reverse },
    isExact,
    isSorted: sort.length === 0 || givesOrder,
    repeats: multi,
    score: bounds.score + (givesOrder ? 2 : 0) + (isExact ? 1 : 0),
    used: bounds.used,
  };
}

const inOrder = (ranges: KeyRange[], reverse: boolean): KeyRange[] =>
  reverse ? ranges.reverse() : ranges;

const provesAll = (clauses: Query[], { used, isExact }: IndexBounds): boolean =>
  isExact && clauses.every((clause) => used.some(({ query }) => query === clause));

/** Which way an index has to be read for an order; undefined if it does not give that order. */
function sortDirection(
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

const idField: IndexField = { name: '_id', path: ['_id'], descending: false };

/** By _id, or by reading the whole collection. */
function documentsPlan(collection: Collection, clauses: Query[], sort: SortField[]): Plan {
  const direction = sortDirection([], 0, sort);
  const reverse = direction === 'reverse';
  const flags = { multi: false, lossy: false };
  const bounds = fieldBounds(idField, conditionsIn(clauses), flags, []);
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
      used: bounds.used,
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
  return { source, isExact, isSorted, repeats: false, score: 3, used: bounds.used };
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

function wholeCollection(collection: Collection, clauses: Query[], reverse: boolean): Plan {
  return {
    source: { kind: 'documents', ranges: [rangeOf(collection.id)], reverse },
    isExact: clauses.length === 0,
    isSorted: true,
    repeats: false,
    score: 0,
  };
}

/** An $or of which every part can be found by an index. */
function unionPlan(collection: Collection, clauses: Query[], sort: SortField[]): Plan | undefined {
  const others = clauses.filter(({ kind }) => kind !== 'or');
  for (const clause of clauses) {
    if (clause.kind !== 'or') continue;
    const plans = clause.queries.map((part) =>
      choosePlan(collection, { query: { kind: 'and', queries: [part, ...others] } }),
    );
    const score = Math.min(...plans.map((plan) => plan.score)) - 1;
    if (score <= 0) continue;
    const isSorted = sort.length === 0;
    return { source: { kind: 'union', plans }, isExact: false, isSorted, repeats: true, score };
  }
  return undefined;
}
