import { randomBytes } from 'node:crypto';
import { connect as connectSocket } from 'node:net';
import { frameOf, frameReader } from './frames.ts';

interface Handlers {
  /** A `message:new`, as it came: to parse all of each would be most of what this process does. */
  onMessage?(packet: string): void;
  /** Any other event. */
  onEvent?(name: string): void;
  /** The connection has ended, and not by `close`. */
  onDropped?(): void;
}

/** A signed-in Socket.io connection by WebSocket, ready for commands. */
export interface Connection {
  /** Sends a command whose payload is JSON already; `acked` gets the answer's JSON. */
  emit(event: string, json: string, acked?: (answer: string) => void): void;
  /** The answer's data. @throws when it is a refusal, or the connection ends. */
  call(event: string, payload: object): Promise<unknown>;
  close(): void;
}

const readyWithinMs = 30_000;
/** All connections read into this one: what came is used before the next reads. */
const arrivals = Buffer.alloc(64 * 1024);
const newMessage = '42["message:new"';

/**
 * Connects and signs in; resolves when the server has said `ready`. Speaks Engine.io and Socket.io
 * itself: their own client takes so much of a core that it, and not the server, would be measured.
 */
export function connect(url: string, token: string, handlers: Handlers = {}): Promise<Connection> {
  const { hostname, port, host } = new URL(url);
  const acks = new Map<number, (answer: string) => void>();
  let lastId = 0;
  let isOver = false;
  return new Promise((resolve, reject) => {
    const end = (reason: string): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(patience);
      socket.destroy();
      reject(new Error(`connecting failed: ${reason}`));
      if (!isReady) return;
      handlers.onDropped?.();
      // Nobody is to wait for what will not come.
      for (const acked of acks.values()) acked('{"ok":false,"error":{"code":"dropped"}}');
    };
    const onText = (packet: string): void => {
      if (packet.startsWith('42')) onEvent(packet);
      else if (packet.startsWith('43')) onAck(packet);
      else if (packet === '2') socket.write(frameOf('3'));
      else if (packet.startsWith('0')) socket.write(frameOf(`40${JSON.stringify({ token })}`));
      else if (!packet.startsWith('40')) end(`the server said ${packet}`);
    };
    const onChunk = upgraded(
      frameReader(onText, () => end('the server closed the connection')),
      end,
    );
    const socket = connectSocket({
      host: hostname,
      port: Number(port),
      noDelay: true,
      onread: {
        buffer: arrivals,
        callback(length) {
          onChunk(arrivals.subarray(0, length));
          return true;
        },
      },
    });
    const patience = setTimeout(() => end('not ready in time'), readyWithinMs);
    let isReady = false;
    const emit: Connection['emit'] = (event, json, acked) => {
      if (acked) acks.set(++lastId, acked);
      socket.write(frameOf(`42${acked ? lastId : ''}["${event}",${json}]`));
    };
    const connection: Connection = {
      emit,
      call: (event, payload) =>
        new Promise((answered, refused) => {
          emit(event, JSON.stringify(payload), (json) => {
            const reply = JSON.parse(json) as { ok: boolean; data?: unknown };
            if (reply.ok) answered(reply.data);
            else refused(new Error(`${event} was refused: ${json}`));
          });
        }),
      close() {
        isOver = true;
        socket.end(frameOf('41')).destroySoon();
      },
    };
    const onEvent = (packet: string): void => {
      if (packet.startsWith(newMessage)) return handlers.onMessage?.(packet);
      const name = packet.slice(4, packet.indexOf('"', 4));
      if (name !== 'ready') return handlers.onEvent?.(name);
      isReady = true;
      clearTimeout(patience);
      resolve(connection);
    };
    const onAck = (packet: string): void => {
      const bracket = packet.indexOf('[');
      const id = Number(packet.slice(2, bracket));
      acks.get(id)?.(packet.slice(bracket + 1, -1));
      acks.delete(id);
    };
    socket.on('error', (error) => end(error.message));
    socket.on('close', () => end('the connection ended'));
    socket.write(handshakeOf(host));
  });
}

const handshakeOf = (host: string): string =>
  [
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    '\r\n',
  ].join('\r\n');

/** Takes the answer to the handshake off the front, then hands on what comes. */
function upgraded(read: (chunk: Buffer) => void, fail: (reason: string) => void) {
  let head: Buffer | undefined = Buffer.alloc(0);
  return (chunk: Buffer): void => {
    if (!head) return read(chunk);
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    const [status = ''] = head.toString('latin1', 0, end).split('\r\n');
    if (!status.includes(' 101 ')) return fail(status);
    const rest = head.subarray(end + 4);
    head = undefined;
    if (rest.length > 0) read(rest);
  };
}
