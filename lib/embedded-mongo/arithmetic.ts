import { Double, Int32, Long } from 'bson';
import { refuse, StoreError } from './errors.ts';
import { classOf, nearestDouble } from './values.ts';

const isWhole = (value: unknown): boolean => {
  const name = classOf(value);
  return name === 'Int32' || name === 'Long' || typeof value === 'bigint';
};

const wholeOf = (value: unknown): bigint =>
  classOf(value) === 'Long' ? (value as Long).toBigInt() : BigInt(nearestDouble(value));

/** Adds as MongoDB does: an int that grows too large becomes a long, anything with a double one. */
export const add = (a: unknown, b: unknown): unknown =>
  combine(
    a,
    b,
    '$inc',
    (x, y) => x + y,
    (x, y) => x + y,
  );

export const multiply = (a: unknown, b: unknown): unknown =>
  combine(
    a,
    b,
    '$mul',
    (x, y) => x * y,
    (x, y) => x * y,
  );

function combine(
  a: unknown,
  b: unknown,
  operator: string,
  whole: (x: bigint, y: bigint) => bigint,
  double: (x: number, y: number) => number,
): unknown {
  if (classOf(a) === 'Decimal128' || classOf(b) === 'Decimal128') {
    refuse('arithmetic with Decimal128');
  }
  if (!isWhole(a) || !isWhole(b)) return new Double(double(nearestDouble(a), nearestDouble(b)));
  const result = whole(wholeOf(a), wholeOf(b));
  const fitsInt = result === BigInt.asIntN(32, result);
  if (fitsInt && classOf(a) === 'Int32' && classOf(b) === 'Int32') return new Int32(Number(result));
  if (result !== BigInt.asIntN(64, result)) {
    throw new StoreError(2, `Failed to apply ${operator} operations to current value: overflow`);
  }
  return Long.fromBigInt(result);
}
