import type { Collection, Index } from './catalog.ts';
import { clausesOf, conditionsIn } from './conditions.ts';
import { documentsPlan, wholeCollection } from './documents-plan.ts';
import { StoreError } from './errors.ts';
import { indexPlan } from './index-plan.ts';
import { idIndexSpec } from './index-specs.ts';
import { oneKeyPlan } from './one-key.ts';
import { pointScore, type Plan, type Wanted } from './plan.ts';
import type { Query } from './query.ts';
import type { Search } from './search.ts';
import type { SortField } from './sort.ts';
import { equal, isNumber, isObject, nearestDouble, type Doc } from './values.ts';

/** Chooses how to find what is searched. */
export function choosePlan(collection: Collection, { query, sort = [], hint }: Search): Plan {
  const clauses = clausesOf(query);
  const one = hint === undefined ? oneKeyPlan(collection, clauses) : undefined;
  if (one) return one;
  const wanted: Wanted = { clauses, conditions: conditionsIn(clauses) };
  if (hint !== undefined) return hintedPlan(collection, wanted, sort, hint);
  let best = documentsPlan(collection, wanted, sort);
  if (best.source.kind === 'ids') return best;
  for (const index of collection.indexes) {
    const plan = mayHelp(index, wanted, sort) ? indexPlan(index, wanted, sort) : undefined;
    if (plan && plan.score > best.score) best = plan;
  }
  if (best.score >= pointScore) return best;
  const union = unionPlan(collection, clauses, sort);
  return union && union.score > best.score ? union : best;
}

/** Without a condition or an order that begins with its first field, an index says nothing. */
function mayHelp({ fields }: Index, { conditions }: Wanted, sort: SortField[]): boolean {
  const first = fields[0]!.name;
  return sort[0]?.name === first || conditions.some(({ name }) => name === first);
}

function hintedPlan(
  collection: Collection,
  wanted: Wanted,
  sort: SortField[],
  hint: unknown,
): Plan {
  const natural = isObject(hint) ? hint.$natural : undefined;
  if (isNumber(natural)) {
    const plan = wholeCollection(collection, wanted.clauses, nearestDouble(natural) < 0);
    return { ...plan, isSorted: sort.length === 0 };
  }
  const isHinted = (spec: Doc): boolean => spec.name === hint || equal(spec.key, hint);
  if (isHinted(idIndexSpec)) return documentsPlan(collection, wanted, sort);
  const index = collection.indexes.find(({ spec }) => isHinted(spec));
  if (!index) {
    throw new StoreError(2, 'hint provided does not correspond to an existing index');
  }
  const plan = indexPlan(index, wanted, sort, true);
  if (!plan) throw new StoreError(2, `The hinted index ${index.name} cannot answer this query.`);
  return plan;
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
