import type { IncomingMessage } from 'node:http';
import type { Server, Socket } from 'socket.io';
import { env } from '#lib/env.ts';
import { addressKey, clientAddress } from '#lib/limits/address.ts';
import { note, refuse } from '#lib/limits/refuse.ts';
import { spend } from '#lib/limits/spend.ts';
import { createTally } from '#lib/limits/tally.ts';

/** What reads WebSockets, of the `ws` package: whether it goes on with the next message in the same turn. */
interface Receiver {
  _allowSynchronousEvents: boolean;
}

/** What is used here of an Engine.io connection, more than its types tell. */
interface Connection {
  request: IncomingMessage;
  remoteAddress: string;
  readyState: string;
  transport: { writable: boolean; closeTimeout?: number; socket?: { _receiver?: Receiver | null } };
  close(discard?: boolean): void;
  once(event: 'close', listener: () => void): unknown;
  on(event: 'packetCreate', listener: (packet: { data?: string | Buffer }) => void): unknown;
  on(event: 'flush' | 'packet', listener: () => void): unknown;
}

/** Somebody may have gone by then: a connection that is dead without having said so ends in a minute. */
const retrySocketMs = 30_000;
const retryCommandMs = 1_000;
/** However a client behaves, its connection is gone so long (ms) after it was told to close. */
const goneWithinMs = 2_000;
/** So many packets of a connection are taken up in one turn of the event loop. */
const packetsAtOnce = 8;

const addresses = createTally();
const people = createTally();

/**
 * Whether a connection may begin. Those that are to be told why not still may. Not as JSONP: a script
 * element of any page could read that.
 */
export function allowConnection(
  request: IncomingMessage,
  decide: (error: string | null, success: boolean) => void,
): void {
  const { RATE_LIMITS, SOCKETS_PER_ADDRESS } = env();
  // Engine.io has parsed the query, and goes by this field of it.
  const { _query: query } = request as IncomingMessage & { _query?: { j?: unknown } };
  if (query?.j !== undefined) return decide('Polling by JSONP is not to be had here.', false);
  const { socket, headers } = request;
  const address = addressKey(clientAddress(socket.remoteAddress, headers['x-forwarded-for']));
  const isFull = RATE_LIMITS === 'on' && addresses.of(address) >= 2 * SOCKETS_PER_ADDRESS;
  if (isFull) note('SOCKETS_PER_ADDRESS', address);
  decide(isFull ? 'rate_limited' : null, !isFull);
}

/** Watches over every connection: how many an address has, and what a client leaves unread. */
export function watchConnections({ engine }: Server): void {
  setUpWebSockets(engine);
  engine.on('connection', (connection: Connection) => {
    // Of one that polls, and does not come for the news that it is closed.
    connection.transport.closeTimeout = goneWithinMs;
    const address = addressKey(addressOf(connection));
    addresses.add(address);
    connection.once('close', () => addresses.remove(address));
    endUnread(connection, address);
    takePart(connection, address);
  });
}

const admitting = new WeakSet<object>();

/** Whether nobody is being admitted on this connection; then somebody is, until `endAdmission`. */
export function beginAdmission(connection: object): boolean {
  if (admitting.has(connection)) return false;
  admitting.add(connection);
  return true;
}

export const endAdmission = (connection: object): boolean => admitting.delete(connection);

/** Lets a socket go on with its handshake. @throws AppError `rate_limited` for too many of its address. */
export async function allowHandshake(clientAddress: string): Promise<void> {
  const address = addressKey(clientAddress);
  await spend('CONNECTIONS', address);
  const { RATE_LIMITS, SOCKETS_PER_ADDRESS } = env();
  if (RATE_LIMITS === 'on' && addresses.of(address) > SOCKETS_PER_ADDRESS) {
    refuse('SOCKETS_PER_ADDRESS', address, retrySocketMs);
  }
}

/**
 * Counts a person's socket for as long as its connection lasts. Too many are refused, rather than an
 * older one ended: that one would come back, and end the next.
 * @throws AppError `rate_limited`
 */
export function allowSocketOf(userId: string, socketConnection: unknown): void {
  const connection = socketConnection as Connection;
  // It went while its session was looked up, and has said so already.
  if (connection.readyState !== 'open') return;
  const count = people.add(userId);
  connection.once('close', () => people.remove(userId));
  const { RATE_LIMITS, SOCKETS_PER_USER } = env();
  if (RATE_LIMITS === 'on' && count > SOCKETS_PER_USER) {
    refuse('SOCKETS_PER_USER', userId, retrySocketMs);
  }
}

/** @throws AppError `rate_limited` when so many commands of a socket wait already. */
export function allowQueued(waiting: number, userId: string): void {
  if (waiting > env().SOCKET_QUEUE) refuse('SOCKET_QUEUE', userId, retryCommandMs);
}

/** Has closed WebSockets gone soon: otherwise they wait 30 s for the client to agree. */
function setUpWebSockets(engine: Server['engine']): void {
  type WebSocketServer = new (options: object) => object;
  const { opts } = engine;
  // Engine.io makes its server of WebSockets when the HTTP server listens, with options of its own.
  opts.wsEngine = class extends (opts.wsEngine as WebSocketServer) {
    constructor(options: object) {
      super({ ...options, closeTimeout: goneWithinMs });
    }
  };
}

/**
 * Drops what a connection began with and nobody will ask for again: it would be kept as long as the
 * connection is open. The rest is what Socket.io reads should the client ask for another socket.
 */
export function shedHandshake({ conn, handshake }: Pick<Socket, 'conn' | 'handshake'>): void {
  type Begun = IncomingMessage & { _query: unknown };
  const { headers, url, _query, connection } = conn.request as Begun;
  conn.request = { headers, url, _query, connection } as Begun;
  handshake.auth = {};
}

/** The address of whoever began a connection of Engine.io. */
export const addressOf = ({
  remoteAddress,
  request,
}: Pick<Connection, 'remoteAddress' | 'request'>): string =>
  clientAddress(remoteAddress, request.headers['x-forwarded-for']);

/**
 * Ends a connection whose client does not read what it is sent: it comes back and catches up by
 * `rev`. One packet may be larger than what may wait.
 */
function endUnread(connection: Connection, address: string): void {
  const most = env().SOCKET_BACKLOG_KIB * 1024;
  let waiting = 0;
  let onItsWay = 0;
  connection.on('packetCreate', ({ data }) => {
    // Writable again means that all of it has reached the network.
    const unread = waiting + (connection.transport.writable ? 0 : onItsWay);
    waiting += data?.length ?? 0;
    if (unread <= most || connection.readyState !== 'open') return;
    note('SOCKET_BACKLOG', address);
    connection.close(true);
  });
  connection.on('flush', () => {
    onItsWay = waiting;
    waiting = 0;
  });
}

/**
 * Has others served after some packets of a connection, however many came at once: the rest waits, and in the
 * end its sender. One that polls brings thousands in one request, before anybody else's turn: that ends
 * it, if they are more than may wait.
 */
function takePart(connection: Connection, address: string): void {
  const most = Math.max(env().SOCKET_QUEUE, packetsAtOnce);
  let count = 0;
  connection.on('packet', () => {
    const receiver = connection.transport.socket?._receiver;
    if (count++ === 0) {
      setImmediate(() => {
        count = 0;
        if (receiver) receiver._allowSynchronousEvents = true;
      });
    }
    if (count === packetsAtOnce && receiver) receiver._allowSynchronousEvents = false;
    if (count <= most || connection.readyState !== 'open') return;
    note('SOCKET_QUEUE', address);
    connection.close(true);
  });
}
