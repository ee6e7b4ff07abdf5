import fc from 'fast-check';
import {
  body,
  condition,
  conditions,
  direction,
  doc,
  element,
  equalities,
  filter,
  id,
  int,
  names,
  number,
  operand,
  pair,
  range,
  scalar,
  sort,
  value,
} from './model-arbitraries.ts';
import type { ModelIndex } from './model-collection.ts';
import type { Doc } from './model-values.ts';

const target = fc.constantFrom('a', 'b', 'n', 'd', 'd.e', 'a.0', 'a.1', 'd.0.e', 'd.$[].e', 'x.y');
const list = fc.constantFrom('a', 'b', 'd', 'd.f', 'x');
const step: fc.Arbitrary<Doc> = fc
  .oneof(
    fc.tuple(fc.constantFrom('$set', '$set', '$setOnInsert', '$min', '$max'), target, value),
    fc.tuple(fc.constantFrom('$unset'), target, fc.constant('')),
    fc.tuple(fc.constantFrom('$inc', '$mul'), fc.constantFrom('n', 'a', 'd.e', 'a.0', 'y'), number),
    fc.tuple(
      fc.constant('$rename'),
      fc.constantFrom('a', 'b', 'n'),
      fc.constantFrom('b', 'n', 'z'),
    ),
    fc.tuple(fc.constantFrom('$push', '$addToSet'), list, operand),
    fc.tuple(
      fc.constant('$push'),
      list,
      fc.record(
        {
          $each: fc.array(element, { maxLength: 3 }),
          $position: fc.constantFrom(-1, 0, 1).map(int),
          $slice: fc.constantFrom(-2, 0, 2).map(int),
          $sort: fc.oneof(direction, fc.constant({ e: int(1) })),
        },
        { requiredKeys: ['$each'] },
      ),
    ),
    fc.tuple(
      fc.constant('$addToSet'),
      list,
      fc.array(element, { maxLength: 3 }).map(($each) => ({ $each })),
    ),
    fc.tuple(
      fc.constant('$pull'),
      list,
      fc.oneof(scalar, range, pair, fc.constant({ $in: [int(1), 'a', null] })),
    ),
    fc.tuple(fc.constant('$pullAll'), list, fc.array(scalar, { maxLength: 3 })),
    fc.tuple(fc.constant('$pop'), list, direction),
  )
  .map(([operator, name, argument]): Doc => ({ [operator]: { [name]: argument } }));

function merged(steps: Doc[]): Doc {
  const update: Doc = {};
  for (const one of steps) {
    for (const [operator, argument] of Object.entries(one)) {
      update[operator] = { ...(update[operator] as Doc | undefined), ...(argument as Doc) };
    }
  }
  return update;
}

const update: fc.Arbitrary<Doc> = fc.array(step, { minLength: 1, maxLength: 3 }).map(merged);
const replacement: fc.Arbitrary<Doc> = fc.oneof(
  { arbitrary: body, weight: 4 },
  { arbitrary: doc, weight: 1 },
);
const filtered = fc.tuple(range, scalar).map(([x, set]) => ({
  update: { $set: { 'a.$[x]': set } },
  arrayFilter: { x },
}));

const index: fc.Arbitrary<ModelIndex> = fc
  .record({
    key: fc
      .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'n', 'd.e', 'd.f', 'm'), direction), {
        minLength: 1,
        maxLength: 3,
        selector: ([name]) => name,
      })
      .map((all): Doc => Object.fromEntries(all)),
    options: fc.constantFrom(
      {},
      {},
      {},
      { sparse: true },
      { unique: true },
      { unique: true, sparse: true },
      { partialFilterExpression: { n: { $exists: true } } },
      { unique: true, partialFilterExpression: { n: { $gt: int(1) } } },
    ),
  })
  .map(({ key, options }) => ({
    key,
    name: JSON.stringify([key, Object.keys(options)]).replace(/\W+/g, '_'),
    ...options,
  }));

const flag = fc.boolean();
const projection: fc.Arbitrary<Doc> = fc
  .tuple(
    fc.constantFrom(0, 1),
    fc.subarray(['a', 'b', 'd.e', 'n'], { minLength: 1 }),
    fc.constantFrom({}, { _id: int(0) }),
  )
  .map(([way, all, own]) => ({
    ...Object.fromEntries(all.map((name) => [name, int(way)])),
    ...own,
  }));
const page = {
  sort,
  skip: fc.constantFrom(0, 0, 1, 3),
  limit: fc.constantFrom(0, 0, 1, 5),
};
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

export const operation = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('insert' as const),
      docs: fc.array(doc, { minLength: 1, maxLength: 4 }),
      ordered: flag,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('updateOne' as const),
      filter,
      sort,
      update: fc.oneof(update, update, replacement),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('upsert' as const),
      filter: equalities,
      update: fc.oneof(update, replacement),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('updateMany' as const), filter, update }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('filtered' as const),
      filter,
      sort,
      change: filtered,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('positional' as const), wanted: scalar, set: scalar }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('deleteOne' as const),
      filter: fc.tuple(conditions, id).map(([rest, _id]): Doc => ({ ...rest, _id })),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('deleteMany' as const),
      filter: fc.tuple(conditions, condition).map(([rest, n]): Doc => ({ ...rest, n })),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('findAndModify' as const),
      filter: fc.oneof(filter, equalities),
      sort,
      change: maybe(fc.oneof(update, replacement)),
      isNew: flag,
      upsert: flag,
      fields: maybe(projection),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('find' as const),
      filter,
      ...page,
      projection: maybe(projection),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('count' as const),
      filter,
      skip: page.skip,
      limit: page.limit,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('distinct' as const),
      filter,
      key: fc.constantFrom(...names),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('createIndex' as const), index }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('dropIndex' as const), which: fc.nat(9) }),
  },
);

export type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;
