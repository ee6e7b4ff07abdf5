import { refuse, StoreError } from './errors.ts';
import { keyText } from './keys.ts';
import { regexTest, type Test } from './regex.ts';
import { typeTest } from './types.ts';
import {
  bytesOf,
  classOf,
  compare,
  equal,
  isNumber,
  nearestDouble,
  Rank,
  rankOf,
  wholeOf,
} from './values.ts';

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
