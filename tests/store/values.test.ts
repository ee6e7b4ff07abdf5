import { describe, expect, it } from 'vitest';
import { Binary, Decimal128, Double, Int32, Long, MaxKey, MinKey, Timestamp } from 'bson';
import fc from 'fast-check';
import { afterPrefix, keyText, KeyWriter } from '#lib/embedded-mongo/keys.ts';
import { compare, decode, encode, equal } from '#lib/embedded-mongo/values.ts';
import { someDecimal, someScalar } from './support.ts';

const rare: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(new MinKey(), new MaxKey(), new Timestamp({ t: 1, i: 2 })),
  fc.uint8Array({ maxLength: 3 }).map((bytes) => new Binary(bytes)),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.double().map((n) => new Double(n)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((n) => Long.fromBigInt(n)),
);

const anyValue = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    { arbitrary: someScalar, weight: 4 },
    { arbitrary: rare, weight: 3 },
    { arbitrary: fc.array(tie('value'), { maxLength: 3 }), weight: 1 },
    {
      arbitrary: fc.record({ a: tie('value'), b: tie('value') }, { requiredKeys: [] }),
      weight: 1,
    },
  ),
})).value;

const keyOf = (value: unknown, descending = false): Buffer =>
  new KeyWriter().component(value, descending).finish();

describe('the key of a value', () => {
  it('orders as the values do, ascending and descending', () => {
    fc.assert(
      fc.property(anyValue, anyValue, (a, b) => {
        const order = Math.sign(compare(a, b));
        expect(Buffer.compare(keyOf(a), keyOf(b))).toBe(order);
        expect(Buffer.compare(keyOf(a, true), keyOf(b, true)) + 0).toBe(-order + 0);
      }),
      { numRuns: 3000 },
    );
  });

  it('orders as the values do with more components behind it', () => {
    fc.assert(
      fc.property(anyValue, anyValue, fc.boolean(), fc.boolean(), (a, b, firstDown, secondDown) => {
        const key = (x: unknown, y: unknown): Buffer =>
          new KeyWriter().component(x, firstDown).component(y, secondDown).finish();
        const order = compare(a, b) * (firstDown ? -1 : 1);
        expect(Math.sign(Buffer.compare(key(a, b), key(b, a)))).toBe(
          Math.sign(order || compare(b, a) * (secondDown ? -1 : 1)) + 0,
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('begins no other string’s key', () => {
    for (const descending of [false, true]) {
      const prefix = keyOf('a', descending);
      for (const longer of ['a\0', 'a\0\0', 'a\0b']) {
        const key = keyOf(longer, descending);
        expect(key.subarray(0, prefix.length).equals(prefix)).toBe(false);
        expect(Buffer.compare(key, prefix)).toBe(descending ? -1 : 1);
      }
    }
  });

  it('begins a range that ends before the next value', () => {
    fc.assert(
      fc.property(anyValue, anyValue, fc.boolean(), (a, b, descending) => {
        const prefix = keyOf(a, descending);
        const longer = Buffer.concat([prefix, keyOf(b)]);
        expect(Buffer.compare(longer, afterPrefix(prefix))).toBe(-1);
        if (!equal(a, b)) {
          const isInside =
            Buffer.compare(keyOf(b, descending), prefix) >= 0 &&
            Buffer.compare(keyOf(b, descending), afterPrefix(prefix)) < 0;
          expect(isInside).toBe(false);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('tells long strings apart and says that their order is lost', () => {
    const long = 'x'.repeat(600);
    const writer = new KeyWriter();
    const key = writer.component(long).finish();
    expect(writer.truncated).toBe(true);
    expect(key.equals(keyOf(`${long}y`))).toBe(false);
    expect(Buffer.compare(keyOf('x'.repeat(512)), key)).toBe(-1);
    expect(keyText(long)).not.toBe(keyText(`${long}y`));
  });
});

describe('comparing values', () => {
  it('is a total order, decimals included', () => {
    const value = fc.oneof(anyValue, someDecimal);
    fc.assert(
      fc.property(value, value, value, (a, b, c) => {
        expect(Math.sign(compare(a, b)) + Math.sign(compare(b, a))).toBe(0);
        if (compare(a, b) <= 0 && compare(b, c) <= 0) {
          expect(compare(a, c)).toBeLessThanOrEqual(0);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('knows numbers by value, whatever their type', () => {
    expect(equal(new Int32(1), new Double(1))).toBe(true);
    expect(equal(Long.fromNumber(1), Decimal128.fromString('1.0'))).toBe(true);
    expect(equal(new Double(0.1), Decimal128.fromString('0.1'))).toBe(false);
    const [even, odd] = [Long.fromBigInt(2n ** 53n), Long.fromBigInt(2n ** 53n + 1n)];
    expect(compare(even, odd)).toBeLessThan(0);
    expect(compare(odd, new Double(2 ** 53))).toBeGreaterThan(0);
  });

  it('orders strings by their UTF-8 bytes', () => {
    expect(compare('\u{1F600}', '\uffff')).toBeGreaterThan(0);
    expect(compare('a', 'ab')).toBeLessThan(0);
  });

  it('keeps the type of every number through decode and encode', () => {
    const bytes = encode({ i: new Int32(1), d: new Double(1), l: Long.fromNumber(1) });
    expect(encode(decode(bytes)).equals(bytes)).toBe(true);
  });
});
