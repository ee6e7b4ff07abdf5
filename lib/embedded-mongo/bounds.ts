import { Double } from 'bson';
import { afterPrefix, KeyWriter } from './keys.ts';
import type { FieldQuery } from './query.ts';
import { classOf, isNumber, nearestDouble, Rank, rankOf, textParts } from './values.ts';

/** Bytes of one key component: from `low`, up to and without `high`. */
export interface Interval {
  low: Buffer;
  high: Buffer;
}

/** Which components of an index key a condition allows. */
export interface Bounds {
  /** Single values, when that is all it allows. */
  points?: unknown[];
  intervals?: Interval[];
  /** A key within the bounds proves that the condition holds, unless the index is lossy. */
  isExact: boolean;
  /** A missing field or null is within the bounds. */
  allowsNull: boolean;
}

const writer = new KeyWriter();
const maxPrefixBytes = 512;

/** The bytes of a value in an index key. */
export const componentOf = (value: unknown): Buffer => writer.reset().component(value).finish();

const isNull = (value: unknown): boolean => value === null || value === undefined;

/** The bounds of one condition, or undefined if an index is of no help to it. */
export function boundsOf({ op, operand }: FieldQuery, isLossy: boolean): Bounds | undefined {
  switch (op) {
    case '$eq':
      return pointBounds([operand]);
    case '$in':
      return pointBounds(operand as unknown[]);
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return rangeBounds(op, operand, isLossy);
    case '$regex':
      return regexBounds(operand);
    default:
      return undefined;
  }
}

function pointBounds(values: unknown[]): Bounds | undefined {
  // An array would match as a whole or as an element, and its keys are those of its elements.
  if (values.some((value) => Array.isArray(value) || rankOf(value) === Rank.regex))
    return undefined;
  const isSimple = (value: unknown): boolean => !isNull(value) && classOf(value) !== 'Decimal128';
  return {
    points: values.map((value) => value ?? null),
    isExact: values.every(isSimple),
    allowsNull: values.some(isNull),
  };
}

function rangeBounds(op: string, operand: unknown, isLossy: boolean): Bounds | undefined {
  if (isNull(operand)) return op.endsWith('e') ? pointBounds([null]) : undefined;
  const rank = rankOf(operand);
  if (Array.isArray(operand) || rank === Rank.minKey || rank === Rank.maxKey) return undefined;
  if (isNumber(operand) && Number.isNaN(nearestDouble(operand))) return undefined;
  const component = componentOf(operand);
  if (writer.truncated) return undefined;
  // Values that were rounded to the end of the range may lie on either side of it.
  const isRounded = isLossy || writer.decimal;
  const after = afterPrefix(component);
  const [typeLow, typeHigh] = [Buffer.of(rank), Buffer.of(rank + 1)];
  const lowest = rank === Rank.number ? componentOf(new Double(-Infinity)) : typeLow;
  const intervals: Record<string, Interval> = {
    $gt: { low: isRounded ? component : after, high: typeHigh },
    $gte: { low: component, high: typeHigh },
    $lt: { low: lowest, high: isRounded ? after : component },
    $lte: { low: lowest, high: after },
  };
  return { intervals: [intervals[op]!], isExact: !isRounded, allowsNull: false };
}

/** A pattern like ^abc is a range of strings; the same pattern may also be stored as a value. */
function regexBounds(operand: unknown): Bounds | undefined {
  const prefix = literalPrefix(...textParts(operand));
  if (prefix === '') return undefined;
  const text = componentOf(prefix);
  // Without the two bytes that end a string.
  const low = text.subarray(0, Math.min(text.length - 2, maxPrefixBytes));
  const stored = componentOf(operand);
  return {
    intervals: [
      { low, high: afterPrefix(low) },
      { low: stored, high: afterPrefix(stored) },
    ],
    isExact: false,
    allowsNull: false,
  };
}

/** The text every match of an anchored pattern begins with. */
function literalPrefix(pattern: string, options: string): string {
  if (!pattern.startsWith('^') || /[imx]/.test(options) || pattern.includes('|')) return '';
  let prefix = '';
  for (const [part] of pattern.slice(1).matchAll(/\\[\s\S]|[\s\S]/gu)) {
    if (/^[*?{]$/.test(part)) return prefix.replace(/.$/su, '');
    if (/^([.+^$()[\]]|\\[a-zA-Z0-9])$/.test(part)) return prefix;
    prefix += part.startsWith('\\') ? part.slice(1) : part;
  }
  return prefix;
}

/** The part that two lists of intervals share; both are in order. */
export function intersect(a: Interval[], b: Interval[]): Interval[] {
  return a.flatMap((x) =>
    b.flatMap((y) => {
      const low = Buffer.compare(x.low, y.low) >= 0 ? x.low : y.low;
      const high = Buffer.compare(x.high, y.high) <= 0 ? x.high : y.high;
      return Buffer.compare(low, high) < 0 ? [{ low, high }] : [];
    }),
  );
}

const inverted = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte) => byte ^ 0xff));

/** The same intervals in a descending component, whose bytes are all inverted. */
export const descendingIntervals = (intervals: Interval[]): Interval[] =>
  intervals
    .map(({ low, high }) => ({
      low: afterPrefix(inverted(high)),
      high: afterPrefix(inverted(low)),
    }))
    .reverse();

export const descendingComponent = inverted;
