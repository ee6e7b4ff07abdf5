import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Server } from 'socket.io';
import { io as connect, type Socket } from 'socket.io-client';
import { watchConnections } from '#lib/transport/socket-limits.ts';

const httpServer: HttpServer = createServer();
const server = new Server(httpServer);
let client: Socket;
/** How many packets came in each turn of the event loop. */
const turns: number[] = [];

beforeAll(async () => {
  watchConnections(server);
  httpServer.listen(0, '127.0.0.1');
  await once(httpServer, 'listening');
  const { port } = httpServer.address() as AddressInfo;
  client = connect(`http://127.0.0.1:${port}`, { transports: ['websocket'] });
  await new Promise<void>((resolve) => client.on('connect', resolve));
});
afterAll(async () => {
  client.close();
  await server.close();
});

it('takes up what a client sends at once in parts, in its order, with a turn for others between two', async () => {
  const sent = Array.from({ length: 300 }, (_, n) => n);
  const heard: number[] = [];
  const [socket] = server.of('/').sockets.values();
  let isCounting = false;
  const all = new Promise<void>((resolve) => {
    socket!.on('say', (n: number) => {
      if (!isCounting) {
        isCounting = true;
        turns.push(0);
        setImmediate(() => (isCounting = false));
      }
      turns[turns.length - 1]!++;
      heard.push(n);
      if (heard.length === sent.length) resolve();
    });
  });
  for (const n of sent) client.emit('say', n);
  await all;
  expect(heard).toEqual(sent);
  // Eight when they arrive, and eight that waited from the turn before.
  expect(Math.max(...turns)).toBeLessThanOrEqual(16);
});
