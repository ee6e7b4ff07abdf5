import { describe, expect, it } from 'vitest';
import { Decimal128, Double, Int32, Long } from 'bson';
import { scopeOf } from '#lib/embedded-mongo/expression.ts';
import { parseFilter } from '#lib/embedded-mongo/query.ts';
import { documentFromQuery, parseUpdate } from '#lib/embedded-mongo/update.ts';
import { decode, encode, type Doc } from '#lib/embedded-mongo/values.ts';

const decimal = (text: string): Decimal128 => Decimal128.fromString(text);
const plain = (doc: Doc): Doc => decode(encode(doc));

interface Options {
  query?: Doc;
  arrayFilters?: Doc[];
  isInsert?: boolean;
}

function updated(
  update: Doc,
  doc: Doc,
  { query = {}, arrayFilters, isInsert = false }: Options = {},
) {
  const { u, f } = plain({ u: update, f: arrayFilters ?? [] });
  const changes = parseUpdate(u, f);
  return changes.apply(plain(doc), { isInsert, query: parseFilter(plain(query)) });
}

const cases: [title: string, update: Doc, before: Doc, after: Doc][] = [
  ['$set creates the way', { $set: { 'a.b': 1 } }, {}, { a: { b: 1 } }],
  ['$set pads an array', { $set: { 'a.2': 1 } }, { a: [0] }, { a: [0, null, 1] }],
  [
    'new fields come in the order of their paths',
    { $set: { b: 1, a: 2 } },
    { z: 0 },
    { z: 0, a: 2, b: 1 },
  ],
  [
    '$unset of an element leaves null',
    { $unset: { a: 1, 'b.0': 1, 'x.y': 1 } },
    { a: 1, b: [1, 2] },
    { b: [null, 2] },
  ],
  ['$inc and $mul of a missing field', { $inc: { a: 2 }, $mul: { b: 3 } }, {}, { a: 2, b: 0 }],
  [
    '$min and $max',
    { $min: { a: 1, b: 5 }, $max: { c: 1, d: 5, e: 1 } },
    { a: 2, b: 2, c: 2, d: 2 },
    { a: 1, b: 2, c: 2, d: 5, e: 1 },
  ],
  [
    '$push',
    {
      $push: { a: 1, b: { $each: [3, 1], $sort: 1, $slice: -2 }, c: { $each: [9], $position: 0 } },
    },
    { b: [2], c: [1] },
    { b: [2, 3], c: [9, 1], a: [1] },
  ],
  [
    '$push sorts documents',
    { $push: { a: { $each: [{ n: 1 }], $sort: { n: 1 } } } },
    { a: [{ n: 2 }] },
    { a: [{ n: 1 }, { n: 2 }] },
  ],
  [
    '$addToSet',
    { $addToSet: { a: { $each: [1, 2, 2] }, b: { x: 1 } } },
    { a: [1], b: [{ x: 1 }] },
    { a: [1, 2], b: [{ x: 1 }] },
  ],
  [
    '$pull',
    { $pull: { a: { $gte: 2 }, b: { x: 1 }, c: 1, d: 1 } },
    { a: [1, 2, 3], b: [{ x: 1, y: 2 }, { x: 2 }], c: [1, 2, 1] },
    { a: [1], b: [{ x: 2 }], c: [2] },
  ],
  [
    '$pullAll and $pop',
    { $pullAll: { a: [1, 2] }, $pop: { b: 1, c: -1 } },
    { a: [1, 2, 3], b: [1, 2], c: [1, 2] },
    { a: [3], b: [1], c: [2] },
  ],
  ['$rename', { $rename: { a: 'b.c', x: 'y' } }, { a: 1 }, { b: { c: 1 } }],
  [
    '$setOnInsert does nothing to what is there',
    { $setOnInsert: { a: 1 }, $set: { b: 2 } },
    {},
    { b: 2 },
  ],
  [
    '$bit',
    { $bit: { a: { or: 4 }, b: { and: 6, xor: 1 }, c: { or: 1 } } },
    { a: 1, b: 3 },
    { a: 5, b: 3, c: 1 },
  ],
  [
    '$bit of a long',
    { $bit: { a: { and: 3 } } },
    { a: Long.fromNumber(7) },
    { a: Long.fromNumber(3) },
  ],
  [
    'an int that outgrows its type',
    { $inc: { a: 1 } },
    { a: 2147483647 },
    { a: Long.fromNumber(2 ** 31) },
  ],
  [
    '$inc of a decimal is exact',
    { $inc: { a: decimal('0.1') } },
    { a: decimal('0.2') },
    { a: decimal('0.3') },
  ],
  [
    '$inc of a decimal by a double',
    { $inc: { a: new Double(0.5) } },
    { a: decimal('1') },
    { a: decimal('1.500000000000000') },
  ],
  [
    '$mul of a decimal by a long',
    { $mul: { a: Long.fromNumber(3) } },
    { a: decimal('1.10') },
    { a: decimal('3.30') },
  ],
  [
    '$min and $max across types',
    { $min: { a: 'x', b: null }, $max: { c: [], d: 1 } },
    { a: 1, b: 1, c: 1, d: null },
    { a: 1, b: null, c: [], d: 1 },
  ],
  [
    '$unset goes through no array',
    { $unset: { 'a.b': 1, 'c.d.e': 1 } },
    { a: [{ b: 1 }], c: 1 },
    { a: [{ b: 1 }], c: 1 },
  ],
  [
    '$push at a place from the end',
    { $push: { a: { $each: [9], $position: -1 } } },
    { a: [1, 2] },
    { a: [1, 9, 2] },
  ],
  ['$push that keeps nothing', { $push: { a: { $each: [1], $slice: 0 } } }, { a: [1] }, { a: [] }],
  ['$push of nothing makes an array', { $push: { a: { $each: [] } } }, {}, { a: [] }],
  ['$push of an array as one element', { $push: { a: [1] } }, { a: [] }, { a: [[1]] }],
  [
    '$addToSet compares values and the order of fields',
    { $addToSet: { a: { $each: [1.0, { y: 1, x: 1 }] } } },
    { a: [Long.ONE, { x: 1, y: 1 }] },
    { a: [Long.ONE, { x: 1, y: 1 }, { y: 1, x: 1 }] },
  ],
  [
    '$pull of an array, a pattern and all documents',
    { $pull: { a: [1], b: /^x/, c: {} } },
    { a: [[1], 1], b: ['xy', 'y'], c: [1, {}] },
    { a: [1], b: ['y'], c: [1] },
  ],
  [
    '$pull with $elemMatch and $in',
    { $pull: { a: { b: { $elemMatch: { $gt: 1 } } }, c: { $in: [1, null] } } },
    { a: [{ b: [2] }, { b: [1] }], c: [1, null, 2] },
    { a: [{ b: [1] }], c: [2] },
  ],
  ['$pop of what is empty or missing', { $pop: { a: 1, b: 1 } }, { a: [] }, { a: [] }],
  [
    '$rename into a field that is there',
    { $rename: { a: 'b' } },
    { a: 1, b: 2, c: 3 },
    { b: 1, c: 3 },
  ],
  ['an empty modifier', { $set: {}, $inc: {} }, { a: 1 }, { a: 1 }],
  ['$set of a number as a field', { $set: { 'a.0': 1 } }, { a: {} }, { a: { 0: 1 } }],
  [
    'all elements of all elements',
    { $inc: { 'a.$[].b.$[]': 1 } },
    { a: [{ b: [1, 2] }, { b: [] }] },
    { a: [{ b: [2, 3] }, { b: [] }] },
  ],
  ['a replacement keeps a null _id', { b: 1 }, { _id: null, a: 1 }, { _id: null, b: 1 }],
  ['a replacement keeps the _id', { b: 1 }, { _id: 7, a: 1 }, { _id: 7, b: 1 }],
];

describe('an update', () => {
  it.each(cases)('%s', (_, update, before, after) => {
    expect(encode(updated(update, before)).equals(encode(after))).toBe(true);
  });

  it('keeps the type of numbers, and widens them when they grow', () => {
    const max = 2 ** 31 - 1;
    expect(updated({ $inc: { a: 1 } }, { a: max }).a).toEqual(Long.fromNumber(max + 1));
    expect(updated({ $inc: { a: 1 } }, { a: new Double(1) }).a).toEqual(new Double(2));
    expect(updated({ $mul: { a: Long.fromNumber(2) } }, { a: 3 }).a).toEqual(Long.fromNumber(6));
    expect(updated({ $inc: { a: 1 } }, { a: 1 }).a).toEqual(new Int32(2));
  });

  it('sets the element that the query found', () => {
    const doc = {
      a: [
        { k: 1, v: 0 },
        { k: 2, v: 0 },
      ],
    };
    const after = {
      a: [
        { k: 1, v: 0 },
        { k: 2, v: 9 },
      ],
    };
    const set = { $set: { 'a.$.v': 9 } };
    expect(updated(set, doc, { query: { 'a.k': 2 } })).toEqual(plain(after));
    expect(updated(set, doc, { query: { a: { $elemMatch: { k: 2 } } } })).toEqual(plain(after));
    expect(() => updated(set, doc)).toThrow(/positional operator/);
    const both = { $set: { 'a.$.k': 7, 'a.$.v': 9 } };
    expect(updated(both, doc, { query: { 'a.k': 2 } })).toEqual(
      plain({ a: [doc.a[0], { k: 7, v: 9 }] }),
    );
  });

  it('sets names with a dollar within a field, and on top only of a new document', () => {
    const set = { $set: { 'a.$each': 1, 'a.$*': 2 } };
    expect(updated(set, {})).toEqual(plain({ a: { '$*': 2, $each: 1 } }));
    expect(updated({ $set: { $a: 1 } }, {}, { isInsert: true })).toEqual(plain({ $a: 1 }));
    expect(updated({ $unset: { $a: 1 } }, { $a: 1, b: 1 })).toEqual(plain({ b: 1 }));
  });

  it('pulls what $or and $and say of the elements', () => {
    const pull = { $pull: { a: { $or: [{ k: 1 }, { v: 2 }] } } };
    expect(updated(pull, { a: [{ k: 1 }, { v: 2 }, { k: 3 }] })).toEqual(plain({ a: [{ k: 3 }] }));
  });

  it('sets all elements, or those of a filter', () => {
    expect(updated({ $inc: { 'a.$[]': 1 } }, { a: [1, 2] })).toEqual(plain({ a: [2, 3] }));
    const arrayFilters = [{ 'e.k': { $gt: 1 } }];
    expect(
      updated({ $set: { 'a.$[e].v': 9 } }, { a: [{ k: 1 }, { k: 2 }] }, { arrayFilters }),
    ).toEqual(plain({ a: [{ k: 1 }, { k: 2, v: 9 }] }));
  });

  it('begins an upsert with what the query says', () => {
    const base = documentFromQuery(parseFilter(plain({ a: 1, 'b.c': { $eq: 2 }, d: { $gt: 3 } })));
    const doc = parseUpdate(plain({ $setOnInsert: { e: 5 } })).apply(base, { isInsert: true });
    expect(doc).toEqual(plain({ a: 1, b: { c: 2 }, e: 5 }));
  });

  it.each<[query: Doc, base: Doc]>([
    [{ $and: [{ a: 1 }, { $or: [{ b: 2 }] }] }, { a: 1, b: 2 }],
    [
      { a: { $in: [1] }, b: { $in: [1, 2] }, c: { $all: [3] } },
      { a: 1, c: 3 },
    ],
    [{ a: null, b: { $ne: 1 }, c: /x/, d: { $exists: true } }, { a: null }],
    [{ $nor: [{ a: 1 }], $expr: { $eq: ['$a', 1] } }, {}],
  ])('an upsert of %j begins with %j', (query, base) => {
    expect(documentFromQuery(parseFilter(plain(query), scopeOf()))).toEqual(plain(base));
  });

  it.each<[query: Doc, code: number]>([
    [{ $and: [{ a: 1 }, { a: 1 }] }, 54],
    [{ $and: [{ a: { b: 1 } }, { 'a.b': 1 }] }, 54],
    [{ $and: [{ 'a.b': 1 }, { a: { b: 1 } }] }, 54],
    [{ '_id.a': 1 }, 111],
  ])('an upsert of %j is refused with code %i', (query, code) => {
    const begin = (): Doc => documentFromQuery(parseFilter(plain(query)));
    expect(begin).toThrow(expect.objectContaining({ code }));
  });

  it('takes array filters with $or, and refuses those that are wrong', () => {
    const set = { $set: { 'a.$[e]': 9 } };
    const either = [{ $or: [{ e: 1 }, { e: { $gt: 5 } }] }];
    expect(updated(set, { a: [1, 3, 7] }, { arrayFilters: either })).toEqual(
      plain({ a: [9, 3, 9] }),
    );
    for (const arrayFilters of [
      [{}],
      [{ e: 1, f: 1 }],
      [{ e: 1 }, { e: 2 }],
      [{ e: 1 }, { f: 1 }],
    ]) {
      const run = (): unknown => updated(set, { a: [] }, { arrayFilters });
      expect(run).toThrow(expect.objectContaining({ code: 9 }));
    }
  });

  it('by a pipeline keeps the _id, and uses variables', () => {
    const stages = [{ $replaceWith: { a: { $add: ['$a', '$$by'] } } }];
    const change = parseUpdate(plain({ stages }).stages, undefined, scopeOf(plain({ by: 2 })));
    const before = plain({ _id: null, a: 1 });
    expect(change.apply(before, { isInsert: false })).toEqual(plain({ _id: null, a: 3 }));
    const other = parseUpdate(plain({ stages: [{ $set: { _id: 2 } }] }).stages);
    const run = (): unknown => other.apply(plain({ _id: 1 }), { isInsert: true });
    expect(run).toThrow(expect.objectContaining({ code: 66 }));
  });

  it.each<[Doc, Doc, number]>([
    [{ $foo: { a: 1 } }, {}, 9],
    [{ $set: 1 }, {}, 9],
    [{ $set: { a: 1 }, $inc: { a: 1 } }, {}, 40],
    [{ $set: { a: 1, 'a.b': 1 } }, {}, 40],
    [{ $set: { 'a.b': 1 } }, { a: 1 }, 28],
    [{ $set: { 'a.x': 1 } }, { a: [] }, 28],
    [{ $set: { _id: 2 } }, { _id: 1 }, 66],
    [{ _id: 2 }, { _id: 1 }, 66],
    [{ $inc: { a: 'x' } }, {}, 14],
    [{ $inc: { a: 1 } }, { a: 'x' }, 14],
    [{ $push: { a: 1 } }, { a: 1 }, 2],
    [{ $pop: { a: 1 } }, { a: 1 }, 14],
    [{ $pop: { a: 2 } }, {}, 9],
    [{ $set: { '': 1 } }, {}, 56],
    [{ $set: { 'a.$[x]': 1 } }, { a: [] }, 2],
    [{ $set: { '$.a': 1 } }, {}, 2],
    [{ $set: { $a: 1 } }, {}, 52],
    [{ a: 1, $b: 1 }, {}, 52],
    [{ $set: { '__proto__.x': 1 } }, {}, 2],
    [{ $bit: { a: { and: 1.5 } } }, {}, 2],
    [{ $bit: { a: { not: 1 } } }, {}, 2],
    [{ $bit: { a: { or: 1 } } }, { a: 'x' }, 2],
    [{ $inc: { a: 1 } }, { a: Long.MAX_VALUE }, 2],
    [{ $mul: { a: 2 } }, { a: Long.MAX_VALUE }, 2],
    [{ $inc: { a: 1 } }, { a: null }, 14],
    [{ $push: { a: 1 } }, { a: null }, 2],
    [{ $push: { a: { $each: 1 } } }, {}, 14],
    [{ $push: { a: { $each: [], $foo: 1 } } }, {}, 2],
    [{ $addToSet: { a: { $each: [], $slice: 1 } } }, {}, 2],
    [{ $addToSet: { a: 1 } }, { a: 1 }, 2],
    [{ $pull: { a: 1 } }, { a: 1 }, 2],
    [{ $pullAll: { a: 1 } }, {}, 2],
    [{ $rename: { a: 'a' } }, {}, 2],
    [{ $rename: { a: 'a.b' } }, {}, 2],
    [{ $rename: { 'a.0': 'b' } }, { a: [1] }, 2],
    [{ $rename: { a: 1 } }, {}, 2],
    [{ $rename: { _id: 'b' } }, { _id: 1 }, 66],
    [{ $unset: { _id: 1 } }, { _id: 1 }, 66],
    [{ $rename: { a: 'b' }, $set: { b: 1 } }, {}, 40],
    [{ $currentDate: { a: { $type: 'x' } } }, {}, 2],
    [{ $set: { 'a.$[]': 1 } }, {}, 2],
    [{ $set: { 'a.$[]': 1 } }, { a: 1 }, 2],
    [{ $set: { 'a.b.c': 1 } }, { a: { b: null } }, 28],
    [{ $set: { 'a.9999999': 1 } }, { a: [] }, 2],
  ])('%j of %j is refused with code %i', (update, doc, code) => {
    expect(() => updated(update, doc)).toThrow(expect.objectContaining({ code }));
  });

  it('refuses a stage that is no update', () => {
    expect(() => parseUpdate([{ $match: {} }])).toThrow(expect.objectContaining({ code: 72 }));
  });
});
