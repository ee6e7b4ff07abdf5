import { BSONRegExp } from 'bson';
import { refuse, StoreError } from './errors.ts';
import { keyText } from './keys.ts';
import { boundedTest } from './regex-bounds.ts';
import {
  bytesOf,
  classOf,
  compare,
  equal,
  isNumber,
  nearestDouble,
  Rank,
  rankOf,
  textParts,
  wholeOf,
} from './values.ts';

export type Test = (value: unknown) => boolean;

interface Operator {
  /** Checks the operand once and returns the test for single values. */
  test(operand: unknown): Test;
  whole?: boolean;
}

const isNullish = (value: unknown): boolean => value === null || value === undefined;
const isNaNumber = (value: unknown): boolean =>
  isNumber(value) && Number.isNaN(nearestDouble(value));

/** $gt and its like compare within one type only, except with null, MinKey and MaxKey. */
function comparison(accepts: (order: number) => boolean): Operator {
  const acceptsEqual = accepts(0);
  return {
    test(operand) {
      const rank = rankOf(operand);
      if (isNullish(operand)) return acceptsEqual ? isNullish : () => false;
      if (rank === Rank.regex) throw new StoreError(2, "Can't have RegEx as arg to predicate");
      if (isNaNumber(operand)) return acceptsEqual ? isNaNumber : () => false;
      if (rank === Rank.minKey || rank === Rank.maxKey) {
        return (value) => accepts(compare(value ?? null, operand));
      }
      return (value) =>
        rankOf(value) === rank && !isNaNumber(value) && accepts(compare(value, operand));
    },
  };
}

function equalTest(operand: unknown): Test {
  if (isNullish(operand)) return isNullish;
  return (value) => value !== undefined && equal(value, operand);
}

function inTest(operand: unknown): Test {
  if (!Array.isArray(operand)) throw new StoreError(2, '$in needs an array');
  const keys = new Set<string>();
  const rest: Test[] = [];
  for (const wanted of operand) {
    if (rankOf(wanted) === Rank.regex) {
      rest.push(regexTest(wanted));
      continue;
    }
    if (rankOf(wanted) === Rank.object && Object.keys(wanted as object)[0]?.startsWith('$')) {
      if (classOf(wanted) !== 'DBRef') throw new StoreError(2, 'cannot nest $ under $in');
    }
    const key = isNullish(wanted) ? undefined : keyText(wanted);
    if (key === undefined) rest.push(equalTest(wanted));
    else keys.add(key);
  }
  return (value) => {
    if (rest.some((test) => test(value))) return true;
    if (value === undefined || keys.size === 0) return false;
    const key = keyText(value);
    // Only a decimal or a very long value has no key: compare it with each.
    return key === undefined ? operand.some((wanted) => equal(value, wanted)) : keys.has(key);
  };
}

/** Joins $regex with $options into one BSON regular expression. */
export function joinRegex(pattern: unknown, options: unknown): BSONRegExp {
  const own = rankOf(pattern) === Rank.regex ? textParts(pattern) : [pattern, ''];
  const [source, flags] = [own[0], options ?? own[1]];
  if (typeof source !== 'string') throw new StoreError(2, '$regex has to be a string');
  if (typeof flags !== 'string') throw new StoreError(2, '$options has to be a string');
  const unknown = /[^imsxu]/.exec(flags);
  if (unknown) throw new StoreError(51108, `invalid flag in regex options: ${unknown[0]}`);
  return new BSONRegExp(source, flags);
}

/** Leaves out what the x option ignores: comments and white space outside character classes. */
const withoutSpace = (pattern: string): string =>
  pattern.replace(/\\[\s\S]|\[(?:\\.|[^\]\\])*\]|\s+|#.*/g, (part) =>
    /^[#\s]/.test(part) ? '' : part,
  );

/** The JavaScript form of a PCRE pattern. */
export function javascriptRegex(value: unknown): RegExp {
  let [pattern, options] = textParts(value);
  const inline = /^\(\?([imsx]+)\)/.exec(pattern);
  if (inline) {
    options += inline[1]!;
    pattern = pattern.slice(inline[0].length);
  }
  if (options.includes('x')) pattern = withoutSpace(pattern);
  const flags = ['i', 'm', 's'].filter((flag) => options.includes(flag)).join('');
  try {
    return new RegExp(pattern, `${flags}u`);
  } catch {
    return looseRegex(pattern, flags);
  }
}

/** Escapes like \- are fine in PCRE, and in JavaScript without the u flag. */
function looseRegex(pattern: string, flags: string): RegExp {
  try {
    return new RegExp(pattern, flags);
  } catch {
    throw new StoreError(51091, `Regular expression is invalid: ${pattern}`);
  }
}

function regexTest(operand: unknown): Test {
  const test = boundedTest(javascriptRegex(operand));
  return (value) =>
    typeof value === 'string'
      ? test(value)
      : rankOf(value) === Rank.regex
        ? equal(value, operand)
        : classOf(value) === 'BSONSymbol' && test(String(value));
}

const typeNames: Record<string, number> = {
  double: 1,
  string: 2,
  object: 3,
  array: 4,
  binData: 5,
  undefined: 6,
  objectId: 7,
  bool: 8,
  date: 9,
  null: 10,
  regex: 11,
  dbPointer: 12,
  javascript: 13,
  symbol: 14,
  javascriptWithScope: 15,
  int: 16,
  timestamp: 17,
  long: 18,
  decimal: 19,
  minKey: -1,
  maxKey: 127,
};

const typeOfRank: Record<number, string> = {
  [Rank.string]: 'string',
  [Rank.object]: 'object',
  [Rank.array]: 'array',
  [Rank.binary]: 'binData',
  [Rank.objectId]: 'objectId',
  [Rank.boolean]: 'bool',
  [Rank.date]: 'date',
  [Rank.null]: 'null',
  [Rank.regex]: 'regex',
  [Rank.timestamp]: 'timestamp',
  [Rank.minKey]: 'minKey',
  [Rank.maxKey]: 'maxKey',
};

const typeOfClass: Record<string, string> = {
  Int32: 'int',
  Double: 'double',
  Long: 'long',
  Decimal128: 'decimal',
  BSONSymbol: 'symbol',
};

/** MongoDB's name for the type of a value. */
export function typeName(value: unknown): string {
  const named = typeOfClass[classOf(value) ?? ''] ?? typeOfRank[rankOf(value)];
  if (named) return named;
  if (rankOf(value) === Rank.code) {
    return (value as { scope?: unknown }).scope ? 'javascriptWithScope' : 'javascript';
  }
  return value === undefined ? 'missing' : 'double';
}

function typeTest(operand: unknown): Test {
  const wanted = new Set<number>();
  if (Array.isArray(operand) && operand.length === 0) {
    throw new StoreError(9, '$type must match at least one type');
  }
  for (const type of Array.isArray(operand) ? operand : [operand]) {
    if (type === 'number') [1, 16, 18, 19].forEach((number) => wanted.add(number));
    else if (typeof type === 'string' && typeNames[type] !== undefined) wanted.add(typeNames[type]);
    else if (isNumber(type) && Object.values(typeNames).includes(nearestDouble(type))) {
      wanted.add(nearestDouble(type));
    } else throw new StoreError(2, `Unknown type name alias: ${String(type)}`);
  }
  return (value) => value !== undefined && wanted.has(typeNames[typeName(value)] ?? 0);
}

function sizeTest(operand: unknown): Test {
  const size = isNumber(operand) ? nearestDouble(operand) : NaN;
  if (!Number.isInteger(size) || size < 0) {
    throw new StoreError(2, 'Failed to parse $size. Expected a non-negative integer');
  }
  return (value) => Array.isArray(value) && value.length === size;
}

/** A number cut off at its point; undefined for what no 64 bits hold. */
function truncated(value: unknown): bigint | undefined {
  const double = isNumber(value) ? nearestDouble(value) : NaN;
  if (!(Math.abs(double) <= 2 ** 63)) return undefined;
  return wholeOf(value) ?? BigInt(Math.trunc(double));
}

function modTest(operand: unknown): Test {
  if (!Array.isArray(operand) || operand.length !== 2) {
    throw new StoreError(2, 'malformed mod, needs to be two numbers');
  }
  const [divisor, remainder] = operand.map(truncated);
  if (divisor === undefined || remainder === undefined) {
    throw new StoreError(2, 'malformed mod, divisor and remainder must be 64-bit numbers');
  }
  if (divisor === 0n) throw new StoreError(2, 'divisor cannot be 0');
  return (value) => {
    const whole = truncated(value);
    return whole !== undefined && whole % divisor === remainder;
  };
}

/** The bits of a value, those of a negative number endlessly many; undefined if it has none. */
function bitsOf(value: unknown): bigint | undefined {
  if (rankOf(value) === Rank.binary) {
    return BigInt(`0x0${Buffer.from(bytesOf(value)).reverse().toString('hex')}`);
  }
  const isWhole = isNumber(value) && Number.isInteger(nearestDouble(value));
  return isWhole ? truncated(value) : undefined;
}

/** Far beyond what numbers have; binaries may be longer, but masks of positions are not. */
const maxBit = 65_535n;

const bitTest =
  (accepts: (common: bigint, mask: bigint) => boolean) =>
  (operand: unknown): Test => {
    const bits = Array.isArray(operand) ? operand.map(bitsOf) : [bitsOf(operand)];
    const isPositions = Array.isArray(operand);
    if (bits.some((bit) => bit === undefined || bit < 0n || (isPositions && bit > maxBit))) {
      throw new StoreError(2, 'A bit mask is a number >= 0, a BinData or an array of positions.');
    }
    const masks = bits.map((bit) => (isPositions ? 1n << bit! : bit!));
    const mask = masks.reduce((all, one) => all | one, 0n);
    return (value) => {
      const found = bitsOf(value);
      return found !== undefined && accepts(found & mask, mask);
    };
  };

const refused = (name: string): Operator => ({ test: () => refuse(name) });

/** Every operator on a single value. $ne, $nin, $not, $all and $elemMatch are built on these. */
export const operators: Record<string, Operator | undefined> = {
  $eq: { test: equalTest },
  $gt: comparison((order) => order > 0),
  $gte: comparison((order) => order >= 0),
  $lt: comparison((order) => order < 0),
  $lte: comparison((order) => order <= 0),
  $in: { test: inTest },
  $regex: { test: regexTest },
  $exists: { test: () => (value) => value !== undefined, whole: true },
  $type: { test: typeTest },
  $size: { test: sizeTest, whole: true },
  $mod: { test: modTest },
  $bitsAllSet: { test: bitTest((common, mask) => common === mask) },
  $bitsAllClear: { test: bitTest((common) => common === 0n) },
  $bitsAnySet: { test: bitTest((common) => common !== 0n) },
  $bitsAnyClear: { test: bitTest((common, mask) => common !== mask) },
  ...Object.fromEntries(
    '$near $nearSphere $geoWithin $geoIntersects $within $text $jsonSchema $where'
      .split(' ')
      .map((name) => [name, refused(name)]),
  ),
};
