import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const unfinished = new WeakMap<Socket, Set<() => void>>();

/**
 * Calls back once, when the answer has been read to its end or its reader has gone. A response that
 * waits for another one on its connection to be read is not told by Node that the connection went.
 */
export function whenOver(
  { socket }: IncomingMessage,
  response: ServerResponse,
  over: () => void,
): void {
  const ofSocket = unfinished.get(socket) ?? watch(socket);
  const end = () => {
    if (ofSocket.delete(end)) over();
  };
  ofSocket.add(end);
  response.once('close', end);
}

function watch(socket: Socket): Set<() => void> {
  const ends = new Set<() => void>();
  unfinished.set(socket, ends);
  socket.once('close', () => ends.forEach((end) => end()));
  return ends;
}
