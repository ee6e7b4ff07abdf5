/**
 * Reads WebSocket frames out of the chunks that a server sends, and hands on the text of each. A
 * chunk's memory may be used again when that is done.
 */
export function frameReader(onText: (text: string) => void, onClose: () => void) {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk: Buffer): void => {
    let buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      const frame = firstFrame(buffer);
      if (!frame) break;
      if (frame.opcode === text) onText(buffer.toString('utf8', frame.start, frame.end));
      else if (frame.opcode === close) onClose();
      else throw new Error(`A frame of kind ${frame.opcode} came.`);
      buffer = buffer.subarray(frame.end);
    }
    rest = Buffer.from(buffer);
  };
}

/** The first byte of a whole frame, by what it brings. */
const text = 0x81;
const close = 0x88;

function firstFrame(buffer: Buffer): { opcode: number; start: number; end: number } | undefined {
  if (buffer.length < 2) return undefined;
  const opcode = buffer[0]!;
  const short = buffer[1]!;
  const start = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (buffer.length < start) return undefined;
  const length =
    short < 126
      ? short
      : short === 126
        ? buffer.readUInt16BE(2)
        : Number(buffer.readBigUInt64BE(2));
  const end = start + length;
  return buffer.length < end ? undefined : { opcode, start, end };
}

/** A text as a frame from a client, whose mask of zeros leaves the bytes as they are. */
export function frameOf(content: string): Buffer {
  const length = Buffer.byteLength(content);
  const start = length < 126 ? 6 : 8;
  if (length > 0xffff) throw new Error('A frame of more than 64 KiB was to be sent.');
  const frame = Buffer.allocUnsafe(start + length);
  frame[0] = text;
  if (length < 126) {
    frame[1] = 0x80 | length;
  } else {
    frame[1] = 0x80 | 126;
    frame.writeUInt16BE(length, 2);
  }
  frame.fill(0, start - 4, start);
  frame.write(content, start);
  return frame;
}
