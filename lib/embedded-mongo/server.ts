import { chmod, rm } from 'node:fs/promises';
import { createServer, type ListenOptions, type Server as NetServer, type Socket } from 'node:net';
import { execute, type Log, type Server } from './commands.ts';
import { serveConnection } from './connection.ts';
import { Cursors } from './cursors.ts';
import { DiskSpace } from './disk-space.ts';
import { StoreError } from './errors.ts';
import { expireDocuments } from './expiry.ts';
import { Store } from './store.ts';
import type { Reply, Request } from './wire.ts';

const housekeepingMs = 60_000;

export interface ServerOptions {
  /** The file that holds everything. */
  file: string;
  /** A Unix socket, or a port of the loopback interface. */
  listen: { socket: string } | { port: number };
  log: Log;
}

export interface RunningServer {
  /** The port, when listening on one. */
  port: number | undefined;
  close(): Promise<void>;
}

/** Opens the store and serves it until it is closed. */
export async function startServer({ file, listen, log }: ServerOptions): Promise<RunningServer> {
  const store = await Store.open(file);
  const space = new DiskSpace(file, () => store.storage.freeBytes());
  const server: Server = {
    store,
    cursors: new Cursors(),
    log,
    loggedScans: new Set(),
    checkSpace: () => space.check(),
  };
  const clients = new Clients(server);
  const net = createServer((socket) => clients.serve(socket));
  try {
    await listenOn(net, listen);
  } catch (error) {
    await store.close();
    throw error;
  }
  let keeping: Promise<void> | undefined;
  const housekeeping = setInterval(() => {
    keeping ??= keepHouse(server).finally(() => (keeping = undefined));
  }, housekeepingMs);
  housekeeping.unref();
  const address = net.address();
  return {
    port: typeof address === 'object' ? address?.port : undefined,
    async close() {
      clearInterval(housekeeping);
      net.close();
      await clients.close();
      await store.close();
    },
  };
}

async function listenOn(net: NetServer, listen: ServerOptions['listen']): Promise<void> {
  const options: ListenOptions =
    'socket' in listen ? { path: listen.socket } : { port: listen.port, host: '127.0.0.1' };
  // Whoever gets here owns the directory: a socket that is still there belongs to nobody.
  if ('socket' in listen) await rm(listen.socket, { force: true });
  await new Promise<void>((resolve, reject) => {
    net.once('error', reject);
    net.listen(options, () => {
      net.off('error', reject);
      resolve();
    });
  });
  if ('socket' in listen) await chmod(listen.socket, 0o600);
}

async function keepHouse(server: Server): Promise<void> {
  server.cursors.killIdle();
  server.loggedScans.clear();
  server.store.storage.forgetDeadReaders();
  try {
    await expireDocuments(server);
  } catch (error) {
    const isClosing = error instanceof StoreError && error.code === 91;
    if (isClosing) return;
    server.log('error', 'Expired documents could not be removed.', { error: String(error) });
  }
}

/** The open connections. */
class Clients {
  private readonly serving = new Map<Socket, Promise<void>>();
  private readonly busy = new Set<Socket>();
  private isClosing = false;

  constructor(private readonly server: Server) {}

  serve(socket: Socket): void {
    socket.setNoDelay(true);
    const served = serveConnection(
      socket,
      (request) => this.answer(socket, request),
      (error) => this.report(error),
    ).finally(() => this.serving.delete(socket));
    this.serving.set(socket, served);
  }

  /** Lets commands that are under way finish and hear their answer. */
  async close(): Promise<void> {
    this.isClosing = true;
    for (const socket of this.serving.keys()) if (!this.busy.has(socket)) socket.destroy();
    await Promise.all(this.serving.values());
  }

  private async answer(socket: Socket, request: Request): Promise<Reply> {
    if (this.isClosing) throw new StoreError(91, 'The embedded store is shutting down.');
    this.busy.add(socket);
    try {
      return await execute(this.server, request);
    } finally {
      this.busy.delete(socket);
      // After the answer is written, which happens before the next turn.
      if (this.isClosing) setImmediate(() => socket.destroySoon());
    }
  }

  private report(error: unknown): void {
    const detail = error instanceof Error ? { error: error.stack } : { error: String(error) };
    this.server.log('error', 'A command of the embedded store failed unexpectedly.', detail);
  }
}
