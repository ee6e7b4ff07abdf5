import type { Socket } from 'node:net';
import { Double } from 'bson';
import { codeName, StoreError } from './errors.ts';
import type { Doc } from './values.ts';
import { encodeReply, messageLength, parseMessage, type Reply, type Request } from './wire.ts';

/** Answers one command, or throws a StoreError. */
export type Answer = (request: Request) => Promise<Reply>;

/**
 * Serves one client, until it is gone and what it asked for is done. Its commands run strictly one
 * after the other: a write that wants no answer must still be seen by the read behind it.
 */
export const serveConnection = (
  socket: Socket,
  answer: Answer,
  onUnexpected: (error: unknown) => void,
): Promise<void> => new Connection(socket, answer, onUnexpected).served;

/** By events and not as a stream that is iterated, which takes longer than most of the commands. */
class Connection {
  readonly served: Promise<void>;
  private chunks: Buffer[] = [];
  private size = 0;
  private isAnswering = false;

  constructor(
    private readonly socket: Socket,
    private readonly answer: Answer,
    private readonly onUnexpected: (error: unknown) => void,
  ) {
    this.served = new Promise((resolve) => {
      socket.on('error', () => socket.destroy());
      socket.on('data', (chunk: Buffer) => {
        this.chunks.push(chunk);
        this.size += chunk.length;
        // Who sends more than one command at a time waits, here or in the kernel.
        if (this.isAnswering) socket.pause();
        else void this.answerAll().then(() => socket.destroyed && resolve());
      });
      socket.on('close', () => {
        if (!this.isAnswering) resolve();
      });
    });
  }

  /** Answers every command that has come in full. */
  private async answerAll(): Promise<void> {
    this.isAnswering = true;
    const { socket } = this;
    try {
      for (let message = this.next(); message; message = this.next()) {
        const request = parseMessage(message);
        const reply = await answerOrError(request, this.answer, this.onUnexpected);
        if (!request.isSilent && socket.writable) socket.write(encodeReply(request, reply));
      }
    } catch (error) {
      // It sent nonsense: what follows cannot be understood either.
      this.onUnexpected(error);
      this.chunks = [];
      socket.destroy();
    }
    this.isAnswering = false;
    if (socket.isPaused()) socket.resume();
  }

  private next(): Buffer | undefined {
    const length = messageLength(this.start());
    if (length === undefined || length > this.size) return undefined;
    const all = this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks, this.size);
    this.chunks = length < this.size ? [all.subarray(length)] : [];
    this.size -= length;
    return all.subarray(0, length);
  }

  /** The first bytes that came, at least four of them if there are as many. */
  private start(): Buffer {
    const first = this.chunks[0];
    if (!first) return Buffer.alloc(0);
    return first.length >= Math.min(4, this.size) ? first : Buffer.concat(this.chunks);
  }
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
