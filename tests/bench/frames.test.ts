import { describe, expect, it } from 'vitest';
import { frameOf, frameReader } from '../../bench/chat/frames.ts';

/** A text as a server sends it: without a mask. */
function served(text: string): Buffer {
  const content = Buffer.from(text);
  const head =
    content.length < 126
      ? Buffer.from([0x81, content.length])
      : content.length < 65_536
        ? Buffer.from([0x81, 126, content.length >> 8, content.length & 255])
        : Buffer.alloc(10);
  if (head.length === 10) {
    head.set([0x81, 127]);
    head.writeBigUInt64BE(BigInt(content.length), 2);
  }
  return Buffer.concat([head, content]);
}

const short = ['', 'a', 'é'.repeat(62), 'b'.repeat(125), 'c'.repeat(126), 'e'];
const long = [...short, 'd'.repeat(70_000), 'f'];

describe('WebSocket frames', () => {
  it.each([
    [1, short],
    [2, short],
    [3, short],
    [1000, long],
    [200_000, long],
  ])('are read from chunks of %i bytes', (size, texts) => {
    const stream = Buffer.concat(texts.map(served));
    const read: string[] = [];
    const reader = frameReader(
      (text) => read.push(text),
      () => undefined,
    );
    // One memory for all chunks, as the connection does it.
    const chunk = Buffer.alloc(size);
    for (let from = 0; from < stream.length; from += size) {
      const length = stream.copy(chunk, 0, from, from + size);
      reader(chunk.subarray(0, length));
    }
    expect(read).toEqual(texts);
  });

  it('tell that the server closes', () => {
    let isClosed = false;
    const reader = frameReader(
      () => undefined,
      () => (isClosed = true),
    );
    reader(Buffer.from([0x88, 2, 3, 232]));
    expect(isClosed).toBe(true);
  });

  it.each([['short'], ['x'.repeat(125)], ['x'.repeat(126)], ['é'.repeat(30_000)]])(
    'are written with a mask of zeros',
    (text) => {
      const frame = frameOf(text);
      const content = Buffer.from(text);
      const start = content.length < 126 ? 6 : 8;
      expect(frame[1]! & 0x80).toBe(0x80);
      expect(frame.subarray(start - 4, start)).toEqual(Buffer.alloc(4));
      expect(frame.subarray(start).equals(content)).toBe(true);
    },
  );
});
