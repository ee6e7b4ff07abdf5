import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';

export interface Proxy {
  /** A URI for a server that is to reach its database through here. */
  uri: string;
  /** So much later (ms) every answer comes. */
  latenessMs: number;
  /** The next command that contains all of these words is passed on, and its connection cut before the answer. */
  swallowAnswerTo(...words: string[]): void;
  /** The same for so many of them. */
  swallowAnswersTo(times: number, ...words: string[]): void;
  /** The answer to the next command that contains all of these words waits until this is called. */
  holdAnswerTo(...words: string[]): () => void;
  close(): void;
}

/** Stands between a server and the Unix socket of a store. */
export async function startProxy(store: string): Promise<Proxy> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'gatherly-proxy-'));
  const socketPath = path.join(directory, 'store.sock');
  const open = new Set<Socket>();
  let wanted: string[] = [];
  let timesWanted = 0;
  let delayed: { words: string[]; until: Promise<void> } | null = null;
  const pass = (client: Socket, bytes: Buffer): void => {
    if (proxy.latenessMs === 0) client.write(bytes);
    else setTimeout(() => client.write(bytes), proxy.latenessMs);
  };
  const server = createServer((client) => {
    const upstream = connect(store);
    let swallowing = false;
    let held: Promise<void> | null = null;
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
      if (timesWanted > 0 && wanted.every((word) => text.includes(word))) {
        timesWanted -= 1;
        swallowing = true;
      }
      if (delayed?.words.every((word) => text.includes(word))) {
        held = delayed.until;
        delayed = null;
      }
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      // The store has answered, so it is done; nobody hears of it.
      if (swallowing) client.destroy();
      else if (held) void held.then(() => client.write(bytes));
      else pass(client, bytes);
    });
  });
  const swallow = (times: number, words: string[]) => {
    timesWanted = times;
    wanted = words;
  };
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const proxy: Proxy = {
    latenessMs: 0,
    uri: `mongodb://${encodeURIComponent(socketPath)}/gatherly?directConnection=true`,
    swallowAnswerTo: (...words) => swallow(1, words),
    swallowAnswersTo: (times, ...words) => swallow(times, words),
    holdAnswerTo: (...words) => {
      let release = (): void => undefined;
      const until = new Promise<void>((resolve) => (release = resolve));
      delayed = { words, until };
      return release;
    },
    close: () => {
      server.close();
      for (const socket of open) socket.destroy();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return proxy;
}
