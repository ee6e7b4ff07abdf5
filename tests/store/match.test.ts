import { describe, expect, it } from 'vitest';
import { Binary, BSONRegExp, Long } from 'bson';
import { StoreError } from '#lib/embedded-mongo/errors.ts';
import { scopeOf } from '#lib/embedded-mongo/expression.ts';
import { matcher } from '#lib/embedded-mongo/match.ts';
import { decode, encode, type Doc } from '#lib/embedded-mongo/values.ts';

const matches = (filter: Doc, doc: Doc): boolean =>
  matcher(decode(encode(filter)), scopeOf())(decode(encode(doc)));

const cases: [title: string, filter: Doc, yes: Doc[], no: Doc[]][] = [
  ['a value equals itself or an element', { a: 1 }, [{ a: 1 }, { a: [2, 1] }], [{ a: '1' }, {}]],
  [
    'an array equals the whole or an element',
    { a: [1, 2] },
    [{ a: [1, 2] }, { a: [[1, 2]] }],
    [{ a: [2, 1] }, { a: [1, 2, 3] }],
  ],
  [
    'a document equals only in its field order',
    { a: { x: 1, y: 2 } },
    [{ a: { x: 1, y: 2 } }],
    [{ a: { y: 2, x: 1 } }],
  ],
  [
    'null means null or missing',
    { a: null },
    [{ a: null }, {}, { a: [null] }],
    [{ a: 0 }, { a: [] }],
  ],
  [
    'null inside: an element may lack the field',
    { 'a.b': null },
    [{}, { a: 1 }, { a: [{ b: 1 }, {}] }],
    [{ a: [] }, { a: [1] }, { a: [{ b: 1 }] }],
  ],
  [
    'comparison stays within a type',
    { a: { $gt: 1 } },
    [{ a: 2 }, { a: [0, 5] }],
    [{ a: '2' }, { a: null }, {}, { a: NaN }],
  ],
  ['$gte null means null or missing', { a: { $gte: null } }, [{}, { a: null }], [{ a: 0 }]],
  [
    'two ends may be met by two elements',
    { a: { $gt: 1, $lt: 3 } },
    [{ a: [0, 5] }],
    [{ a: [0, 1] }],
  ],
  [
    '$elemMatch wants one element',
    { a: { $elemMatch: { $gt: 1, $lt: 3 } } },
    [{ a: [0, 2] }],
    [{ a: [0, 5] }, { a: 2 }],
  ],
  [
    '$elemMatch on documents',
    { a: { $elemMatch: { b: 1, c: 2 } } },
    [{ a: [{ b: 1, c: 2 }] }],
    [{ a: [{ b: 1 }, { c: 2 }] }],
  ],
  ['$ne looks at all elements', { a: { $ne: 1 } }, [{ a: [2] }, {}], [{ a: [1, 2] }]],
  ['$in with null and a pattern', { a: { $in: [null, /^x/] } }, [{}, { a: 'xy' }], [{ a: 'y' }]],
  ['$nin', { a: { $nin: [1, 2] } }, [{ a: 3 }, {}], [{ a: [3, 2] }]],
  ['$exists', { a: { $exists: true } }, [{ a: null }, { a: [] }], [{}]],
  [
    '$exists: false',
    { 'a.b': { $exists: false } },
    [{}, { a: [{ c: 1 }] }],
    [{ a: [{ b: null }] }],
  ],
  [
    '$type by name and number',
    { a: { $type: ['int', 2] } },
    [{ a: 1 }, { a: 'x' }, { a: [1] }],
    [{ a: 1.5 }, {}],
  ],
  ['$type array', { a: { $type: 'array' } }, [{ a: [] }], [{ a: 1 }]],
  ['$not', { a: { $not: { $gt: 1 } } }, [{ a: 1 }, {}, { a: 'x' }], [{ a: 2 }]],
  ['$all', { a: { $all: [1, 2] } }, [{ a: [2, 1, 3] }], [{ a: [1] }, { a: 1 }]],
  ['$all with one value on a scalar', { a: { $all: [1] } }, [{ a: 1 }], [{ a: 2 }]],
  [
    '$all of $elemMatch',
    { a: { $all: [{ $elemMatch: { b: 1 } }, { $elemMatch: { b: 2 } }] } },
    [{ a: [{ b: 1 }, { b: 2 }] }],
    [{ a: [{ b: 1 }] }],
  ],
  ['$size', { a: { $size: 2 } }, [{ a: [1, [2]] }], [{ a: [1] }, { a: 2 }]],
  ['$mod', { a: { $mod: [3, 1] } }, [{ a: 4 }, { a: 7.9 }], [{ a: 3 }, { a: 'x' }]],
  [
    '$mod of a long is exact',
    { a: { $mod: [2, 1] } },
    [{ a: Long.MAX_VALUE }],
    [{ a: -1 }, { a: NaN }, { a: Infinity }],
  ],
  [
    '$bitsAllSet of a number, positions and binaries',
    { a: { $bitsAllSet: [1, 3] } },
    [{ a: 10 }, { a: Long.fromNumber(-1) }, { a: new Binary(Buffer.from([10])) }, { a: 11.0 }],
    [{ a: 2 }, { a: 10.5 }, { a: '10' }],
  ],
  ['$bitsAnyClear', { a: { $bitsAnyClear: 6 } }, [{ a: 2 }], [{ a: 7 }]],
  ['$bitsAllClear', { a: { $bitsAllClear: 6 } }, [{ a: 9 }], [{ a: 2 }]],
  ['$bitsAnySet', { a: { $bitsAnySet: 6 } }, [{ a: 2 }], [{ a: 9 }]],
  ['$expr', { $expr: { $gt: ['$a', '$b'] } }, [{ a: 2, b: 1 }, { a: 1 }], [{ a: 1, b: 1 }, {}]],
  [
    '$expr among others',
    { $or: [{ $expr: '$a' }, { b: 1 }] },
    [{ a: 'x' }, { b: 1 }],
    [{ a: 0 }, { a: null }],
  ],
  ['$eq of a pattern wants the pattern', { a: { $eq: /x/ } }, [{ a: /x/ }], [{ a: 'x' }]],
  [
    '$elemMatch enters arrays in arrays',
    { a: { $elemMatch: { 0: 1 } } },
    [{ a: [[1]] }],
    [{ a: [1] }],
  ],
  ['$all of an array', { a: { $all: [[1]] } }, [{ a: [[1], 2] }, { a: [1] }], [{ a: [2] }]],
  ['a negated type', { a: { $not: { $type: 'string' } } }, [{}, { a: 1 }], [{ a: ['x'] }]],
  ['NaN equals NaN', { a: NaN }, [{ a: NaN }, { a: [NaN] }], [{ a: 0 }, {}]],
  ['zero has no sign', { a: 0 }, [{ a: -0 }, { a: Long.ZERO }], [{}]],
  ['arrays compare as a whole too', { a: { $gt: [1] } }, [{ a: [2] }, { a: [1, 0] }], [{ a: 2 }]],
  [
    '$regex with options',
    { a: { $regex: 'HELLO$', $options: 'i' } },
    [{ a: 'say hello' }, { a: ['hello'] }],
    [{ a: 'hello you' }, { a: 1 }],
  ],
  ['a pattern as a value', { a: new BSONRegExp('^b', 'm') }, [{ a: 'a\nb' }], [{ a: 'a' }]],
  [
    'a pattern with white space',
    { a: { $regex: 'a b # c', $options: 'x' } },
    [{ a: 'ab' }],
    [{ a: 'a b' }],
  ],
  ['(?i) at the start', { a: { $regex: '(?i)ABC' } }, [{ a: 'abc' }], [{ a: 'ab' }]],
  [
    'a number in a path',
    { 'a.0': 1 },
    [{ a: [1, 2] }, { a: { 0: 1 } }, { a: [{ 0: 1 }] }],
    [{ a: [2, 1] }],
  ],
  [
    '$and, $or and $nor',
    { $or: [{ a: 1 }, { $and: [{ b: 2 }, { c: 3 }] }], $nor: [{ d: 4 }] },
    [{ a: 1 }, { b: 2, c: 3 }],
    [{ b: 2 }, { a: 1, d: 4 }],
  ],
];

describe('a filter', () => {
  it.each(cases)('%s', (_, filter, yes, no) => {
    for (const doc of yes) expect(matches(filter, doc), JSON.stringify(doc)).toBe(true);
    for (const doc of no) expect(matches(filter, doc), JSON.stringify(doc)).toBe(false);
  });

  it.each<[Doc, number]>([
    [{ $where: 'true' }, 238],
    [{ $expr: '$$x' }, 17276],
    [{ $expr: { $foo: 1 } }, 168],
    [{ $expr: { $zip: {} } }, 238],
    [{ a: { $elemMatch: { $expr: true } } }, 2],
    [{ a: { $ne: /x/ } }, 2],
    [{ a: { $options: 'i' } }, 2],
    [{ a: { $type: [] } }, 9],
    [{ a: { $mod: [0, 1] } }, 2],
    [{ a: { $bitsAllSet: -1 } }, 2],
    [{ a: { $bitsAllSet: 'x' } }, 2],
    [{ $text: { $search: 'x' } }, 238],
    [{ a: { $near: [0, 0] } }, 238],
    [{ $foo: 1 }, 2],
    [{ a: { $foo: 1 } }, 2],
    [{ $or: [] }, 2],
    [{ a: { $in: 1 } }, 2],
    [{ a: { $regex: '(' } }, 51091],
    [{ 'a.__proto__': 1 }, 2],
  ])('%j is refused with code %i', (filter, code) => {
    const refused = (): unknown => matcher(decode(encode(filter)), scopeOf());
    expect(refused).toThrow(StoreError);
    expect(refused).toThrow(expect.objectContaining({ code }));
  });
});
