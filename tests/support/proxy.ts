import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';

export interface Proxy {
  /** A URI for a server that is to reach its database through here. */
  uri: string;
  /** The next command that contains all of these words is passed on, and its connection cut before the answer. */
  swallowAnswerTo(...words: string[]): void;
  close(): void;
}

/** Stands between a server and the Unix socket of a store. */
export async function startProxy(store: string): Promise<Proxy> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'gatherly-proxy-'));
  const socketPath = path.join(directory, 'store.sock');
  const open = new Set<Socket>();
  let wanted: string[] | null = null;
  const server = createServer((client) => {
    const upstream = connect(store);
    let swallowing = false;
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (bytes) => {
      const text = bytes.toString('latin1');
      if (wanted?.every((word) => text.includes(word))) {
        wanted = null;
        swallowing = true;
      }
      upstream.write(bytes);
    });
    // The store has answered, so it is done; nobody hears of it.
    upstream.on('data', (bytes) => (swallowing ? client.destroy() : client.write(bytes)));
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    uri: `mongodb://${encodeURIComponent(socketPath)}/gatherly?directConnection=true`,
    swallowAnswerTo: (...words) => (wanted = words),
    close: () => {
      server.close();
      for (const socket of open) socket.destroy();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
