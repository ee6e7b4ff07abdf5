import { Decimal128 } from 'bson';
import { classOf, decimalParts, nearestDouble, wholeOf, type DecimalParts } from './values.ts';

// bson has the type but no arithmetic: it is done here on whole numbers, rounded as IEEE 754 says.

const maxDigits = 34;
const [leastExponent, mostExponent] = [-6176, 6111];

/** Any number as a decimal. MongoDB takes 15 digits of a double. */
export function toDecimal(value: unknown): Decimal128 {
  if (classOf(value) === 'Decimal128') return value as Decimal128;
  const whole = wholeOf(value);
  if (whole !== undefined) return Decimal128.fromString(whole.toString());
  const double = nearestDouble(value);
  const isPlain = double === 0 || !Number.isFinite(double);
  return Decimal128.fromString(isPlain ? String(double) : double.toPrecision(15));
}

const digitsOf = (coefficient: bigint): number =>
  (coefficient < 0n ? -coefficient : coefficient).toString().length;

/** Divides by a power of ten, to the nearest, and where two are as near to the even one. */
function withoutDigits(coefficient: bigint, count: number): bigint {
  const unit = 10n ** BigInt(count);
  const quotient = coefficient / unit;
  const rest = coefficient % unit;
  const twice = 2n * (rest < 0n ? -rest : rest);
  const isUp = twice > unit || (twice === unit && quotient % 2n !== 0n);
  return isUp ? quotient + (coefficient < 0n ? -1n : 1n) : quotient;
}

function decimalOf({ coefficient, exponent }: DecimalParts): Decimal128 {
  const surplus = Math.max(digitsOf(coefficient) - maxDigits, leastExponent - exponent, 0);
  let rounded = surplus > 0 ? withoutDigits(coefficient, surplus) : coefficient;
  let power = exponent + surplus;
  // 99…9 rounds up to one digit more.
  if (digitsOf(rounded) > maxDigits) [rounded, power] = [rounded / 10n, power + 1];
  const zeros = Math.max(power - mostExponent, 0);
  if (rounded === 0n) return Decimal128.fromString(`0E${Math.min(power, mostExponent)}`);
  if (digitsOf(rounded) + zeros > maxDigits) {
    return Decimal128.fromString(rounded < 0n ? '-Infinity' : 'Infinity');
  }
  return Decimal128.fromString(`${rounded * 10n ** BigInt(zeros)}E${power - zeros}`);
}

/** A calculation on two finite decimals; with infinities and NaN it is that of doubles. */
const calculation =
  (
    exactly: (a: DecimalParts, b: DecimalParts) => DecimalParts,
    double: (a: number, b: number) => number,
  ) =>
  (left: unknown, right: unknown): Decimal128 => {
    const [a, b] = [toDecimal(left), toDecimal(right)];
    const [x, y] = [decimalParts(a), decimalParts(b)];
    if (x && y) return decimalOf(exactly(x, y));
    return Decimal128.fromString(String(double(specialOf(a, x), specialOf(b, y))));
  };

/** Stands for a finite decimal beside an infinity, where only its sign counts. */
const specialOf = (value: Decimal128, parts: DecimalParts | undefined): number =>
  parts ? Number(parts.coefficient > 0n) - Number(parts.coefficient < 0n) : nearestDouble(value);

/** Both coefficients for the smaller exponent. */
function aligned(a: DecimalParts, b: DecimalParts): { x: bigint; y: bigint; exponent: number } {
  const exponent = Math.min(a.exponent, b.exponent);
  const scaled = (parts: DecimalParts): bigint =>
    parts.coefficient * 10n ** BigInt(parts.exponent - exponent);
  return { x: scaled(a), y: scaled(b), exponent };
}

export const addDecimals = calculation(
  (a, b) => {
    const { x, y, exponent } = aligned(a, b);
    return { coefficient: x + y, exponent };
  },
  (a, b) => a + b,
);

export const multiplyDecimals = calculation(
  (a, b) => ({
    coefficient: a.coefficient * b.coefficient,
    exponent: a.exponent + b.exponent,
  }),
  (a, b) => a * b,
);

/** The remainder, with the sign of what is divided. The divisor is not zero. */
export const remainderOfDecimals = calculation(
  (a, b) => {
    const { x, y, exponent } = aligned(a, b);
    return { coefficient: x % y, exponent };
  },
  (a, b) => a % b,
);

/** The quotient; the divisor is not zero. */
export const divideDecimals = calculation(
  (a, b) => {
    const ideal = a.exponent - b.exponent;
    // Enough digits to round them once, and one more that tells whether anything is left.
    const extra = Math.max(0, maxDigits + 2 + digitsOf(b.coefficient) - digitsOf(a.coefficient));
    const scaled = a.coefficient * 10n ** BigInt(extra);
    let coefficient = scaled / b.coefficient;
    let exponent = ideal - extra;
    if (scaled % b.coefficient !== 0n) {
      const isNegative = scaled < 0n !== b.coefficient < 0n;
      return { coefficient: coefficient * 10n + (isNegative ? -1n : 1n), exponent: exponent - 1 };
    }
    while (exponent < ideal && coefficient % 10n === 0n) {
      coefficient /= 10n;
      exponent++;
    }
    return { coefficient, exponent };
  },
  (a, b) => a / b,
);
