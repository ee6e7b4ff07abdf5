import type { Binary, Decimal128, Double, Int32, Long, ObjectId } from 'bson';

// The order of BSON values as the manual has it, written for the model alone: slow and obvious.

export type Doc = Record<string, unknown>;

const bsonType = (value: unknown): string =>
  (value as { _bsontype?: string } | null)?._bsontype ?? '';

const numberTypes = ['Int32', 'Long', 'Double', 'Decimal128'];

/** Stands below null: what an empty array sorts as. */
export const belowNull = Symbol('below null');

export function typeOrder(value: unknown): number {
  if (value === belowNull) return 0;
  if (value === null || value === undefined) return 1;
  if (numberTypes.includes(bsonType(value))) return 2;
  if (typeof value === 'string') return 3;
  if (Array.isArray(value)) return 5;
  if (bsonType(value) === 'Binary') return 6;
  if (bsonType(value) === 'ObjectId') return 7;
  if (typeof value === 'boolean') return 8;
  if (value instanceof Date) return 9;
  if (typeof value === 'object' && bsonType(value) === '') return 4;
  throw new Error(`The model does not know ${JSON.stringify(value)}`);
}

export const isNumber = (value: unknown): boolean => typeOrder(value) === 2;
export const isPlain = (value: unknown): value is Doc => typeOrder(value) === 4;

export const numberOf = (value: unknown): number => Number((value as Int32 | Double).toString());
export const isInt = (value: unknown): boolean => bsonType(value) === 'Int32';
export const isWhole = (value: unknown): boolean => isInt(value) || bsonType(value) === 'Long';
export const isDecimal = (value: unknown): boolean => bsonType(value) === 'Decimal128';
export const bigOf = (value: unknown): bigint => BigInt((value as Long | Int32).toString());

/** A finite number times ten to the tenth, exactly. */
function scaled(value: unknown): bigint {
  const text =
    bsonType(value) === 'Double'
      ? (value as Double).value.toFixed(10)
      : (value as Int32 | Long | Decimal128).toString();
  const [whole = '', decimals = ''] = text.split('.');
  return BigInt(whole + decimals.padEnd(10, '0'));
}

function compareNumbers(a: unknown, b: unknown): number {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(y)) - Number(Number.isNaN(x));
  if (!Number.isFinite(x) || !Number.isFinite(y)) return x < y ? -1 : Number(x > y);
  const difference = scaled(a) - scaled(b);
  return difference < 0n ? -1 : Number(difference > 0n);
}

function compareLists(x: unknown[], y: unknown[]): number {
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const order = compareValues(x[i], y[i]);
    if (order !== 0) return order;
  }
  return x.length - y.length;
}

function compareDocs(a: Doc, b: Doc): number {
  const [x, y] = [Object.entries(a), Object.entries(b)];
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const order =
      typeOrder(x[i]![1]) - typeOrder(y[i]![1]) ||
      Buffer.compare(Buffer.from(x[i]![0]), Buffer.from(y[i]![0])) ||
      compareValues(x[i]![1], y[i]![1]);
    if (order !== 0) return order;
  }
  return x.length - y.length;
}

export function compareValues(a: unknown, b: unknown): number {
  const difference = typeOrder(a) - typeOrder(b);
  if (difference !== 0) return difference;
  switch (typeOrder(a)) {
    case 2:
      return compareNumbers(a, b);
    case 3:
      return Buffer.compare(Buffer.from(a as string), Buffer.from(b as string));
    case 4:
      return compareDocs(a as Doc, b as Doc);
    case 5:
      return compareLists(a as unknown[], b as unknown[]);
    case 6: {
      const [x, y] = [a as Binary, b as Binary];
      const byLength = x.length() - y.length();
      return byLength || x.sub_type - y.sub_type || Buffer.compare(x.value(), y.value());
    }
    case 7:
      return Buffer.compare((a as ObjectId).id, (b as ObjectId).id);
    case 8:
      return Number(a) - Number(b);
    case 9:
      return (a as Date).getTime() - (b as Date).getTime();
    default:
      return 0;
  }
}

export const same = (a: unknown, b: unknown): boolean => compareValues(a, b) === 0;

export function copy<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copy) as T;
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copy(inner)])) as T;
}

/** Refused with a MongoDB error code. */
export class Refusal extends Error {
  constructor(readonly code: number) {
    super(`refused with ${code}`);
  }
}
