import type { Index } from './catalog.ts';
import { idIndexSpec } from './index-specs.ts';
import type { Plan } from './plan.ts';
import type { Search } from './search.ts';
import type { Doc } from './values.ts';

/** A plan in the words of MongoDB's explain. */
export function describePlan(plan: Plan | undefined, wanted: Search, filter: Doc): Doc {
  if (!plan) return { stage: 'EOF' };
  const { sort = [], skip = 0, limit = Infinity } = wanted;
  let stage = describeSource(plan, plan.isExact ? undefined : filter);
  if (!plan.isSorted) {
    const pattern = sort.map(({ name, descending }) => [name, descending ? -1 : 1]);
    const sortPattern = Object.fromEntries(pattern) as Doc;
    stage = { stage: 'SORT', sortPattern, type: 'simple', inputStage: stage };
  }
  if (skip > 0) stage = { stage: 'SKIP', skipAmount: skip, inputStage: stage };
  if (limit < Infinity) stage = { stage: 'LIMIT', limitAmount: limit, inputStage: stage };
  return stage;
}

export function usesIndex({ source, score }: Plan): boolean {
  if (source.kind === 'union') return source.plans.every(usesIndex);
  return source.kind !== 'documents' || score > 0;
}

function describeSource(plan: Plan, filter: Doc | undefined): Doc {
  const { source } = plan;
  if (source.kind === 'union') {
    const inputStages = source.plans.map((part) => describeSource(part, undefined));
    return { stage: 'FETCH', ...(filter && { filter }), inputStage: { stage: 'OR', inputStages } };
  }
  const isReverse = source.kind !== 'ids' && source.reverse;
  const direction = isReverse ? 'backward' : 'forward';
  if (!usesIndex(plan)) return { stage: 'COLLSCAN', ...(filter && { filter }), direction };
  const index = source.kind === 'index' ? source.index : idIndex;
  const inputStage = {
    stage: 'IXSCAN',
    keyPattern: index.spec.key,
    indexName: index.name,
    isMultiKey: index.flags.multi,
    isUnique: index.unique,
    isSparse: index.sparse,
    isPartial: index.partial !== undefined,
    indexVersion: 2,
    direction,
  };
  return { stage: 'FETCH', ...(filter && { filter }), inputStage };
}

const idIndex: Pick<Index, 'name' | 'spec' | 'flags' | 'unique' | 'sparse' | 'partial'> = {
  name: '_id_',
  spec: idIndexSpec,
  flags: { multi: false, lossy: false },
  unique: true,
  sparse: false,
};
