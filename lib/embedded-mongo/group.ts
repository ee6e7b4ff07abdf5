import { calculateObjectSize, Int32 } from 'bson';
import { Total } from './arithmetic.ts';
import { refuse, StoreError } from './errors.ts';
import { parseExpression, type Evaluate, type Scope } from './expression.ts';
import { keyText } from './keys.ts';
import type { Flow } from './search.ts';
import { ValueSet } from './value-set.ts';
import { compare, encode, isObject, type Doc } from './values.ts';

/** Gathers one field of one group. */
interface Accumulator {
  add(value: unknown): void;
  result(): unknown;
}

const totalling = (resultOf: (total: Total) => unknown) => (): Accumulator => {
  const total = new Total();
  return { add: (value) => total.add(value), result: () => resultOf(total) };
};

const sum = totalling((total) => total.sum());

const extreme = (sign: number) => (): Accumulator => {
  let best: unknown;
  return {
    add: (value) => {
      if (value === undefined || value === null) return;
      if (best === undefined || compare(value, best) * sign > 0) best = value;
    },
    result: () => best ?? null,
  };
};

function first(): Accumulator {
  let value: unknown;
  let isSet = false;
  return {
    add: (next) => {
      if (!isSet) value = next;
      isSet = true;
    },
    result: () => value ?? null,
  };
}

function last(): Accumulator {
  let value: unknown;
  return { add: (next) => (value = next), result: () => value ?? null };
}

function push(): Accumulator {
  const values: unknown[] = [];
  return {
    add: (value) => {
      if (value !== undefined) values.push(value);
    },
    result: () => values,
  };
}

function addToSet(): Accumulator {
  const values: unknown[] = [];
  const seen = new ValueSet();
  return {
    add: (value) => {
      if (value !== undefined && seen.add(value)) values.push(value);
    },
    result: () => values,
  };
}

function mergeObjects(): Accumulator {
  const merged: Doc = {};
  return {
    add: (value) => {
      if (value === undefined || value === null) return;
      if (!isObject(value)) throw new StoreError(40400, '$mergeObjects requires object inputs');
      Object.assign(merged, value);
    },
    result: () => merged,
  };
}

const accumulators: Record<string, () => Accumulator> = {
  $sum: sum,
  $avg: totalling((total) => total.average()),
  $min: extreme(-1),
  $max: extreme(1),
  $first: first,
  $last: last,
  $push: push,
  $addToSet: addToSet,
  $mergeObjects: mergeObjects,
};

/** What a $group may keep in memory: its _ids, and what $push and $addToSet are given. */
const maxGroupBytes = 100 * 1024 * 1024;

interface Field {
  name: string;
  /** Keeps every value, so that it grows with the documents and not only with the groups. */
  keeps?: boolean;
  create: () => Accumulator;
  evaluate: Evaluate;
}

/** Accumulators that MongoDB has and this store has not. */
const refused = new Set(
  `accumulator bottom bottomN firstN function lastN maxN median minN percentile setUnion concatArrays
  stdDevPop stdDevSamp top topN`.split(/\s+/),
);

function parseField(name: string, spec: unknown, scope: Scope): Field {
  const [operator, argument] = isObject(spec) ? (Object.entries(spec)[0] ?? []) : [];
  if (operator === undefined || Object.keys(spec as Doc).length !== 1) {
    throw new StoreError(40234, `The field '${name}' must be an accumulator object`);
  }
  if (name.includes('.')) {
    throw new StoreError(40235, `The field name '${name}' cannot contain '.'`);
  }
  if (operator === '$count') return { name, create: sum, evaluate: () => new Int32(1) };
  const create = Object.hasOwn(accumulators, operator) ? accumulators[operator] : undefined;
  if (!create && refused.has(operator.slice(1))) refuse(`the accumulator ${operator}`);
  if (!create) throw new StoreError(15952, `unknown group operator '${operator}'`);
  if (Array.isArray(argument) && argument.length !== 1) {
    throw new StoreError(40237, `The ${operator} accumulator is a unary operator`);
  }
  const [single] = Array.isArray(argument) ? (argument as unknown[]) : [argument];
  const keeps = ['$push', '$addToSet', '$mergeObjects'].includes(operator);
  return { name, create, evaluate: parseExpression(single, scope), keeps };
}

interface Group {
  id: unknown;
  accumulators: Accumulator[];
}

/** Parses a $group stage. */
export function parseGroup(spec: Doc, scope: Scope): (flow: Flow<Doc>) => Flow<Doc> {
  if (!('_id' in spec)) throw new StoreError(15955, 'a group specification must include an _id');
  const { _id, ...rest } = spec;
  const idOf = parseExpression(_id, scope);
  const fields = Object.entries(rest).map(([name, value]) => parseField(name, value, scope));
  return function* (flow) {
    const groups = new Map<string, Group>();
    let bytes = 0;
    for (const doc of flow) {
      if (!doc) {
        yield undefined;
        continue;
      }
      const id = idOf(doc) ?? null;
      const before = groups.size;
      const group = groupOf(groups, id, fields);
      if (groups.size > before) bytes += calculateObjectSize({ id });
      for (const [i, { evaluate, keeps }] of fields.entries()) {
        const value = evaluate(doc);
        group.accumulators[i]!.add(value);
        if (keeps) bytes += calculateObjectSize({ value });
      }
      if (bytes > maxGroupBytes) {
        throw new StoreError(292, `Exceeded memory limit for $group: ${maxGroupBytes} bytes.`);
      }
    }
    for (const group of groups.values()) yield resultOf(group, fields);
  };
}

function groupOf(groups: Map<string, Group>, id: unknown, fields: Field[]): Group {
  const key = keyText(id) ?? encode({ id }).toString('latin1');
  const existing = groups.get(key);
  if (existing) return existing;
  const group = { id, accumulators: fields.map(({ create }) => create()) };
  groups.set(key, group);
  return group;
}

function resultOf({ id, accumulators: all }: Group, fields: Field[]): Doc {
  const result: Doc = { _id: id };
  fields.forEach(({ name }, i) => {
    result[name] = all[i]!.result();
  });
  return result;
}
