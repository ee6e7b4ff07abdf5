import { Int32, Timestamp } from 'bson';
import { multiply, updating, wholeNumber } from './arithmetic.ts';
import { StoreError } from './errors.ts';
import { compile, matcher, type Predicate } from './match.ts';
import { hasOperators, isLogical, parseField } from './query.ts';
import { typeName } from './types.ts';
import { show } from './show.ts';
import { parseSort, sortDocuments } from './sort.ts';
import { ValueSet } from './value-set.ts';
import {
  classOf,
  clone,
  compare,
  equal,
  isNumber,
  isObject,
  nearestDouble,
  rankOf,
  Rank,
  wholeOf,
  type Doc,
} from './values.ts';

/** What an operator may need for its error messages. */
export interface Target {
  field: string;
  id: unknown;
}

/** The new value of a field; undefined removes it, or leaves it missing. */
export type Change = (current: unknown, target: Target) => unknown;

interface UpdateOperator {
  /** Checks the operand once and returns the change. */
  change(operand: unknown, field: string): Change;
  /** Only a field that is there can change: the path to it is not created. */
  needsField?: boolean;
  onlyOnInsert?: boolean;
}

const constant =
  (operand: unknown): Change =>
  () =>
    clone(operand);

function arithmetic(name: '$inc' | '$mul', verb: string) {
  const run = updating(name);
  return (operand: unknown, field: string): Change => {
    if (!isNumber(operand)) {
      throw new StoreError(
        14,
        `Cannot ${verb} with non-numeric argument: {${field}: ${show(operand)}}`,
      );
    }
    return (current, target) => {
      if (current === undefined) return name === '$mul' ? multiply(operand, new Int32(0)) : operand;
      if (isNumber(current)) return run(current, operand);
      throw new StoreError(
        14,
        `Cannot apply ${name} to a value of non-numeric type. {_id: ${show(target.id)}} has the field '${target.field.split('.').at(-1)}' of non-numeric type ${typeName(current)}`,
      );
    };
  };
}

const extreme =
  (sign: number) =>
  (operand: unknown): Change =>
  (current) =>
    current === undefined || compare(operand, current) * sign > 0 ? clone(operand) : current;

function currentDate(operand: unknown): Change {
  const type = isObject(operand) ? operand.$type : 'date';
  const isKnown = operand === true || operand === false || isObject(operand);
  if (!isKnown || (type !== 'date' && type !== 'timestamp')) {
    throw new StoreError(2, "The '$type' string field is required to be 'date' or 'timestamp'");
  }
  if (type === 'date') return () => new Date();
  return () => new Timestamp({ t: Math.floor(Date.now() / 1000), i: 1 });
}

function arrayOf(current: unknown, { field, id }: Target): unknown[] {
  if (current === undefined) return [];
  if (Array.isArray(current)) return current;
  throw new StoreError(
    2,
    `The field '${field}' must be an array but is of type ${typeName(current)} in document {_id: ${show(id)}}`,
  );
}

const integer = (value: unknown, what: string): number => {
  const number = isNumber(value) ? nearestDouble(value) : NaN;
  if (!Number.isInteger(number)) {
    throw new StoreError(2, `The value for ${what} must be an integer, not a ${typeName(value)}`);
  }
  return number;
};

function eachOf(modifiers: Doc, operator: string): unknown[] {
  if (Array.isArray(modifiers.$each)) return modifiers.$each;
  throw new StoreError(14, `The argument to $each in ${operator} must be an array`);
}

function push(operand: unknown): Change {
  if (!isObject(operand) || !('$each' in operand)) {
    return (current, target) => [...arrayOf(current, target), clone(operand)];
  }
  const each = eachOf(operand, '$push');
  const unknown = Object.keys(operand).find(
    (name) => !['$each', '$slice', '$sort', '$position'].includes(name),
  );
  if (unknown) throw new StoreError(2, `Unrecognized clause in $push: ${unknown}`);
  const position =
    operand.$position === undefined ? Infinity : integer(operand.$position, '$position');
  const slice = operand.$slice === undefined ? undefined : integer(operand.$slice, '$slice');
  const order = operand.$sort === undefined ? undefined : elementOrder(operand.$sort);
  return (current, target) => {
    const array = arrayOf(current, target);
    const pushed = [...array.slice(0, position), ...each.map(clone), ...array.slice(position)];
    const sorted = order ? order(pushed) : pushed;
    if (slice === undefined) return sorted;
    return slice >= 0 ? sorted.slice(0, slice) : sorted.slice(slice);
  };
}

function elementOrder(sort: unknown): (elements: unknown[]) => unknown[] {
  if (isObject(sort)) {
    const fields = parseSort(sort);
    return (elements) => sortDocuments(elements, fields);
  }
  const direction = isNumber(sort) ? nearestDouble(sort) : 0;
  if (direction !== 1 && direction !== -1) {
    throw new StoreError(2, 'The $sort element value must be either 1 or -1');
  }
  return (elements) => elements.toSorted((a, b) => compare(a, b) * direction);
}

/** Whether a value is in a list, for so many questions. */
function membership(list: readonly unknown[], questions: number): Predicate {
  // For a few it is not worth making a set of them all.
  if (Math.min(list.length, questions) < 10) {
    return (value) => list.some((element) => equal(element, value));
  }
  const set = new ValueSet(list);
  return (value) => set.has(value);
}

function addToSet(operand: unknown): Change {
  const hasEach = isObject(operand) && '$each' in operand;
  const other = hasEach && Object.keys(operand).find((name) => name !== '$each');
  if (other) throw new StoreError(2, `Found unexpected fields after $each in $addToSet: ${other}`);
  const wanted = hasEach ? eachOf(operand, '$addToSet') : [operand];
  return (current, target) => {
    const array = [...arrayOf(current, target)];
    const before = array.length;
    const isThere = membership(array, wanted.length);
    const added = new ValueSet();
    for (const value of wanted) {
      if (!isThere(value) && added.add(value)) array.push(clone(value));
    }
    return array.length === before && current !== undefined ? current : array;
  };
}

/** Which elements a $pull takes out. */
function pulled(operand: unknown): Predicate {
  const isCondition = hasOperators(operand) && !isLogical(Object.keys(operand)[0]!);
  if (rankOf(operand) === Rank.regex || isCondition) {
    const matches = compile({ kind: 'and', queries: parseField('element', operand) });
    return (element) => matches({ element });
  }
  if (isObject(operand) && !classOf(operand)) {
    const matches = matcher(operand);
    return (element) => isObject(element) && matches(element);
  }
  return (element) => equal(element, operand);
}

const removing =
  (name: string, isRemoved: Predicate): Change =>
  (current) => {
    if (current === undefined) return undefined;
    if (!Array.isArray(current))
      throw new StoreError(2, `Cannot apply ${name} to a non-array value`);
    const kept = current.filter((element) => !isRemoved(element));
    return kept.length === current.length ? current : kept;
  };

function pullAll(operand: unknown): Change {
  if (!Array.isArray(operand)) {
    throw new StoreError(2, `$pullAll requires an array, not a ${typeName(operand)}`);
  }
  return removing('$pullAll', membership(operand, Infinity));
}

function pop(operand: unknown, field: string): Change {
  const end = isNumber(operand) ? nearestDouble(operand) : 0;
  if (end !== 1 && end !== -1)
    throw new StoreError(9, `$pop expects 1 or -1, found: ${show(operand)}`);
  return (current) => {
    if (current === undefined) return undefined;
    if (!Array.isArray(current)) {
      throw new StoreError(14, `Path '${field}' contains no array but a '${typeName(current)}'`);
    }
    return end === 1 ? current.slice(0, -1) : current.slice(1);
  };
}

const bitOperations: Record<string, ((a: bigint, b: bigint) => bigint) | undefined> = {
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
};

function bit(operand: unknown): Change {
  const operations = Object.entries(isObject(operand) ? operand : {}).map(([name, value]) => {
    const [run, whole] = [bitOperations[name], wholeOf(value)];
    if (!run || whole === undefined) {
      throw new StoreError(2, `$bit takes and, or and xor with an int or a long, not ${name}`);
    }
    return { run, whole, isLong: classOf(value) === 'Long' };
  });
  if (operations.length === 0) throw new StoreError(2, '$bit needs and, or or xor with a number');
  return (current, { id, field }) => {
    let result = current === undefined ? 0n : wholeOf(current);
    if (result === undefined) {
      throw new StoreError(
        2,
        `Cannot apply $bit to a value of non-integral type. {_id: ${show(id)}} has the field ${field} of non-integer type ${typeName(current)}`,
      );
    }
    for (const { run, whole } of operations) result = run(result, whole);
    const isLong = classOf(current) === 'Long' || operations.some((operation) => operation.isLong);
    return wholeNumber(result, isLong);
  };
}

/** Every update operator but $rename, which is about two fields. */
export const updateOperators: Record<string, UpdateOperator> = {
  $set: { change: constant },
  $setOnInsert: { change: constant, onlyOnInsert: true },
  $unset: { change: () => () => undefined, needsField: true },
  $inc: { change: arithmetic('$inc', 'increment') },
  $mul: { change: arithmetic('$mul', 'multiply') },
  $min: { change: extreme(-1) },
  $max: { change: extreme(1) },
  $currentDate: { change: currentDate },
  $push: { change: push },
  $addToSet: { change: addToSet },
  $pull: { change: (operand) => removing('$pull', pulled(operand)), needsField: true },
  $pullAll: { change: pullAll, needsField: true },
  $pop: { change: pop, needsField: true },
  $bit: { change: bit },
};
