import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { guardWrites } from '#lib/database/closed-sockets.ts';
import { servedStore } from './served-store.ts';

const served = await servedStore();

interface Internals {
  topology: {
    s: { servers: Map<string, { pool: { connections: { first(): { socket: Socket } } } }> };
  };
}

it('lets a command fail whose connection goes while it is written, and the next one succeed', async () => {
  await served.db.command({ ping: 1 });
  guardWrites(served.client);
  guardWrites(served.client);
  const [server] = (served.client as unknown as Internals).topology.s.servers.values();
  const { socket } = server!.pool.connections.first();
  socket.write = () => {
    socket.destroy();
    return false;
  };
  await expect(served.db.command({ ping: 1 })).rejects.toThrow(/closed/);
  expect(await served.db.command({ ping: 1 })).toMatchObject({ ok: 1 });
});
