import { deserialize, serialize, type Binary, type Decimal128, type Long } from 'bson';
import { StoreError } from './errors.ts';

/** A decoded document: numbers stay in their BSON classes, so that int, long and double survive. */
export type Doc = Record<string, unknown>;

export const maxDocumentBytes = 16 * 1024 * 1024;
export const maxDepth = 200;

/** BSON's order of types. The numbers are the type bytes of index keys too. */
export const Rank = {
  minKey: 10,
  undefined: 15,
  null: 20,
  number: 30,
  string: 60,
  object: 70,
  array: 80,
  binary: 90,
  objectId: 100,
  boolean: 110,
  date: 120,
  timestamp: 130,
  regex: 140,
  code: 160,
  maxKey: 240,
} as const;

const rankOfClass: Record<string, number> = {
  Int32: Rank.number,
  Double: Rank.number,
  Long: Rank.number,
  Decimal128: Rank.number,
  BSONSymbol: Rank.string,
  Binary: Rank.binary,
  ObjectId: Rank.objectId,
  Timestamp: Rank.timestamp,
  BSONRegExp: Rank.regex,
  Code: Rank.code,
  MinKey: Rank.minKey,
  MaxKey: Rank.maxKey,
};

const decodeOptions = { promoteValues: false, bsonRegExp: true, validation: { utf8: false } };

/** Decodes stored or received bytes without losing the type of any number. */
export function decode(bytes: Uint8Array, rawField?: string): Doc {
  if (!rawField) return deserialize(bytes, decodeOptions);
  return deserialize(bytes, { ...decodeOptions, fieldsAsRaw: { [rawField]: true } });
}

export const encode = (doc: Doc): Buffer => Buffer.from(serialize(doc));

/** The BSON class of a value, or undefined for what JavaScript has itself. */
export function classOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const name = (value as { _bsontype?: unknown })._bsontype;
  return typeof name === 'string' ? name : undefined;
}

export function rankOf(value: unknown): number {
  if (typeof value === 'object') return rankOfObject(value);
  if (typeof value === 'string') return Rank.string;
  if (typeof value === 'number' || typeof value === 'bigint') return Rank.number;
  if (typeof value === 'boolean') return Rank.boolean;
  return Rank.undefined;
}

function rankOfObject(value: object | null): number {
  if (value === null) return Rank.null;
  if (Array.isArray(value)) return Rank.array;
  if (value instanceof Date) return Rank.date;
  return rankOfClass[classOf(value) ?? ''] ?? Rank.object;
}

export const isObject = (value: unknown): value is Doc => rankOf(value) === Rank.object;
export const isNumber = (value: unknown): boolean => rankOf(value) === Rank.number;

/** Whether a value counts as true: all but false, zero, null and missing do. */
export const isTruthy = (value: unknown): boolean =>
  isNumber(value)
    ? nearestDouble(value) !== 0
    : value !== false && value !== null && value !== undefined;

/** Fields in order. A DBRef is bson's own class for a plain subdocument. */
export function entriesOf(object: Doc): [string, unknown][] {
  if (classOf(object) !== 'DBRef') return Object.entries(object);
  const ref = object as { collection: string; oid: unknown; db?: string; fields: Doc };
  const head: [string, unknown][] = [
    ['$ref', ref.collection],
    ['$id', ref.oid],
  ];
  if (ref.db) head.push(['$db', ref.db]);
  return [...head, ...Object.entries(ref.fields)];
}

/** The double nearest to any number; what it leaves out is in remainderOf. */
export function nearestDouble(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  const boxed = value as { _bsontype: string; value: number };
  if (boxed._bsontype === 'Long') return (value as Long).toNumber();
  if (boxed._bsontype === 'Decimal128') return Number((value as Decimal128).toString());
  return boxed.value;
}

/** The value of an int or a long; undefined for what is neither. */
export function wholeOf(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  const name = classOf(value);
  if (name === 'Long') return (value as Long).toBigInt();
  return name === 'Int32' ? BigInt((value as { value: number }).value) : undefined;
}

/** A 64-bit integer minus its nearest double: 0 for every other number. */
export function remainderOf(value: unknown, double: number): number {
  if (Math.abs(double) < 2 ** 53) return 0;
  if (typeof value === 'bigint') return Number(value - BigInt(double));
  if (classOf(value) === 'Long') return Number((value as Long).toBigInt() - BigInt(double));
  // A decimal that equals a long has that long's key; beyond the longs there is nothing to equal.
  if (classOf(value) !== 'Decimal128' || !(Math.abs(double) <= 2 ** 63)) return 0;
  return Number(floorOf(value) - BigInt(double));
}

function floorOf(value: unknown): bigint {
  const { top, bottom } = fractionOf(value) ?? { top: 0n, bottom: 1n };
  const whole = top / bottom;
  return top < 0n && whole * bottom !== top ? whole - 1n : whole;
}

const sign = (a: number | bigint | string, b: number | bigint | string): number =>
  a < b ? -1 : a > b ? 1 : 0;

function compareNumbers(a: unknown, b: unknown): number {
  const x = nearestDouble(a);
  const y = nearestDouble(b);
  if (x < y) return -1;
  if (x > y) return 1;
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(y)) - Number(Number.isNaN(x));
  if (classOf(a) === 'Decimal128' || classOf(b) === 'Decimal128') return compareExactly(a, b);
  return sign(remainderOf(a, x), remainderOf(b, y));
}

/** Numbers as fractions, for decimals that share their nearest double with another number. */
function compareExactly(a: unknown, b: unknown): number {
  const x = fractionOf(a);
  const y = fractionOf(b);
  if (!x || !y) return Number(!x) - Number(!y);
  return sign(x.top * y.bottom, y.top * x.bottom);
}

function fractionOf(value: unknown): { top: bigint; bottom: bigint } | undefined {
  if (classOf(value) === 'Long') return { top: (value as Long).toBigInt(), bottom: 1n };
  if (classOf(value) !== 'Decimal128') {
    const double = nearestDouble(value);
    if (!Number.isFinite(double)) return undefined;
    // Every finite double is an integer after at most 1,074 doublings.
    let doublings = 0n;
    let scaled = double;
    while (!Number.isInteger(scaled)) {
      scaled *= 2;
      doublings += 1n;
    }
    return { top: BigInt(scaled), bottom: 1n << doublings };
  }
  const parts = decimalParts(value as Decimal128);
  if (!parts) return undefined;
  const { coefficient, exponent } = parts;
  return exponent >= 0
    ? { top: coefficient * 10n ** BigInt(exponent), bottom: 1n }
    : { top: coefficient, bottom: 10n ** BigInt(-exponent) };
}

/** A finite decimal as coefficient * 10 ** exponent. */
export interface DecimalParts {
  coefficient: bigint;
  exponent: number;
}

export function decimalParts(value: Decimal128): DecimalParts | undefined {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:E([+-]?\d+))?$/.exec(value.toString());
  if (!parts) return undefined;
  const [, minus = '', whole = '0', decimals = '', exponent = '0'] = parts;
  const coefficient = BigInt(minus + whole + decimals);
  return { coefficient, exponent: Number(exponent) - decimals.length };
}

/** Order of UTF-8 bytes. JavaScript compares UTF-16 units, which puts U+E000–FFFF after the rest. */
function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) {
      const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit < 0xe000;
      if (isSurrogate(x) !== isSurrogate(y) && x >= 0xd800 && y >= 0xd800) {
        return isSurrogate(x) ? 1 : -1;
      }
      return x - y;
    }
  }
  return a.length - b.length;
}

export const bytesOf = (value: unknown): Buffer =>
  Buffer.from(value instanceof Uint8Array ? value : (value as Binary).value());

const subtypeOf = (value: unknown): number => (value as Partial<Binary>).sub_type ?? 0;

function compareBinaries(a: unknown, b: unknown): number {
  const x = bytesOf(a);
  const y = bytesOf(b);
  return x.length - y.length || subtypeOf(a) - subtypeOf(b) || Buffer.compare(x, y);
}

function compareObjects(a: Doc, b: Doc): number {
  const x = entriesOf(a);
  const y = entriesOf(b);
  for (let i = 0; i < x.length && i < y.length; i++) {
    const [nameA, valueA] = x[i]!;
    const [nameB, valueB] = y[i]!;
    const order =
      rankOf(valueA) - rankOf(valueB) || compareStrings(nameA, nameB) || compare(valueA, valueB);
    if (order !== 0) return order;
  }
  return x.length - y.length;
}

function compareArrays(a: unknown[], b: unknown[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const order = compare(a[i], b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** The two strings by which regular expressions and code are ordered. */
export function textParts(value: unknown): [string, string] {
  if (classOf(value) === 'BSONRegExp') {
    const { pattern, options } = value as { pattern: string; options: string };
    return [pattern, options];
  }
  if (value instanceof RegExp) return [value.source, value.flags];
  const { code, scope } = value as { code: string; scope?: Doc | null };
  return [code, scope ? JSON.stringify(scope) : ''];
}

/** BSON's total order over all values; missing counts as undefined, below null. */
export function compare(a: unknown, b: unknown): number {
  const rank = rankOf(a);
  const difference = rank - rankOf(b);
  if (difference !== 0) return difference;
  switch (rank) {
    case Rank.number:
      return compareNumbers(a, b);
    case Rank.string:
      return compareStrings(String(a), String(b));
    case Rank.object:
      return compareObjects(a as Doc, b as Doc);
    case Rank.array:
      return compareArrays(a as unknown[], b as unknown[]);
    case Rank.binary:
      return compareBinaries(a, b);
    case Rank.objectId:
      return Buffer.compare((a as { id: Uint8Array }).id, (b as { id: Uint8Array }).id);
    case Rank.boolean:
      return Number(a) - Number(b);
    case Rank.date:
      return sign((a as Date).getTime(), (b as Date).getTime());
    case Rank.timestamp:
      return sign(timestampBits(a), timestampBits(b));
    case Rank.regex:
    case Rank.code: {
      const [x, y] = [textParts(a), textParts(b)];
      return compareStrings(x[0], y[0]) || compareStrings(x[1], y[1]);
    }
    default:
      return 0;
  }
}

export const timestampBits = (value: unknown): bigint =>
  BigInt.asUintN(64, (value as Long).toBigInt());

export const equal = (a: unknown, b: unknown): boolean => compare(a, b) === 0;

/** A copy that shares no container with the original; BSON values themselves are never changed. */
export function clone<T>(value: T): T {
  if (Array.isArray(value)) return value.map(clone) as T;
  if (!isObject(value) || classOf(value)) return value;
  const copy: Doc = {};
  for (const [name, inner] of Object.entries(value)) {
    // Assigning it would change the prototype of the copy and lose the field.
    if (name === '__proto__') throw new StoreError(2, 'A field cannot be named __proto__.');
    copy[name] = clone(inner);
  }
  return copy as T;
}
