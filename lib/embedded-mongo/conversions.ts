import { Decimal128, Double, Int32, Long, ObjectId, type Timestamp } from 'bson';
import { wholeNumber } from './arithmetic.ts';
import { toDecimal } from './decimal.ts';
import { refuse, StoreError } from './errors.ts';
import { typeName } from './types.ts';
import { classOf, decimalParts, isNumber, isTruthy, nearestDouble, wholeOf } from './values.ts';

function fail(value: unknown, target: string): never {
  const shown = typeof value === 'string' ? ` '${value}'` : '';
  throw new StoreError(241, `Failed to convert ${typeName(value)}${shown} to ${target}`);
}

/** The whole number in a value, cut off at the decimal point. */
function toWhole(value: unknown, target: 'int' | 'long'): bigint {
  const whole = wholeOf(value);
  if (whole !== undefined) return whole;
  if (typeof value === 'boolean') return BigInt(value);
  if (value instanceof Date && target === 'long') return BigInt(value.getTime());
  if (typeof value === 'string' && /^[+-]?\d+$/.test(value)) return BigInt(value.replace('+', ''));
  if (classOf(value) === 'Decimal128') {
    const parts = decimalParts(value as Decimal128);
    if (!parts || parts.exponent > 40) return fail(value, target);
    const { coefficient, exponent } = parts;
    return exponent < 0
      ? coefficient / 10n ** BigInt(-exponent)
      : coefficient * 10n ** BigInt(exponent);
  }
  const double = isNumber(value) ? nearestDouble(value) : NaN;
  return Number.isFinite(double) ? BigInt(Math.trunc(double)) : fail(value, target);
}

function toBounded(value: unknown, target: 'int' | 'long'): unknown {
  const result = wholeNumber(toWhole(value, target), target === 'long');
  return classOf(result) === (target === 'int' ? 'Int32' : 'Long') ? result : fail(value, target);
}

const numeral = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function toDouble(value: unknown): Double {
  if (isNumber(value)) return new Double(nearestDouble(value));
  if (typeof value === 'boolean') return new Double(Number(value));
  if (value instanceof Date) return new Double(value.getTime());
  if (typeof value === 'string' && numeral.test(value)) return new Double(Number(value));
  return fail(value, 'double');
}

function toDecimalValue(value: unknown): Decimal128 {
  if (isNumber(value)) return toDecimal(value);
  if (typeof value === 'boolean') return toDecimal(new Int32(Number(value)));
  if (value instanceof Date) return toDecimal(Long.fromNumber(value.getTime()));
  if (typeof value === 'string' && numeral.test(value)) {
    return Decimal128.fromStringWithRounding(value);
  }
  return fail(value, 'decimal');
}

function toObjectId(value: unknown): unknown {
  if (classOf(value) === 'ObjectId') return value;
  if (typeof value === 'string' && /^[\da-f]{24}$/i.test(value)) return new ObjectId(value);
  return fail(value, 'objectId');
}

function toDate(value: unknown): Date {
  if (value instanceof Date) return value;
  if (classOf(value) === 'ObjectId') return (value as ObjectId).getTimestamp();
  if (classOf(value) === 'Timestamp')
    return new Date((value as Timestamp).getHighBitsUnsigned() * 1000);
  if (isNumber(value) && classOf(value) !== 'Int32')
    return new Date(Number(toWhole(value, 'long')));
  const isIso = typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value);
  // Without an offset a time is UTC's, not this machine's.
  const text = isIso && /[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(value) ? `${value}Z` : value;
  const date = new Date(isIso ? String(text) : NaN);
  return Number.isNaN(date.getTime()) ? fail(value, 'date') : date;
}

/** A value as $toString gives it. */
export function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (value instanceof Date) return value.toISOString();
  if (classOf(value) === 'ObjectId') return (value as ObjectId).toHexString();
  if (!isNumber(value)) return fail(value, 'string');
  const whole = wholeOf(value);
  if (whole !== undefined || classOf(value) === 'Decimal128') return String(whole ?? value);
  const double = nearestDouble(value);
  return Object.is(double, -0) ? '-0' : String(double);
}

/** The conversions of one value, which is neither null nor missing. */
export const conversions: Record<string, (value: unknown) => unknown> = {
  $toInt: (value) => toBounded(value, 'int'),
  $toLong: (value) => toBounded(value, 'long'),
  $toDouble: toDouble,
  $toDecimal: toDecimalValue,
  $toString: toText,
  $toBool: isTruthy,
  $toDate: toDate,
  $toObjectId: toObjectId,
};

function dateOf(value: unknown): Date {
  const name = classOf(value);
  if (value instanceof Date || name === 'ObjectId' || name === 'Timestamp') return toDate(value);
  throw new StoreError(16006, `can't convert from ${typeName(value)} to Date`);
}

const dayMs = 86_400_000;

const partsOfDate: Record<string, (date: Date) => number> = {
  $year: (date) => date.getUTCFullYear(),
  $month: (date) => date.getUTCMonth() + 1,
  $dayOfMonth: (date) => date.getUTCDate(),
  $dayOfWeek: (date) => date.getUTCDay() + 1,
  $dayOfYear: (date) =>
    Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0)) / dayMs) + 1,
  $hour: (date) => date.getUTCHours(),
  $minute: (date) => date.getUTCMinutes(),
  $second: (date) => date.getUTCSeconds(),
  $millisecond: (date) => date.getUTCMilliseconds(),
};

/** The parts of a date, in UTC. */
export const dateParts: Record<string, (value: unknown) => Int32> = Object.fromEntries(
  Object.entries(partsOfDate).map(([name, part]) => [
    name,
    (value: unknown) => new Int32(part(dateOf(value))),
  ]),
);

const specifiers: Record<string, [part: string, width: number] | undefined> = {
  Y: ['$year', 4],
  m: ['$month', 2],
  d: ['$dayOfMonth', 2],
  H: ['$hour', 2],
  M: ['$minute', 2],
  S: ['$second', 2],
  L: ['$millisecond', 3],
  j: ['$dayOfYear', 3],
  w: ['$dayOfWeek', 1],
};

/** A date in UTC by a format like %Y-%m-%d. */
export function dateToString(value: unknown, format: unknown, timezone: unknown): string {
  const isUtc = timezone === undefined || timezone === null || timezone === 'UTC';
  if (!isUtc && timezone !== 'GMT') refuse('time zones');
  const date = dateOf(value);
  const pattern = typeof format === 'string' ? format : '%Y-%m-%dT%H:%M:%S.%LZ';
  return pattern.replace(/%([\s\S]?)/g, (_, letter: string) => {
    if (letter === '%') return '%';
    if (letter === 'z') return '+0000';
    if (letter === 'Z') return '0';
    const [part, width] = specifiers[letter] ?? [];
    if (!part)
      throw new StoreError(18536, `Invalid format character '%${letter}' in format string`);
    return String(partsOfDate[part]!(date)).padStart(width!, '0');
  });
}
