import { createServer, type Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { Double, Int32, serialize } from 'bson';
import { encodeReply, messageLength, type Reply, type Request } from '#lib/embedded-mongo/wire.ts';
import { messageAt } from './messages.ts';

// The driver's own floor: it knows a handful of commands by the first field of their body and
// answers each with bytes that were made before. It reads no more of a message than that name.
const ok = new Double(1);
const hello = {
  ismaster: true,
  isWritablePrimary: true,
  helloOk: true,
  minWireVersion: 0,
  maxWireVersion: 25,
  maxBsonObjectSize: 16_777_216,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  logicalSessionTimeoutMinutes: 30,
  ok,
};

const found = (count: number): Reply => ({
  batch: {
    field: 'firstBatch',
    docs: Array.from({ length: count }, (_, n) => Buffer.from(serialize(messageAt(n)))),
    cursorId: 0n,
    namespace: 'gatherly.messages',
  },
});

const replies: Record<string, Reply> = {
  ismaster: hello,
  hello,
  ping: { ok },
  endSessions: { ok },
  'find one': found(1),
  'find page': found(50),
  'insert one': { n: new Int32(1), ok },
  'insert hundred': { n: new Int32(100), ok },
};

const headerBytes = 16;
const opQuery = 2004;
const encoded = new Map<string, Buffer>();

function replyTo(message: Buffer): Buffer | undefined {
  const requestId = message.readInt32LE(4);
  const isLegacy = message.readInt32LE(12) === opQuery;
  const isSilent = !isLegacy && (message.readUInt32LE(headerBytes) & 2) !== 0;
  if (isSilent) return undefined;
  const body = isLegacy ? message.indexOf(0, headerBytes + 4) + 9 : headerBytes + 5;
  const nameEnd = message.indexOf(0, body + 5);
  const name = message.toString('latin1', body + 5, nameEnd);
  const isText = message[body + 4] === 2;
  const target = isText
    ? message.toString('latin1', nameEnd + 5, message.indexOf(0, nameEnd + 5))
    : '';
  const key = name in replies ? name : `${name} ${target}`;
  const reply = replies[key];
  if (!reply) throw new Error(`The reference does not know ${key}.`);
  let bytes = encoded.get(`${isLegacy} ${key}`);
  if (!bytes) {
    const request: Request = { requestId, isLegacy, isSilent, body: {}, sequences: new Map() };
    bytes = encodeReply(request, reply);
    encoded.set(`${isLegacy} ${key}`, bytes);
  }
  const answer = Buffer.from(bytes);
  answer.writeInt32LE(requestId, 8);
  return answer;
}

function serve(socket: Socket): void {
  socket.setNoDelay(true);
  let rest: Buffer = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      const length = messageLength(rest);
      if (length === undefined || length > rest.length) return;
      const answer = replyTo(rest.subarray(0, length));
      if (answer) socket.write(answer);
      rest = rest.subarray(length);
    }
  });
}

const port = parentPort!;
const server = createServer(serve);
server.listen((workerData as { socket: string }).socket, () => port.postMessage('ready'));
