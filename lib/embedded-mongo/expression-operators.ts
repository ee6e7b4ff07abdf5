import { Double, Int32 } from 'bson';
import { add, divide, multiply, remainder, subtract, Total } from './arithmetic.ts';
import { conversions, dateParts, dateToString, toText } from './conversions.ts';
import { StoreError } from './errors.ts';
import { checkVariable, parseExpression, type Evaluate, type Scope } from './expression.ts';
import { typeName } from './query-operators.ts';
import {
  classOf,
  compare,
  equal,
  isNumber,
  isObject,
  isTruthy,
  nearestDouble,
  wholeOf,
  type Doc,
} from './values.ts';

/** Checks the argument of an operator once and returns what it computes. */
type Operator = (argument: unknown, scope: Scope) => Evaluate;

const isNullish = (value: unknown): boolean => value === undefined || value === null;

function need(isRight: boolean, code: number, message: string): void {
  if (!isRight) throw new StoreError(code, message);
}

/** Parses the arguments of an operator; a single one need not stand in an array. */
function listOf(argument: unknown, scope: Scope, least: number, most: number): Evaluate[] {
  const list = Array.isArray(argument) ? argument : [argument];
  const isRight = list.length >= least && list.length <= most;
  const wanted = least === most ? `exactly ${least}` : `${least} to ${most}`;
  need(isRight, 16020, `Expression takes ${wanted} arguments. ${list.length} were passed in.`);
  return list.map((element) => parseExpression(element, scope));
}

/** An operator on so many values. */
const taking =
  (least: number, most: number, run: (...values: unknown[]) => unknown): Operator =>
  (argument, scope) => {
    const list = listOf(argument, scope, least, most);
    return (doc) => run(...list.map((evaluate) => evaluate(doc)));
  };

/** An operator that is null as soon as one of its values is null or missing. */
const strict = (least: number, most: number, run: (...values: unknown[]) => unknown): Operator =>
  taking(least, most, (...values) => (values.some(isNullish) ? null : run(...values)));

function arrayOf(value: unknown, operator: string, code: number): unknown[] {
  if (Array.isArray(value)) return value;
  throw new StoreError(
    code,
    `The argument to ${operator} must be an array, but was of type: ${typeName(value)}`,
  );
}

function textOf(value: unknown, operator: string, code: number): string {
  if (typeof value === 'string') return value;
  throw new StoreError(code, `${operator} only supports strings, not ${typeName(value)}`);
}

function integerOf(value: unknown, operator: string, code: number): number {
  const number = isNumber(value) ? nearestDouble(value) : NaN;
  if (Number.isInteger(number)) return number;
  throw new StoreError(code, `${operator} needs a whole number, not ${typeName(value)}`);
}

/** Named arguments, parsed; the rest of the operator's own ones stays as it is. */
function named(
  operator: string,
  argument: unknown,
  required: string[],
  optional: string[] = [],
): Doc {
  if (!isObject(argument)) throw new StoreError(9, `${operator} only supports an object`);
  const missing = required.find((name) => !(name in argument));
  if (missing) throw new StoreError(9, `Missing '${missing}' parameter to ${operator}`);
  const names = [...required, ...optional];
  const unknown = Object.keys(argument).find((name) => !names.includes(name));
  if (unknown) throw new StoreError(9, `Unrecognized parameter to ${operator}: ${unknown}`);
  return argument;
}

/** A variable of the inside of an operator, and the scope in which it can be seen. */
function variables(names: string[], outer: Scope): { cells: unknown[]; scope: Scope } {
  const cells: unknown[] = names.map(() => undefined);
  const own = names.map((name, i) => [name, () => cells[i]] as const);
  return { cells, scope: new Map([...outer, ...own]) };
}

const comparison = (accepts: (order: number) => boolean): Operator =>
  taking(2, 2, (a, b) => accepts(compare(a, b)));

const calculation = (name: string, code: number, run: (a: unknown, b: unknown) => unknown) =>
  strict(2, 2, (a, b) => {
    const types = `${typeName(a)} and ${typeName(b)}`;
    need(isNumber(a) && isNumber(b), code, `${name} only supports numeric types, not ${types}`);
    return run(a, b);
  });

const isZero = (value: unknown): boolean => compare(value, new Int32(0)) === 0;

function sum(...values: unknown[]): unknown {
  const total = new Total();
  let date: Date | undefined;
  for (const value of values) {
    if (value instanceof Date) {
      need(date === undefined, 16612, 'only one date allowed in an $add expression');
      date = value;
    } else {
      const type = typeName(value);
      need(isNumber(value), 14, `$add only supports numeric or date types, not ${type}`);
      total.add(value);
    }
  }
  return date ? new Date(date.getTime() + Math.round(nearestDouble(total.sum()))) : total.sum();
}

function difference(a: unknown, b: unknown): unknown {
  if (a instanceof Date && b instanceof Date) {
    return conversions.$toLong!(new Date(a.getTime() - b.getTime()));
  }
  if (a instanceof Date && isNumber(b)) return new Date(a.getTime() - Math.round(nearestDouble(b)));
  const types = `${typeName(b)} from ${typeName(a)}`;
  need(isNumber(a) && isNumber(b), 14, `can't $subtract ${types}`);
  return subtract(a, b);
}

/** Rounds a number to a whole one of its own type. */
const rounding = (name: string, run: (value: number) => number): Operator =>
  strict(1, 1, (value) => {
    need(isNumber(value), 28765, `${name} only supports numeric types, not ${typeName(value)}`);
    if (wholeOf(value) !== undefined) return value;
    if (classOf(value) !== 'Decimal128') return conversions.$toDouble!(run(nearestDouble(value)));
    const rest = remainder(value, new Int32(1));
    const whole = subtract(value, rest);
    return isZero(rest) ? value : add(whole, new Int32(run(Math.sign(nearestDouble(rest)) / 2)));
  });

/** $min and its like: over their arguments, or over the elements of a single one. */
const over = (run: (values: unknown[]) => unknown): Operator => {
  return (argument, scope) => {
    const list = listOf(argument, scope, 1, Infinity);
    return (doc) => {
      const values = list.map((evaluate) => evaluate(doc));
      return run(values.length === 1 && Array.isArray(values[0]) ? values[0] : values);
    };
  };
};

const extreme = (sign: number): Operator =>
  over((values) => {
    const present = values.filter((value) => !isNullish(value));
    if (present.length === 0) return null;
    return present.reduce((best, value) => (compare(value, best) * sign > 0 ? value : best));
  });

const totalOf = (values: unknown[]): Total => {
  const total = new Total();
  values.forEach((value) => total.add(value));
  return total;
};

const elementAt = (name: string, array: unknown, index: number): unknown => {
  if (isNullish(array)) return null;
  return arrayOf(array, name, 28689).at(index);
};

function sliced(array: unknown, first: unknown, count: unknown, hasCount: boolean): unknown {
  const list = arrayOf(array, '$slice', 28724);
  const start = integerOf(first, '$slice', 28725);
  if (!hasCount) return start >= 0 ? list.slice(0, start) : list.slice(start);
  const length = integerOf(count, '$slice', 28727);
  need(length > 0, 28729, 'Third argument to $slice must be positive');
  const from = start >= 0 ? start : Math.max(0, list.length + start);
  return list.slice(from, from + length);
}

const condition: Operator = (argument, scope) => {
  const parts = isObject(argument) ? named('$cond', argument, ['if', 'then', 'else']) : undefined;
  const all = parts ? [parts.if, parts.then, parts.else] : argument;
  const [test, yes, no] = listOf(all, scope, 3, 3) as [Evaluate, Evaluate, Evaluate];
  return (doc) => (isTruthy(test(doc)) ? yes(doc) : no(doc));
};

const choice: Operator = (argument, scope) => {
  const { branches, default: otherwise } = named('$switch', argument, ['branches'], ['default']);
  need(Array.isArray(branches) && branches.length > 0, 40068, '$switch requires a branch');
  const cases = (branches as unknown[]).map((branch) => {
    const { case: test, then } = named('$switch', branch, ['case', 'then']);
    return [parseExpression(test, scope), parseExpression(then, scope)] as const;
  });
  const other = otherwise === undefined ? undefined : parseExpression(otherwise, scope);
  return (doc) => {
    const found = cases.find(([test]) => isTruthy(test(doc)));
    if (found) return found[1](doc);
    if (other) return other(doc);
    throw new StoreError(40066, '$switch found no matching branch, and no default was given');
  };
};

/** $map and $filter, which look at one element after the other. */
function eachElement(
  name: '$map' | '$filter',
  argument: unknown,
  scope: Scope,
): { evaluate: Evaluate; elements: (doc: Doc) => unknown[] | undefined; cells: unknown[] } {
  const body = name === '$map' ? 'in' : 'cond';
  const spec = named(name, argument, ['input', body], name === '$map' ? ['as'] : ['as', 'limit']);
  const variable = spec.as === undefined ? 'this' : textOf(spec.as, name, 16866);
  checkVariable(variable);
  const input = parseExpression(spec.input, scope);
  const { cells, scope: inner } = variables([variable], scope);
  const elements = (doc: Doc): unknown[] | undefined => {
    const array = input(doc);
    return isNullish(array) ? undefined : arrayOf(array, name, name === '$map' ? 16883 : 28651);
  };
  return { evaluate: parseExpression(spec[body], inner), elements, cells };
}

const mapping: Operator = (argument, scope) => {
  const { evaluate, elements, cells } = eachElement('$map', argument, scope);
  return (doc) =>
    elements(doc)?.map((element) => {
      cells[0] = element;
      return evaluate(doc) ?? null;
    }) ?? null;
};

const filtering: Operator = (argument, scope) => {
  const { evaluate, elements, cells } = eachElement('$filter', argument, scope);
  const { limit } = argument as Doc;
  const limitOf = isNullish(limit) ? () => Infinity : parseExpression(limit, scope);
  return (doc) => {
    const kept = elements(doc)?.filter((element) => {
      cells[0] = element;
      return isTruthy(evaluate(doc));
    });
    const most = limitOf(doc);
    const count = most === Infinity ? most : integerOf(most ?? Infinity, '$filter', 327391);
    return kept?.slice(0, count) ?? null;
  };
};

const reducing: Operator = (argument, scope) => {
  const spec = named('$reduce', argument, ['input', 'initialValue', 'in']);
  const [input, initial] = [spec.input, spec.initialValue].map((one) =>
    parseExpression(one, scope),
  );
  const { cells, scope: inner } = variables(['value', 'this'], scope);
  const evaluate = parseExpression(spec.in, inner);
  return (doc) => {
    const array = input!(doc);
    if (isNullish(array)) return null;
    let value = initial!(doc);
    for (const element of arrayOf(array, '$reduce', 40080)) {
      cells[0] = value;
      cells[1] = element;
      value = evaluate(doc) ?? null;
    }
    return value;
  };
};

const letting: Operator = (argument, scope) => {
  const { vars, in: body } = named('$let', argument, ['vars', 'in']);
  if (!isObject(vars)) throw new StoreError(16876, 'invalid parameter: expected an object (vars)');
  const names = Object.keys(vars);
  names.forEach(checkVariable);
  const values = names.map((name) => parseExpression(vars[name], scope));
  const { cells, scope: inner } = variables(names, scope);
  const evaluate = parseExpression(body, inner);
  return (doc) => {
    values.map((value) => value(doc)).forEach((value, i) => (cells[i] = value));
    return evaluate(doc);
  };
};

function merged(...values: unknown[]): Doc {
  const objects = values.length === 1 && Array.isArray(values[0]) ? values[0] : values;
  const result: Doc = {};
  for (const object of objects.filter((value) => !isNullish(value))) {
    const type = typeName(object);
    need(isObject(object), 40400, `$mergeObjects requires object inputs, but input is of ${type}`);
    Object.assign(result, object);
  }
  return result;
}

function fromPairs(pairs: unknown): Doc {
  const entries = arrayOf(pairs, '$arrayToObject', 40386).map((pair): [string, unknown] => {
    const [k, v] = Array.isArray(pair)
      ? (pair as unknown[])
      : isObject(pair)
        ? [pair.k, pair.v]
        : [];
    return [textOf(k, '$arrayToObject', 40395), v];
  });
  const names = entries.map(([name]) => name);
  need(!names.includes('__proto__'), 2, 'A field cannot be named __proto__.');
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** $getField, $setField and $unsetField: fields whose names may hold dots and dollars. */
const fieldAccess =
  (name: '$getField' | '$setField' | '$unsetField'): Operator =>
  (argument, scope) => {
    const isShort = name === '$getField' && !(isObject(argument) && 'field' in argument);
    const spec = isShort
      ? { field: argument, input: '$$CURRENT' }
      : isObject(argument)
        ? argument
        : {};
    const { field, input = name === '$getField' ? '$$CURRENT' : null, value } = spec as Doc;
    const key = isObject(field) && '$literal' in field ? field.$literal : field;
    if (typeof key !== 'string' || key === '__proto__' || (key === field && key[0] === '$')) {
      throw new StoreError(4161107, `${name} requires a constant string as its field`);
    }
    const [inputOf, valueOf] = [input, value].map((one) => parseExpression(one, scope));
    return (doc) => {
      const object = inputOf!(doc);
      if (name === '$getField') {
        return isObject(object) && Object.hasOwn(object, key) ? object[key] : undefined;
      }
      if (isNullish(object)) return null;
      if (!isObject(object))
        throw new StoreError(4161105, `${name} requires an object as its input`);
      const { [key]: _, ...others } = object;
      const set = name === '$setField' ? valueOf!(doc) : undefined;
      return set === undefined ? others : { ...object, [key]: set };
    };
  };

const letters = (pattern: RegExp, run: (letter: string) => string): Operator =>
  taking(1, 1, (value) => (isNullish(value) ? '' : toText(value).replace(pattern, run)));

function substring(value: unknown, start: unknown, count: unknown): string {
  const [from, length] = [
    integerOf(start, '$substrCP', 34450),
    integerOf(count, '$substrCP', 34452),
  ];
  need(from >= 0 && length >= 0, 34455, '$substrCP takes no negative positions');
  return isNullish(value) ? '' : [...toText(value)].slice(from, from + length).join('');
}

/** Every operator of expressions, by its name. */
export const expressionOperators: Record<string, Operator> = {
  $literal: (argument) => () => argument,
  $const: (argument) => () => argument,
  $let: letting,
  $eq: comparison((order) => order === 0),
  $ne: comparison((order) => order !== 0),
  $gt: comparison((order) => order > 0),
  $gte: comparison((order) => order >= 0),
  $lt: comparison((order) => order < 0),
  $lte: comparison((order) => order <= 0),
  $cmp: taking(2, 2, (a, b) => new Int32(Math.sign(compare(a, b)))),
  $and: (argument, scope) => {
    const all = listOf(argument, scope, 0, Infinity);
    return (doc) => all.every((evaluate) => isTruthy(evaluate(doc)));
  },
  $or: (argument, scope) => {
    const any = listOf(argument, scope, 0, Infinity);
    return (doc) => any.some((evaluate) => isTruthy(evaluate(doc)));
  },
  $not: taking(1, 1, (value) => !isTruthy(value)),
  $cond: condition,
  $switch: choice,
  $ifNull: taking(2, Infinity, (...values) => {
    const found = values.find((value) => !isNullish(value));
    return found === undefined ? values.at(-1) : found;
  }),
  $in: taking(2, 2, (value, array) =>
    arrayOf(array, '$in', 40081).some((element) => equal(element, value)),
  ),
  $add: strict(0, Infinity, sum),
  $subtract: strict(2, 2, difference),
  $multiply: strict(0, Infinity, (...values) =>
    values.reduce((product, value) => {
      const type = typeName(value);
      need(isNumber(value), 14, `$multiply only supports numeric types, not ${type}`);
      return multiply(product, value);
    }, new Int32(1)),
  ),
  $divide: calculation('$divide', 14, (a, b) => {
    need(!isZero(b), 2, "can't $divide by zero");
    return divide(a, b);
  }),
  $mod: calculation('$mod', 16611, (a, b) => {
    need(!isZero(b), 16610, "can't $mod by zero");
    return remainder(a, b);
  }),
  $abs: strict(1, 1, (value) => {
    need(isNumber(value), 28765, `$abs only supports numeric types, not ${typeName(value)}`);
    return compare(value, new Int32(0)) < 0 ? multiply(value, new Int32(-1)) : value;
  }),
  $ceil: rounding('$ceil', Math.ceil),
  $floor: rounding('$floor', Math.floor),
  $min: extreme(-1),
  $max: extreme(1),
  $sum: over((values) => totalOf(values).sum()),
  $avg: over((values) => totalOf(values).average()),
  $size: taking(1, 1, (array) => new Int32(arrayOf(array, '$size', 17124).length)),
  $isArray: taking(1, 1, (value) => Array.isArray(value)),
  $arrayElemAt: strict(2, 2, (array, index) =>
    elementAt('$arrayElemAt', array, integerOf(index, '$arrayElemAt', 28691)),
  ),
  $first: taking(1, 1, (array) => elementAt('$first', array, 0)),
  $last: taking(1, 1, (array) => elementAt('$last', array, -1)),
  $slice: (argument, scope) =>
    strict(2, 3, (...values) => sliced(values[0], values[1], values[2], values.length === 3))(
      argument,
      scope,
    ),
  $concatArrays: strict(0, Infinity, (...arrays) =>
    arrays.flatMap((array) => arrayOf(array, '$concatArrays', 28664)),
  ),
  $reverseArray: strict(1, 1, (array) => arrayOf(array, '$reverseArray', 34435).toReversed()),
  $filter: filtering,
  $map: mapping,
  $reduce: reducing,
  $mergeObjects: taking(0, Infinity, merged),
  $objectToArray: strict(1, 1, (object) => {
    need(isObject(object), 40390, '$objectToArray requires a document input');
    return Object.entries(object as Doc).map(([k, v]) => ({ k, v }));
  }),
  $arrayToObject: strict(1, 1, fromPairs),
  $getField: fieldAccess('$getField'),
  $setField: fieldAccess('$setField'),
  $unsetField: fieldAccess('$unsetField'),
  $concat: strict(0, Infinity, (...texts) =>
    texts.map((text) => textOf(text, '$concat', 16702)).join(''),
  ),
  $toLower: letters(/[A-Z]/g, (letter) => letter.toLowerCase()),
  $toUpper: letters(/[a-z]/g, (letter) => letter.toUpperCase()),
  $strLenCP: taking(1, 1, (text) => new Int32([...textOf(text, '$strLenCP', 34471)].length)),
  $substrCP: taking(3, 3, substring),
  $split: strict(2, 2, (text, separator) => {
    need(separator !== '', 40087, '$split requires a non-empty separator');
    return textOf(text, '$split', 40085).split(textOf(separator, '$split', 40086));
  }),
  $type: taking(1, 1, typeName),
  $isNumber: taking(1, 1, isNumber),
  $rand: taking(0, 1, () => new Double(Math.random())),
  $dateToString: (argument, scope) => {
    const names = ['format', 'timezone', 'onNull'];
    const spec = named('$dateToString', argument, ['date'], names);
    const [date, format, timezone, onNull] = [
      spec.date,
      spec.format,
      spec.timezone,
      spec.onNull,
    ].map((one) => parseExpression(one, scope));
    return (doc) => {
      const value = date!(doc);
      if (isNullish(value)) return spec.onNull === undefined ? null : onNull!(doc);
      return dateToString(value, format!(doc), timezone!(doc));
    };
  },
  ...Object.fromEntries(
    Object.entries(conversions).map(([name, convert]) => [name, strict(1, 1, convert)]),
  ),
  ...Object.fromEntries(
    Object.entries(dateParts).map(([name, part]) => [name, strict(1, 1, part)]),
  ),
};

/** What MongoDB has and this store has not. */
export const otherOperators: ReadonlySet<string> = new Set(
  `accumulator acos acosh allElementsTrue anyElementTrue asin asinh atan atan2 atanh binarySize bitAnd
  bitNot bitOr bitXor bsonSize convert cos cosh dateAdd dateDiff dateFromParts dateFromString
  dateSubtract dateToParts dateTrunc degreesToRadians encStrContains encStrEndsWith encStrStartsWith exp
  firstN function indexOfArray indexOfBytes indexOfCP isoDayOfWeek isoWeek isoWeekYear lastN ln log log10
  ltrim maxN median meta minN percentile pow radiansToDegrees range regexFind regexFindAll
  regexMatch replaceAll replaceOne round rtrim sampleRate setDifference setEquals setIntersection
  setIsSubset setUnion sigmoid sin sinh sortArray sqrt stdDevPop stdDevSamp strLenBytes strcasecmp substr
  substrBytes tan tanh toHashedIndexKey toUUID trim trunc tsIncrement tsSecond week zip`.split(
    /\s+/,
  ),
);
