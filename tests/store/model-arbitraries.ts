import { Binary, Decimal128, Double, Int32, Long, ObjectId } from 'bson';
import fc from 'fast-check';
import type { Doc } from './model-values.ts';

// What the model test does at random. Few values, so that documents and conditions often meet.

export const int = (n: number): Int32 => new Int32(n);
const objectIds = [1, 2, 3].map((n) => new ObjectId(String(n).repeat(24)));

export const number = fc.oneof(
  { arbitrary: fc.integer({ min: -1, max: 4 }).map(int), weight: 6 },
  { arbitrary: fc.constantFrom(0.5, 1, 2, NaN, Infinity).map((n) => new Double(n)), weight: 2 },
  {
    arbitrary: fc
      .constantFrom(1n, 2n, 2n ** 40n, 2n ** 53n + 1n, 2n ** 63n - 1n)
      .map((n) => Long.fromBigInt(n)),
    weight: 2,
  },
  { arbitrary: fc.constant(int(2 ** 31 - 1)), weight: 1 },
);
export const scalar = fc.oneof(
  { arbitrary: number, weight: 6 },
  { arbitrary: fc.constantFrom('a', 'ab', 'b', 'é', '\u{1F600}', ''), weight: 3 },
  { arbitrary: fc.constant(null), weight: 1 },
  { arbitrary: fc.boolean(), weight: 1 },
  { arbitrary: fc.constantFrom(...objectIds), weight: 1 },
  { arbitrary: fc.integer({ min: 0, max: 2 }).map((n) => new Date(n)), weight: 1 },
  {
    arbitrary: fc.constantFrom('', 'x', 'xy').map((text) => new Binary(Buffer.from(text))),
    weight: 1,
  },
);
const decimal = fc.constantFrom('0.5', '1', '1.0', '2').map((text) => Decimal128.fromString(text));
export const pair = fc.record({ e: scalar, f: scalar }, { requiredKeys: [] });
export const element = fc.oneof({ arbitrary: scalar, weight: 4 }, { arbitrary: pair, weight: 1 });
export const value: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: scalar, weight: 6 },
  { arbitrary: fc.array(element, { maxLength: 3 }), weight: 2 },
  { arbitrary: fc.constant([[int(1)], int(2)]), weight: 1 },
  { arbitrary: pair, weight: 1 },
);
const nested: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: fc.array(pair, { maxLength: 3 }), weight: 3 },
  { arbitrary: pair, weight: 2 },
  { arbitrary: value, weight: 1 },
);
export const id: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: fc.integer({ min: 0, max: 25 }).map(int), weight: 9 },
  { arbitrary: fc.constantFrom('a', objectIds[0]!, new Double(3), null, { e: int(1) }), weight: 1 },
);
const fields = {
  a: value,
  b: value,
  n: fc.oneof({ arbitrary: number, weight: 5 }, { arbitrary: value, weight: 1 }),
  d: nested,
  m: fc.oneof(decimal, scalar),
};
export const body: fc.Arbitrary<Doc> = fc.record(fields, { requiredKeys: [] });
export const doc: fc.Arbitrary<Doc> = fc.tuple(id, body).map(([_id, rest]) => ({ _id, ...rest }));

export const operand: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: scalar, weight: 8 },
  { arbitrary: decimal, weight: 1 },
  { arbitrary: pair, weight: 1 },
);
export const range = fc
  .tuple(
    fc.subarray(['$gt', '$gte', '$lt', '$lte'], { minLength: 1, maxLength: 2 }),
    scalar,
    scalar,
  )
  .map(([names, x, y]): Doc => Object.fromEntries(names.map((name, i) => [name, i === 0 ? x : y])));
export const condition: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: operand, weight: 5 },
  { arbitrary: fc.array(scalar, { maxLength: 2 }), weight: 1 },
  { arbitrary: range, weight: 4 },
  { arbitrary: fc.array(operand, { maxLength: 3 }).map(($in) => ({ $in })), weight: 2 },
  { arbitrary: fc.array(operand, { maxLength: 2 }).map(($nin) => ({ $nin })), weight: 1 },
  { arbitrary: fc.array(scalar, { maxLength: 2 }).map(($all) => ({ $all })), weight: 1 },
  { arbitrary: operand.map(($ne) => ({ $ne })), weight: 1 },
  { arbitrary: fc.boolean().map(($exists) => ({ $exists })), weight: 1 },
  { arbitrary: fc.integer({ min: 0, max: 2 }).map((n) => ({ $size: int(n) })), weight: 1 },
  { arbitrary: fc.constantFrom('number', 'string').map(($type) => ({ $type })), weight: 1 },
  { arbitrary: fc.constantFrom('^a', '^ab?', 'b$').map(($regex) => ({ $regex })), weight: 1 },
  { arbitrary: fc.constant({ $mod: [int(2), int(1)] }), weight: 1 },
  { arbitrary: range.map(($elemMatch) => ({ $elemMatch })), weight: 1 },
  { arbitrary: fc.record({ e: scalar }).map(($elemMatch) => ({ $elemMatch })), weight: 1 },
  { arbitrary: range.map(($not) => ({ $not })), weight: 1 },
);
export const names = ['a', 'b', 'n', 'd', 'm', 'd.e', 'd.f', 'a.0', 'd.0.e', '_id'];
export const conditions = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...names), condition), {
    maxLength: 3,
    selector: ([name]) => name,
  })
  .map((all): Doc => Object.fromEntries(all));
export const filter: fc.Arbitrary<Doc> = fc.oneof(
  { arbitrary: conditions, weight: 6 },
  { arbitrary: id.map((_id) => ({ _id })), weight: 2 },
  {
    arbitrary: fc
      .tuple(conditions, fc.constantFrom('$or', '$and', '$nor'), conditions, conditions)
      .map(([rest, name, x, y]): Doc => ({ ...rest, [name]: [x, y] })),
    weight: 2,
  },
);
export const equalities: fc.Arbitrary<Doc> = fc.oneof(
  id.map((_id) => ({ _id })),
  fc.tuple(id, scalar).map(([_id, a]) => ({ _id, a })),
  fc.tuple(scalar, range).map(([b, n]) => ({ b, n })),
  fc.tuple(id, scalar).map(([_id, e]) => ({ _id, $and: [{ 'd.e': e }] })),
);
export const direction = fc.constantFrom(int(1), int(-1));
export const sort: fc.Arbitrary<Doc> = fc
  .tuple(
    fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'n', 'd.e', 'd'), direction), {
      maxLength: 2,
      selector: ([name]) => name,
    }),
    direction,
  )
  .map(([all, last]) => ({ ...Object.fromEntries(all), _id: last }));
