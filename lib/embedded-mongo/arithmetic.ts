import { Double, Int32, Long } from 'bson';
import { addDecimals, divideDecimals, multiplyDecimals, remainderOfDecimals } from './decimal.ts';
import { StoreError } from './errors.ts';
import { classOf, isNumber, nearestDouble, wholeOf } from './values.ts';

/** One calculation for each kind of number: both whole, one a double, one a decimal. */
interface Calculation {
  whole(a: bigint, b: bigint): bigint;
  double(a: number, b: number): number;
  decimal(a: unknown, b: unknown): unknown;
}

const addition: Calculation = {
  whole: (a, b) => a + b,
  double: (a, b) => a + b,
  decimal: addDecimals,
};

const multiplication: Calculation = {
  whole: (a, b) => a * b,
  double: (a, b) => a * b,
  decimal: multiplyDecimals,
};

const subtraction: Calculation = {
  whole: (a, b) => a - b,
  double: (a, b) => a - b,
  decimal: (a, b) => addDecimals(a, multiplyDecimals(b, new Int32(-1))),
};

const remaining: Calculation = {
  whole: (a, b) => a % b,
  double: (a, b) => a % b,
  decimal: remainderOfDecimals,
};

const isDecimal = (value: unknown): boolean => classOf(value) === 'Decimal128';

/** Calculates as MongoDB does: an int that grows too large becomes a long, a long a double. */
const calculate =
  (calculation: Calculation) =>
  (a: unknown, b: unknown): unknown => {
    if (isDecimal(a) || isDecimal(b)) return calculation.decimal(a, b);
    const [x, y] = [wholeOf(a), wholeOf(b)];
    if (x === undefined || y === undefined) {
      return new Double(calculation.double(nearestDouble(a), nearestDouble(b)));
    }
    const isLong = classOf(a) === 'Long' || classOf(b) === 'Long';
    return wholeNumber(calculation.whole(x, y), isLong);
  };

/** A whole number as an int if it may be one, else as a long, or a double beyond the longs. */
export function wholeNumber(value: bigint, isLong: boolean): unknown {
  if (!isLong && value === BigInt.asIntN(32, value)) return new Int32(Number(value));
  return value === BigInt.asIntN(64, value) ? Long.fromBigInt(value) : new Double(Number(value));
}

export const add = calculate(addition);
export const subtract = calculate(subtraction);
export const multiply = calculate(multiplication);
/** The remainder, with the sign of what is divided; the divisor is not zero. */
export const remainder = calculate(remaining);

/** The quotient, a double or a decimal; the divisor is not zero. */
export const divide = (a: unknown, b: unknown): unknown =>
  isDecimal(a) || isDecimal(b)
    ? divideDecimals(a, b)
    : new Double(nearestDouble(a) / nearestDouble(b));

/** An update's calculation: it refuses what would leave the longs. */
export const updating =
  (operator: '$inc' | '$mul') =>
  (a: unknown, b: unknown): unknown => {
    const result = (operator === '$inc' ? add : multiply)(a, b);
    const isWhole = wholeOf(a) !== undefined && wholeOf(b) !== undefined;
    if (isWhole && classOf(result) === 'Double') {
      throw new StoreError(2, `Failed to apply ${operator} operations to current value: overflow`);
    }
    return result;
  };

/** Adds up numbers of all types, each kind apart, so that as little as possible is rounded. */
export class Total {
  count = 0;
  private whole = 0n;
  private isLong = false;
  private isDouble = false;
  private decimal: unknown;
  /** The sum of the doubles, and what was rounded away from it. */
  private high = 0;
  private low = 0;

  /** Values that are no numbers count for nothing. */
  add(value: unknown): void {
    if (!isNumber(value)) return;
    this.count++;
    const whole = wholeOf(value);
    if (isDecimal(value)) this.decimal = this.decimal ? add(this.decimal, value) : value;
    else if (whole === undefined) this.addDouble(nearestDouble(value));
    else {
      this.whole += whole;
      this.isLong ||= classOf(value) === 'Long';
    }
  }

  sum(): unknown {
    const others = this.isDouble ? new Double(this.double()) : wholeNumber(this.whole, this.isLong);
    return this.decimal ? add(this.decimal, others) : others;
  }

  average(): unknown {
    if (this.count === 0) return null;
    const total = this.decimal ? this.sum() : new Double(this.double());
    return divide(total, new Int32(this.count));
  }

  private addDouble(value: number): void {
    this.isDouble = true;
    const sum = this.high + value;
    const part = sum - this.high;
    this.low += this.high - (sum - part) + (value - part);
    this.high = sum;
  }

  private double(): number {
    if (!Number.isFinite(this.high)) return this.high;
    const whole = Number(this.whole);
    const sum = this.high + whole;
    const part = sum - this.high;
    return sum + (this.low + (this.high - (sum - part) + (whole - part)));
  }
}
