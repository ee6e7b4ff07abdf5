import { describe, expect, it } from 'vitest';
import { Double, Int32, Long } from 'bson';
import { parseFilter } from '#lib/embedded-mongo/query.ts';
import { documentFromQuery, parseUpdate } from '#lib/embedded-mongo/update.ts';
import { decode, encode, type Doc } from '#lib/embedded-mongo/values.ts';

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
    [{ $bit: { a: { and: 1 } } }, {}, 238],
  ])('%j of %j is refused with code %i', (update, doc, code) => {
    expect(() => updated(update, doc)).toThrow(expect.objectContaining({ code }));
  });

  it('refuses a stage that is no update', () => {
    expect(() => parseUpdate([{ $match: {} }])).toThrow(expect.objectContaining({ code: 72 }));
  });
});
