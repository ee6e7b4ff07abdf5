import { Int32, serialize, type ObjectId } from 'bson';
import { describe, expect, it } from 'vitest';
import { StoreError } from '#lib/embedded-mongo/errors.ts';
import { decode } from '#lib/embedded-mongo/values.ts';
import { prepareInsert } from '#lib/embedded-mongo/writing.ts';

const int = (name: string, value: number): Buffer => {
  const bytes = Buffer.from(`\x10${name}\0....`);
  bytes.writeInt32LE(value, bytes.length - 4);
  return bytes;
};
const text = (name: string, ...utf8: number[]): Buffer => {
  const length = Buffer.alloc(4);
  length.writeInt32LE(utf8.length + 1);
  return Buffer.concat([Buffer.from(`\x02${name}\0`), length, Buffer.from([...utf8, 0])]);
};
function documentOf(...elements: Buffer[]): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(4), ...elements, Buffer.alloc(1)]);
  bytes.writeInt32LE(bytes.length);
  return bytes;
}

function stored(bytes: Buffer): Buffer {
  const prepared = prepareInsert(bytes);
  if (prepared instanceof StoreError) throw prepared;
  return prepared.raw;
}

describe('a document to be inserted', () => {
  const id = int('_id', 7);
  // As no encoder would write them: invalid UTF-8, names that are numbers out of order, one twice.
  const odd = [text('bad', 0xff, 0xfe), int('10', 1), int('2', 2), int('a', 3), int('a', 4)];

  it('stays as it came if its _id is first', () => {
    const bytes = documentOf(id, ...odd);
    expect(stored(bytes)).toBe(bytes);
  });

  it.each([1, 3, 5])('gets the _id at place %i to its beginning, and nothing else moved', (at) => {
    const bytes = documentOf(...odd.slice(0, at), id, ...odd.slice(at));
    expect(stored(bytes)).toEqual(documentOf(id, ...odd));
  });

  it('gets an _id if it has none', () => {
    const raw = stored(documentOf(...odd));
    const { _id } = decode(raw) as { _id: ObjectId };
    const made = Buffer.concat([Buffer.from('\x07_id\0'), _id.id]);
    expect(raw).toEqual(documentOf(made, ...odd));
  });

  it('may have fields named like it further inside, and of every type', () => {
    const values = {
      double: 0.5,
      string: 'x_id',
      object: { _id: 1 },
      array: [{ _id: 2 }, '_id'],
      binary: Buffer.from('\x10_id\0'),
      bool: true,
      date: new Date(0),
      none: null,
      regex: /_id/i,
      int: new Int32(1),
      '_id.x': 1,
      x_id: 2,
    };
    const bytes = Buffer.from(serialize({ ...values, _id: 9 }));
    expect(stored(bytes)).toEqual(Buffer.from(serialize({ _id: 9, ...values })));
  });

  it('is refused with more than one _id', () => {
    expect(prepareInsert(documentOf(id, ...odd, int('_id', 8)))).toMatchObject({ code: 2 });
    expect(prepareInsert(documentOf(...odd, id, int('_id', 7)))).toMatchObject({ code: 2 });
  });
});
