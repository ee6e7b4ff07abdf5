import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

interface SlowLine {
  port: number;
  /** Before that it is as fast as this machine. */
  slowDown(): void;
  shut(): Promise<void>;
}

/** Lighthouse's slow 4G: milliseconds there and back, and bytes in a second. */
const roundTripMs = 150;
const bytesPerSecond = (1.6 * 1024 * 1024) / 8;

/** A way to a server of this machine that is as slow as a phone's, service workers and sockets included. */
export async function startSlowLine(serverPort: number): Promise<SlowLine> {
  const open = new Set<Socket>();
  let isSlow = false;
  // What comes down shares one line, whichever connection it is for.
  let freeAt = 0;
  const pass = (from: Socket, to: Socket, isDown: boolean, startMs: number) => {
    const begunAt = performance.now() + startMs;
    from.on('data', (bytes) => {
      if (!isSlow) return void to.write(bytes);
      const now = Math.max(performance.now(), begunAt);
      freeAt = isDown ? Math.max(freeAt, now) + (bytes.length / bytesPerSecond) * 1000 : freeAt;
      const at = (isDown ? freeAt : now) + roundTripMs / 2;
      setTimeout(() => void (to.destroyed || to.write(bytes)), at - performance.now());
    });
  };
  const server = createServer((client) => {
    const upstream = connect({ host: '127.0.0.1', port: serverPort });
    // A connection is made by going there and back once.
    pass(client, upstream, false, roundTripMs);
    pass(upstream, client, true, 0);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        open.delete(socket);
        other.destroySoon();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    slowDown: () => void (isSlow = true),
    async shut() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
