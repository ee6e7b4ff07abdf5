import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Decimal128, Double, Int32, Long, ObjectId } from 'bson';
import fc from 'fast-check';

/** A directory that is gone after the test. */
export async function temporaryDirectory(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'gatherly-store-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

const objectIds = [1, 2, 3].map((n) => new ObjectId(String(n).repeat(24)));

/** Numbers of every type that often meet. */
const someNumber = fc.oneof(
  fc.integer({ min: -3, max: 3 }).map((n) => new Int32(n)),
  fc.constantFrom(0.5, -0.5, 1, -0, NaN, Infinity, -Infinity, 1e300).map((n) => new Double(n)),
  fc.constantFrom(1n, -2n, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 63n)).map((n) => Long.fromBigInt(n)),
);

export const someDecimal = fc
  .constantFrom('0.5', '1', '1.0', '0.1', '9007199254740993', '1E+400', '-0', 'NaN', 'Infinity')
  .map((text) => Decimal128.fromString(text));

/** Values of the types an application stores. */
export const someScalar: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: someNumber, weight: 4 },
  { arbitrary: fc.constantFrom('', 'a', 'ab', 'abc', 'b', 'é', '\u{1F600}', '\uffff'), weight: 3 },
  { arbitrary: fc.constant(null), weight: 1 },
  { arbitrary: fc.boolean(), weight: 1 },
  { arbitrary: fc.constantFrom(...objectIds), weight: 1 },
  { arbitrary: fc.integer({ min: -1, max: 2 }).map((n) => new Date(n)), weight: 1 },
);
