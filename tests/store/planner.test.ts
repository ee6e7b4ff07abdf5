import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { Int32 } from 'bson';
import fc from 'fast-check';
import type { Collection } from '#lib/embedded-mongo/catalog.ts';
import { StoreError } from '#lib/embedded-mongo/errors.ts';
import { matcher } from '#lib/embedded-mongo/match.ts';
import { choosePlan } from '#lib/embedded-mongo/planner.ts';
import { parseFilter } from '#lib/embedded-mongo/query.ts';
import { runPlan, type Search } from '#lib/embedded-mongo/search.ts';
import { parseSort, sortDocuments } from '#lib/embedded-mongo/sort.ts';
import { Store } from '#lib/embedded-mongo/store.ts';
import { decode, encode, type Doc } from '#lib/embedded-mongo/values.ts';
import { prepareInsert } from '#lib/embedded-mongo/writing.ts';
import { someDecimal, someScalar, temporaryDirectory } from './support.ts';

const directory = await temporaryDirectory();
let store: Store;
beforeAll(async () => {
  store = await Store.open(join(directory.path, 'store.lmdb'));
});
afterAll(async () => {
  await store.close();
  await directory.remove();
});

/** Few values, so that documents and conditions often meet. */
const value: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: fc.integer({ min: 0, max: 3 }).map((n) => new Int32(n)), weight: 6 },
  { arbitrary: fc.constantFrom('a', 'ab', 'b'), weight: 2 },
  { arbitrary: someScalar, weight: 2 },
);
const pair = fc.record({ e: value, f: value }, { requiredKeys: [] });
const element = fc.oneof(value, pair);
const fieldValue: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: value, weight: 6 },
  { arbitrary: fc.array(element, { maxLength: 3 }), weight: 2 },
  { arbitrary: pair, weight: 1 },
);
const nested = fc.oneof(
  { arbitrary: fc.array(pair, { minLength: 1, maxLength: 3 }), weight: 3 },
  { arbitrary: fc.array(element, { maxLength: 3 }), weight: 1 },
  { arbitrary: fc.record({ e: fieldValue, f: fieldValue }, { requiredKeys: [] }), weight: 1 },
  { arbitrary: value, weight: 1 },
);
const plainDoc: fc.Arbitrary<Doc> = fc.record(
  { a: value, b: value, c: value },
  { requiredKeys: [] },
);
const anyDoc: fc.Arbitrary<Doc> = fc.record(
  {
    a: fieldValue,
    b: fc.oneof(
      { arbitrary: fieldValue, weight: 9 },
      { arbitrary: someDecimal, weight: 1 },
      { arbitrary: fc.constantFrom('x'.repeat(600), `${'x'.repeat(600)}y`), weight: 1 },
    ),
    c: value,
    d: nested,
  },
  { requiredKeys: [] },
);

const direction = fc.constantFrom(1, -1);
const kind: fc.Arbitrary<Doc> = fc.oneof(
  { arbitrary: fc.constant({}), weight: 4 },
  { arbitrary: fc.constant({ unique: true }), weight: 3 },
  { arbitrary: fc.constant({ sparse: true }), weight: 1 },
  { arbitrary: fc.constant({ partialFilterExpression: { a: { $exists: true } } }), weight: 1 },
);
const indexSpec = (names: string[]) =>
  fc.record({
    key: fc
      .uniqueArray(fc.tuple(fc.constantFrom(...names), direction), {
        minLength: 1,
        maxLength: 3,
        selector: ([name]) => name,
      })
      .map((fields): Doc => Object.fromEntries(fields)),
    kind,
  });

const operand = fc.oneof(
  { arbitrary: value, weight: 16 },
  { arbitrary: someDecimal, weight: 1 },
  { arbitrary: fc.array(someScalar, { maxLength: 2 }), weight: 1 },
  { arbitrary: fc.constant('x'.repeat(600)), weight: 1 },
);
const range = fc
  .tuple(
    fc.subarray(['$gt', '$gte', '$lt', '$lte'], { minLength: 1, maxLength: 2 }),
    operand,
    operand,
  )
  .map(([names, x, y]) => Object.fromEntries(names.map((name, i) => [name, i === 0 ? x : y])));
const condition: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: operand, weight: 4 },
  { arbitrary: range, weight: 4 },
  { arbitrary: fc.array(operand, { maxLength: 3 }).map(($in) => ({ $in })), weight: 2 },
  { arbitrary: fc.constantFrom({ $exists: true }, { $exists: false }, { $ne: null }), weight: 1 },
  {
    arbitrary: fc.constantFrom('^a', '^ab', '^ab?', '^', 'b').map(($regex) => ({ $regex })),
    weight: 1,
  },
  { arbitrary: range.map(($elemMatch) => ({ $elemMatch })), weight: 1 },
  {
    arbitrary: fc
      .record({ e: value, f: fc.oneof(value, range) })
      .map(($elemMatch) => ({ $elemMatch })),
    weight: 1,
  },
  { arbitrary: range.map(($not) => ({ $not })), weight: 1 },
);
const conditionsOn = (names: string[]) =>
  fc
    .array(fc.tuple(fc.constantFrom(...names), condition), { minLength: 1, maxLength: 3 })
    .map((fields): Doc => Object.fromEntries(fields));

function filterOn(names: string[]): fc.Arbitrary<Doc> {
  const conditions = conditionsOn(names);
  const several = fc.array(conditions, { minLength: 1, maxLength: 3 });
  return fc.oneof(
    { arbitrary: conditions, weight: 4 },
    {
      arbitrary: fc.tuple(conditions, several).map(([rest, $or]) => ({ ...rest, $or })),
      weight: 1,
    },
    { arbitrary: several.map(($or) => ({ $or })), weight: 1 },
    { arbitrary: several.map(($and) => ({ $and })), weight: 1 },
  );
}

const sortOn = (names: string[]): fc.Arbitrary<Doc> =>
  fc
    .uniqueArray(fc.tuple(fc.constantFrom(...names), direction), {
      maxLength: 3,
      selector: ([name]) => name,
    })
    .map((fields) => Object.fromEntries(fields.map(([name, way]) => [name, new Int32(way)])));

const scenario = (doc: fc.Arbitrary<Doc>, indexed: string[]) =>
  fc.record({
    docs: fc.array(doc, { minLength: 5, maxLength: 20 }),
    indexes: fc.array(indexSpec(indexed), { minLength: 1, maxLength: 3 }),
    queries: fc.array(
      fc.record({
        filter: filterOn([...indexed, '_id', indexed[0]!.split('.')[0]!]),
        sort: sortOn([...indexed, '_id']),
        skip: fc.constantFrom(0, 0, 1),
        limit: fc.constantFrom(Infinity, Infinity, 3),
      }),
      { minLength: 5, maxLength: 10 },
    ),
  });

let collections = 0;

/** A collection of the documents that the indexes take, and those documents. */
async function fill(docs: Doc[], indexes: { key: Doc; kind: Doc }[]) {
  const namespace = `test.c${collections++}`;
  const taken: Doc[] = [];
  await store.write((transaction) => {
    let collection = transaction.ensureCollection(namespace);
    for (const [i, { key: fields, kind }] of indexes.entries()) {
      const name = `index${i}`;
      collection = transaction.addIndex(collection, { key: fields, name, ...kind });
    }
    for (const [i, doc] of docs.entries()) {
      const prepared = prepareInsert(encode({ _id: i, ...doc }));
      if (prepared instanceof StoreError) throw prepared;
      try {
        transaction.insert(collection, prepared.idKey, prepared.doc, prepared.raw);
        taken.push(decode(prepared.raw));
      } catch (error) {
        // Parallel arrays in one index, what a unique one has, and decimals there.
        if (!(error instanceof StoreError) || ![171, 11000, 238].includes(error.code)) throw error;
      }
    }
  });
  return { collection: store.collection(namespace)!, taken };
}

const idsOf = (docs: Doc[]): string[] => docs.map(({ _id }) => String(_id)).sort();

function check(
  collection: Collection,
  taken: Doc[],
  query: { filter: Doc; sort: Doc; skip: number; limit: number },
) {
  const decoded = decode(encode(query.filter));
  const fields = parseSort(query.sort);
  const wanted: Search = { ...query, query: parseFilter(decoded), sort: fields };
  const plan = choosePlan(collection, wanted);
  const found = [...runPlan(store.storage, collection, plan, wanted)].flatMap((one) =>
    one ? [one.doc] : [],
  );
  const inOrder = (...docs: (Doc | undefined)[]): Doc[] => sortDocuments(docs, fields) as Doc[];
  const matching = inOrder(...taken.filter(matcher(decoded)));
  const expected = matching.slice(query.skip, query.skip + query.limit);
  expect(found.length).toBe(expected.length);
  // Documents that sort alike may come in any order, and so either of them within the limit.
  for (const [i, doc] of found.entries()) {
    expect(inOrder(doc, expected[i])[0]).toBe(doc);
    expect(inOrder(expected[i], doc)[0]).toBe(expected[i]);
  }
  expect(new Set(idsOf(found)).size).toBe(found.length);
  expect(idsOf(matching)).toEqual(expect.arrayContaining(idsOf(found)));
  checkExact(collection, wanted, matching);
}

/** A plan that claims to be exact is believed by count, and by find for undecoded documents. */
function checkExact(collection: Collection, wanted: Search, matching: Doc[]) {
  const plan = choosePlan(collection, wanted);
  const everything = { query: wanted.query };
  const candidates = [
    ...runPlan(store.storage, collection, { ...plan, isSorted: true }, everything),
  ];
  expect(idsOf(candidates.flatMap((one) => (one ? [one.doc] : [])))).toEqual(idsOf(matching));
}

const cases: [string, fc.Arbitrary<Doc>, string[]][] = [
  ['plain values', plainDoc, ['a', 'b', 'c']],
  ['arrays, subdocuments, decimals and long strings', anyDoc, ['a', 'b', 'c', 'd.e', 'd.f']],
  ['one array of subdocuments', anyDoc, ['d.e', 'd.f']],
];

describe('the planner', () => {
  it.each(cases)('finds in %s what reading all documents finds', async (_, doc, indexed) => {
    await fc.assert(
      fc.asyncProperty(scenario(doc, indexed), async ({ docs, indexes, queries }) => {
        const { collection, taken } = await fill(docs, indexes);
        for (const query of queries) check(collection, taken, query);
      }),
      { numRuns: 200 },
    );
  });
});
