import type { Socket } from 'node:net';
import { Double } from 'bson';
import { codeName, StoreError } from './errors.ts';
import type { Doc } from './values.ts';
import { encodeReply, messageLength, parseMessage, type Reply, type Request } from './wire.ts';

/** Answers one command, or throws a StoreError. */
export type Answer = (request: Request) => Promise<Reply>;

/**
 * Serves one client. Its commands run strictly one after the other: a write that wants no answer
 * must still be seen by the read behind it.
 */
export async function serveConnection(
  socket: Socket,
  answer: Answer,
  onUnexpected: (error: unknown) => void,
): Promise<void> {
  socket.on('error', () => socket.destroy());
  try {
    for await (const message of messagesOf(socket)) {
      const request = parseMessage(message);
      const reply = await answerOrError(request, answer, onUnexpected);
      if (!request.isSilent && socket.writable) socket.write(encodeReply(request, reply));
    }
  } catch (error) {
    // A client that went away is no event; one that sends nonsense is worth a line.
    if (error instanceof StoreError) onUnexpected(error);
  }
  socket.destroy();
}

async function* messagesOf(socket: Socket): AsyncGenerator<Buffer> {
  let chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    for (;;) {
      const length = messageLength(startOf(chunks, size));
      if (length === undefined || length > size) break;
      const all = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size);
      yield all.subarray(0, length);
      chunks = length < size ? [all.subarray(length)] : [];
      size -= length;
    }
  }
}

/** The first bytes that came, at least four of them if there are as many. */
function startOf(chunks: Buffer[], size: number): Buffer {
  const first = chunks[0];
  if (!first) return Buffer.alloc(0);
  return first.length >= Math.min(4, size) ? first : Buffer.concat(chunks);
}

async function answerOrError(
  request: Request,
  answer: Answer,
  onUnexpected: (error: unknown) => void,
): Promise<Reply> {
  try {
    return await answer(request);
  } catch (error) {
    if (error instanceof StoreError) return errorReply(error);
    onUnexpected(error);
    return errorReply(new StoreError(1, `Internal error of the embedded store: ${String(error)}`));
  }
}

const errorReply = ({ code, message, extra }: StoreError): Doc => ({
  ok: new Double(0),
  errmsg: message,
  code,
  codeName: codeName(code),
  ...extra,
});
