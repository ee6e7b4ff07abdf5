import { literalPrefix } from './bounds.ts';
import type { Index, IndexField } from './catalog.ts';
import { conditionsOn, type Condition } from './conditions.ts';
import { idIndexSpec } from './index-specs.ts';
import type { Plan } from './plan.ts';
import type { Search } from './search.ts';
import { show } from './show.ts';
import { Rank, rankOf, textParts, type Doc } from './values.ts';

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
    indexBounds: boundsText(index.fields, plan.used ?? [], isReverse),
  };
  return { stage: 'FETCH', ...(filter && { filter }), inputStage };
}

const idIndex: Pick<Index, 'name' | 'spec' | 'flags' | 'fields' | 'unique' | 'sparse' | 'partial'> =
  {
    name: '_id_',
    spec: idIndexSpec,
    flags: { multi: false, lossy: false },
    fields: [{ name: '_id', path: ['_id'], descending: false }],
    unique: true,
    sparse: false,
  };

/** One end-to-end interval: its text forwards and backwards. */
interface Span {
  low: string;
  high: string;
  hasLow: boolean;
  hasHigh: boolean;
}

const everything: Span = { low: 'MinKey', high: 'MaxKey', hasLow: true, hasHigh: true };

function boundsText(fields: IndexField[], used: Condition[], isReverse: boolean): Doc {
  const entries = fields.map((field) => {
    const spans = spansOf(conditionsOn(used, field));
    const isTurned = field.descending !== isReverse;
    const ordered = isTurned ? spans.map(turned).reverse() : spans;
    return [field.name, ordered.map(spanText)] as const;
  });
  return Object.fromEntries(entries);
}

const turned = ({ low, high, hasLow, hasHigh }: Span): Span => ({
  low: high,
  high: low,
  hasLow: hasHigh,
  hasHigh: hasLow,
});

const spanText = ({ low, high, hasLow, hasHigh }: Span): string =>
  `${hasLow ? '[' : '('}${low}, ${high}${hasHigh ? ']' : ')'}`;

function spansOf(conditions: Condition[]): Span[] {
  const points = conditions.find(({ query }) => query.op === '$eq' || query.op === '$in');
  if (points) {
    const { op, operand } = points.query;
    return (op === '$in' ? (operand as unknown[]) : [operand]).map(pointSpan);
  }
  const span = conditions.reduce(narrowed, { ...everything });
  return [span];
}

const pointSpan = (value: unknown): Span => {
  const text = show(value);
  return { low: text, high: text, hasLow: true, hasHigh: true };
};

function narrowed(span: Span, { query: { op, operand } }: Condition): Span {
  const [lowest, highest] = limitsOf(operand);
  const low = span.low === 'MinKey' ? lowest : span.low;
  const high = span.high === 'MaxKey' ? highest : span.high;
  switch (op) {
    case '$gt':
      return { ...span, low: show(operand), high, hasLow: false };
    case '$gte':
      return { ...span, low: show(operand), high, hasLow: true };
    case '$lt':
      return { ...span, low, high: show(operand), hasHigh: false };
    case '$lte':
      return { ...span, low, high: show(operand), hasHigh: true };
    default: {
      const prefix = literalPrefix(...textParts(operand));
      return { ...span, low: show(prefix), high: show(`${prefix}\u{10ffff}`), hasHigh: false };
    }
  }
}

/** The ends of a type, for a range that is open on one side. */
function limitsOf(value: unknown): [string, string] {
  switch (rankOf(value)) {
    case Rank.number:
      return ['-inf.0', 'inf.0'];
    case Rank.string:
      return ['""', '{}'];
    case Rank.date:
      return ['new Date(-9223372036854775808)', 'new Date(9223372036854775807)'];
    case Rank.objectId:
      return ["ObjectId('000000000000000000000000')", "ObjectId('ffffffffffffffffffffffff')"];
    case Rank.boolean:
      return ['false', 'true'];
    default:
      return ['MinKey', 'MaxKey'];
  }
}
