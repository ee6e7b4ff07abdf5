import { Double, Int32, type Decimal128 } from 'bson';
import { divide, multiply, remainder, subtract, Total } from './arithmetic.ts';
import { conversions, dateParts, dateToString, toText } from './conversions.ts';
import { toDecimal } from './decimal.ts';
import {
  arrayOf,
  integerOf,
  isNullish,
  listOf,
  named,
  need,
  strict,
  taking,
  textOf,
  type Operator,
} from './expression-arguments.ts';
import {
  choice,
  condition,
  fieldAccess,
  filtering,
  letting,
  mapping,
  reducing,
} from './expression-control.ts';
import { parseExpression } from './expression.ts';
import { typeName } from './types.ts';
import {
  classOf,
  compare,
  decimalParts,
  equal,
  isNumber,
  isObject,
  isTruthy,
  nearestDouble,
  wholeOf,
  type Doc,
} from './values.ts';

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
    const parts = decimalParts(value as Decimal128);
    if (!parts || parts.exponent >= 0) return value;
    const unit = 10n ** BigInt(-parts.exponent);
    const rest = Math.sign(Number(parts.coefficient % unit));
    return toDecimal(parts.coefficient / unit + BigInt(run(rest / 2)));
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

const letters = (pattern: RegExp, run: (letter: string) => string): Operator =>
  taking(1, 1, (value) => (isNullish(value) ? '' : toText(value).replace(pattern, run)));

function substring(value: unknown, start: unknown, count: unknown): string {
  const [from, length] = [
    integerOf(start, '$substrCP', 34450),
    integerOf(count, '$substrCP', 34452),
  ];
  need(from >= 0 && length >= 0, 34455, '$substrCP takes no negative positions');
  return isNullish(value)
    ? ''
    : Array.from(toText(value))
        .slice(from, from + length)
        .join('');
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
  $strLenCP: taking(1, 1, (text) => new Int32(Array.from(textOf(text, '$strLenCP', 34471)).length)),
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
