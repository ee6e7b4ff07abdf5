import type { ObjectId } from 'bson';
import { StoreError } from './errors.ts';

const string = (bytes: Buffer, at: number): number => 4 + bytes.readInt32LE(at);
const container = (bytes: Buffer, at: number): number => bytes.readInt32LE(at);
const nothing = (): number => 0;
const fixed = (size: number) => (): number => size;
const afterZero = (bytes: Buffer, at: number): number => bytes.indexOf(0, at) + 1;

/** How many bytes the value of an element has, by its type byte. */
const sizes: Record<number, ((bytes: Buffer, at: number) => number) | undefined> = {
  1: fixed(8),
  2: string,
  3: container,
  4: container,
  5: (bytes, at) => 5 + bytes.readInt32LE(at),
  6: nothing,
  7: fixed(12),
  8: fixed(1),
  9: fixed(8),
  10: nothing,
  11: (bytes, at) => afterZero(bytes, afterZero(bytes, at)) - at,
  12: (bytes, at) => string(bytes, at) + 12,
  13: string,
  14: string,
  15: container,
  16: fixed(4),
  17: fixed(8),
  18: fixed(8),
  19: fixed(16),
  127: nothing,
  255: nothing,
};

const idName = Buffer.from('_id\0');
const objectIdType = 7;

/** Where the _id of a document begins and ends, among bytes that were decoded before. */
function findId(bytes: Buffer): { start: number; end: number } | undefined {
  let found: { start: number; end: number } | undefined;
  for (let at = 4; at < bytes.length - 1;) {
    const value = afterZero(bytes, at + 1);
    const end = value + (sizes[bytes[at]!] ?? nothing)(bytes, value);
    if (value - at === 5 && bytes.compare(idName, 0, 4, at + 1, value) === 0) {
      if (found) throw new StoreError(2, "can't have multiple _id fields in one document");
      found = { start: at, end };
    }
    at = end;
  }
  return found;
}

/**
 * The document with its _id first, as MongoDB stores it; where there is none, with the one given.
 * Its other bytes stay as they came: to encode it anew could change them.
 */
export function withIdFirst(bytes: Buffer, makeId: () => ObjectId): Buffer {
  const found = findId(bytes);
  if (found?.start === 4) return bytes;
  if (found) {
    const { start, end } = found;
    const parts = [bytes.subarray(0, 4), bytes.subarray(start, end)];
    return Buffer.concat([...parts, bytes.subarray(4, start), bytes.subarray(end)]);
  }
  const made = Buffer.concat([Buffer.from([objectIdType]), idName, makeId().id]);
  const all = Buffer.concat([bytes.subarray(0, 4), made, bytes.subarray(4)]);
  all.writeInt32LE(all.length, 0);
  return all;
}
