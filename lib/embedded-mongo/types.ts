import { StoreError } from './errors.ts';
import type { Test } from './regex.ts';
import { classOf, isNumber, nearestDouble, Rank, rankOf } from './values.ts';

/** MongoDB's names for the types of BSON, and their bytes in it. */
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

/** The test of $type, by names or numbers. */
export function typeTest(operand: unknown): Test {
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
