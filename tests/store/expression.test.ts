import { describe, expect, it } from 'vitest';
import { Decimal128, Double, Int32, Long, ObjectId } from 'bson';
import { parseExpression, scopeOf } from '#lib/embedded-mongo/expression.ts';
import { parseProjection, type ProjectionContext } from '#lib/embedded-mongo/projection.ts';
import { parseFilter } from '#lib/embedded-mongo/query.ts';
import { decode, encode, type Doc } from '#lib/embedded-mongo/values.ts';

const plain = (doc: Doc): Doc => decode(encode(doc));

const decimal = (text: string): Decimal128 => Decimal128.fromString(text);
const long = (value: bigint | number): Long => Long.fromBigInt(BigInt(value));
const id = new ObjectId('64b7f8f2a1b2c3d4e5f60718');
const date = new Date('2026-02-03T04:05:06.007Z');

const doc: Doc = {
  int: 7,
  long: long(2n ** 53n + 1n),
  double: new Double(2.5),
  text: 'Tea é🍵',
  list: [3, 1, 2],
  people: [
    { name: 'Ana', age: 30 },
    { name: 'Ben', age: 20 },
  ],
  nothing: null,
  date,
  id,
  inner: { 'a.b': 1, x: 1 },
};

const value = (expression: unknown): unknown =>
  parseExpression(plain({ expression }).expression, scopeOf(plain({ limit: 25 })))(plain(doc));

// As text: an object with a then might be taken for a promise.
const parsed = (text: string): Doc => JSON.parse(text) as Doc;
const never = parsed('{"case":false,"then":1}');

const missing = Symbol('missing');
const partOf = (part: string): Doc => ({ [part]: '$date' });

const cases: [expression: unknown, result: unknown][] = [
  ['$people.name', ['Ana', 'Ben']],
  ['$$ROOT.int', 7],
  ['$$limit', 25],
  ['$none', missing],
  ['$$REMOVE', missing],
  [{ a: '$none', b: ['$none', '$int'] }, { b: [null, 7] }],
  [{ $literal: '$int' }, '$int'],
  [{ $eq: ['$none', null] }, false],
  [{ $lt: ['$none', null] }, true],
  [{ $cmp: ['$int', 'a'] }, -1],
  [{ $gt: [[1, 2], [1]] }, true],
  [{ $and: [1, 'a', []] }, true],
  [{ $and: [] }, true],
  [{ $or: [0, null, '$none'] }, false],
  [{ $not: ['$nothing'] }, true],
  [{ $cond: [{ $gte: ['$int', 7] }, 'yes', 'no'] }, 'yes'],
  [{ $cond: parsed('{"if":"$none","then":1,"else":2}') }, 2],
  [{ $ifNull: ['$none', '$nothing', 5] }, 5],
  [{ $switch: { branches: [never], default: 2 } }, 2],
  [{ $in: [2, '$list'] }, true],
  [{ $add: [] }, 0],
  [{ $add: ['$int', 2147483647] }, long(2147483654)],
  [{ $add: ['$int', '$nothing'] }, null],
  [{ $add: ['$date', 1000] }, new Date(date.getTime() + 1000)],
  [{ $add: [long(2n ** 63n - 1n), 1] }, new Double(2 ** 63)],
  [{ $add: [0.1, 0.2, 0.3] }, new Double(0.6)],
  [{ $add: [decimal('0.1'), decimal('0.2')] }, decimal('0.3')],
  [{ $subtract: ['$date', new Date(date.getTime() - 5)] }, long(5)],
  [{ $subtract: ['$int', 9] }, -2],
  [{ $multiply: ['$int', 2, 1.5] }, new Double(21)],
  [{ $divide: ['$int', 7] }, new Double(1)],
  [{ $divide: [decimal('1'), 3] }, decimal('0.3333333333333333333333333333333333')],
  [{ $divide: [decimal('10'), decimal('4')] }, decimal('2.5')],
  [{ $mod: [-7, 3] }, -1],
  [{ $mod: ['$double', 2] }, new Double(0.5)],
  [{ $mod: [decimal('5.5'), 2] }, decimal('1.5')],
  [{ $abs: -3 }, 3],
  [{ $ceil: '$double' }, new Double(3)],
  [{ $floor: decimal('-1.5') }, decimal('-2')],
  [{ $floor: '$long' }, doc.long],
  [{ $sum: '$list' }, 6],
  [{ $sum: ['$int', 'x', 1] }, 8],
  [{ $avg: '$list' }, new Double(2)],
  [{ $avg: '$none' }, null],
  [{ $max: ['$list', 5] }, [3, 1, 2]],
  [{ $min: '$list' }, 1],
  [{ $size: '$list' }, 3],
  [{ $isArray: ['$list'] }, true],
  [{ $arrayElemAt: ['$list', -1] }, 2],
  [{ $arrayElemAt: ['$list', 9] }, missing],
  [{ $first: '$list' }, 3],
  [{ $last: '$none' }, null],
  [{ $slice: ['$list', 1, 5] }, [1, 2]],
  [{ $slice: ['$list', -1] }, [2]],
  [{ $concatArrays: ['$list', [9]] }, [3, 1, 2, 9]],
  [{ $reverseArray: '$list' }, [2, 1, 3]],
  [
    { $filter: { input: '$people', as: 'p', cond: { $gt: ['$$p.age', '$$limit'] } } },
    [{ name: 'Ana', age: 30 }],
  ],
  [{ $filter: { input: '$list', cond: true, limit: 2 } }, [3, 1]],
  [{ $map: { input: '$list', in: { $multiply: ['$$this', '$int'] } } }, [21, 7, 14]],
  [
    {
      $map: {
        input: '$list',
        as: 'a',
        in: { $map: { input: '$list', as: 'b', in: { $add: ['$$a', '$$b'] } } },
      },
    },
    [
      [6, 4, 5],
      [4, 2, 3],
      [5, 3, 4],
    ],
  ],
  [{ $reduce: { input: '$list', initialValue: 0, in: { $add: ['$$value', '$$this'] } } }, 6],
  [{ $let: { vars: { a: 1, b: '$int' }, in: { $add: ['$$a', '$$b'] } } }, 8],
  [{ $mergeObjects: [{ a: 1, b: 1 }, null, { b: 2 }] }, { a: 1, b: 2 }],
  [{ $mergeObjects: '$people' }, { name: 'Ben', age: 20 }],
  [{ $objectToArray: { a: 1 } }, [{ k: 'a', v: 1 }]],
  [
    {
      $arrayToObject: [
        [
          ['a', 1],
          ['b', 2],
        ],
      ],
    },
    { a: 1, b: 2 },
  ],
  [{ $getField: { field: 'a.b', input: '$inner' } }, 1],
  [{ $getField: 'int' }, 7],
  [{ $setField: { field: 'c.d', input: '$inner', value: 2 } }, { 'a.b': 1, x: 1, 'c.d': 2 }],
  [{ $unsetField: { field: 'a.b', input: '$inner' } }, { x: 1 }],
  [{ $concat: ['a', '$text'] }, 'aTea é🍵'],
  [{ $concat: ['a', '$none'] }, null],
  [{ $toUpper: 'aé' }, 'Aé'],
  [{ $toLower: '$nothing' }, ''],
  [{ $strLenCP: '$text' }, 6],
  [{ $substrCP: ['$text', 4, 5] }, 'é🍵'],
  [{ $split: ['a,b', ','] }, ['a', 'b']],
  [{ $type: '$none' }, 'missing'],
  [{ $type: '$long' }, 'long'],
  [{ $toString: '$id' }, id.toHexString()],
  [{ $toString: 2.5 }, '2.5'],
  [{ $toString: '$date' }, '2026-02-03T04:05:06.007Z'],
  [{ $toObjectId: id.toHexString() }, id],
  [{ $toInt: '12' }, 12],
  [{ $toInt: -2.9 }, -2],
  [{ $toLong: '$date' }, long(date.getTime())],
  [{ $toDouble: '1e3' }, new Double(1000)],
  [{ $toDecimal: '1.50' }, decimal('1.50')],
  [{ $toBool: 'false' }, true],
  [{ $toDate: '2026-02-03T04:05:06.007' }, date],
  [{ $toInt: '$none' }, null],
  [
    { $dateToString: { date: '$date', format: '%Y-%m-%d %H:%M:%S.%L %j %%' } },
    '2026-02-03 04:05:06.007 034 %',
  ],
  [{ $dateToString: { date: '$nothing', onNull: '-' } }, '-'],
  [{ $dayOfWeek: '$date' }, 3],
  [['$year', '$month', '$dayOfMonth', '$dayOfYear'].map(partOf), [2026, 2, 3, 34]],
  [['$hour', '$minute', '$second', '$millisecond'].map(partOf), [4, 5, 6, 7]],
  [{ $year: '$none' }, null],
  [{ $isNumber: '$long' }, true],
  [{ $isNumber: '$text' }, false],
  [{ $and: [{ $gte: [{ $rand: {} }, 0] }, { $lt: [{ $rand: {} }, 1] }] }, true],
  [{ $eq: ['$$CURRENT', '$$ROOT'] }, true],
  [{ $type: '$$NOW' }, 'date'],
];

describe('an expression', () => {
  it.each(cases)('%j', (expression, expected) => {
    const found = value(expression);
    if (expected === missing) expect(found).toBe(undefined);
    else expect(encode({ v: found }).equals(encode({ v: expected })), String(found)).toBe(true);
  });

  it.each<[expression: unknown, code: number]>([
    ['$$other', 17276],
    ['$', 16872],
    ['$a..b', 15998],
    [{ $foo: 1 }, 168],
    [{ $zip: {} }, 238],
    [{ $eq: [1] }, 16020],
    [{ $eq: [1, 1], $ne: [1, 2] }, 15983],
    [{ 'a.b': 1 }, 16412],
    [{ $divide: [1, 0] }, 2],
    [{ $mod: [1, 0] }, 16610],
    [{ $add: ['x'] }, 14],
    [{ $size: '$none' }, 17124],
    [{ $in: [1, 2] }, 40081],
    [{ $concat: [1] }, 16702],
    [{ $toInt: 'x' }, 241],
    [{ $toInt: 2147483648 }, 241],
    [{ $toObjectId: 'x' }, 241],
    [{ $switch: { branches: [never] } }, 40066],
    [{ $map: { input: 1, in: 1 } }, 16883],
  ])('%j is refused with code %i', (expression, code) => {
    expect(() => value(expression)).toThrow(expect.objectContaining({ code }));
  });

  it('calculates decimals as IEEE 754 says', () => {
    const most = decimal('9.999999999999999999999999999999999E+6144');
    const sums: [Doc, string][] = [
      [{ $add: [most, most] }, 'Infinity'],
      [{ $add: [decimal('1E+33'), decimal('0.5')] }, '1000000000000000000000000000000000'],
      [{ $add: [decimal('1E+33'), decimal('1.5')] }, '1000000000000000000000000000000002'],
      [{ $multiply: [decimal('1E-6000'), decimal('1E-6000')] }, '0E-6176'],
      [{ $add: [decimal('Infinity'), decimal('-Infinity')] }, 'NaN'],
      [{ $multiply: [decimal('-2'), decimal('Infinity')] }, '-Infinity'],
      [{ $add: [decimal('1.10'), new Int32(1)] }, '2.10'],
      [{ $divide: [decimal('2'), decimal('3')] }, '0.6666666666666666666666666666666667'],
    ];
    for (const [expression, expected] of sums) expect(String(value(expression))).toBe(expected);
  });
});

const projected = (spec: Doc, from: Doc, context: ProjectionContext = {}): Doc =>
  parseProjection(plain(spec), context)!(plain(from));

describe('a projection', () => {
  const from = { _id: 1, a: [{ b: 1, c: 1 }, 5, [{ b: 2 }], { c: 3 }], d: { e: 1, f: 2 }, g: 1 };

  it.each<[spec: Doc, result: Doc]>([
    [{ 'a.b': 1 }, { _id: 1, a: [{ b: 1 }, [{ b: 2 }], {}] }],
    [
      { 'a.b': 0, d: 0, g: 0 },
      { _id: 1, a: [{ c: 1 }, 5, [{}], { c: 3 }] },
    ],
    [{ _id: 0, d: { e: true } }, { d: { e: 1 } }],
    [
      { _id: 1, a: 0, d: 0 },
      { _id: 1, g: 1 },
    ],
    [{ _id: 1 }, { _id: 1 }],
    [
      { a: { $slice: [1, 1] }, d: 0 },
      { _id: 1, a: [5], g: 1 },
    ],
    [
      { a: { $slice: -1 }, g: 1 },
      { _id: 1, a: [{ c: 3 }], g: 1 },
    ],
    [
      { a: { $elemMatch: { c: 3 } }, g: 1 },
      { _id: 1, g: 1, a: [{ c: 3 }] },
    ],
    [{ a: { $elemMatch: { c: 9 } } }, { _id: 1 }],
    [
      { n: { $add: ['$g', 1] }, t: 'x' },
      { _id: 1, n: 2, t: 'x' },
    ],
    [{ first: { $slice: ['$a', 1] } }, { _id: 1, first: [{ b: 1, c: 1 }] }],
    [
      { 'd.e': 1, 'd.n': '$g' },
      { _id: 1, d: { e: 1, n: 1 } },
    ],
    [{ x: 1 }, { _id: 1 }],
  ])('%j', (spec, result) => {
    expect(encode(projected(spec, from)).equals(encode(result))).toBe(true);
  });

  it('keeps the element that the query found', () => {
    const query = parseFilter(plain({ 'a.c': 3 }));
    const found = projected({ 'a.$': 1 }, from, { query });
    expect(found).toEqual(plain({ _id: 1, a: [{ c: 3 }] }));
    const none = (): Doc => projected({ 'a.$': 1 }, from, { query: parseFilter({}) });
    expect(none).toThrow(expect.objectContaining({ code: 51246 }));
  });

  it.each<[Doc, number]>([
    [{ a: 1, g: 0 }, 31254],
    [{ a: 0, g: 1 }, 31253],
    [{ a: 0, g: '$a' }, 31252],
    [{ a: 1, 'a.b': 1 }, 31249],
    [{ 'a.b': 1, a: 1 }, 31250],
    [{ a: {} }, 51270],
    [{ '': 1 }, 40352],
    [{ 'a.': 1 }, 40353],
    [{ 'a..b': 1 }, 15998],
    [{ $a: 1 }, 16410],
    [{ a: { $foo: 1 } }, 31325],
    [{ 'a.$': 0 }, 31395],
    [{ a: { $slice: 'x' } }, 28667],
    [{ a: { $meta: 'textScore' } }, 238],
  ])('%j is refused with code %i', (spec, code) => {
    expect(() => projected(spec, {})).toThrow(expect.objectContaining({ code }));
  });
});
