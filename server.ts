import { existsSync } from 'node:fs';
import { createServer, type ServerOptions } from 'node:http';
import next from 'next';
import { configureNextAuth } from '#lib/auth/configure.ts';
import { sessionSecret } from '#lib/auth/secret.ts';
import { closeDatabase, connected, database } from '#lib/database/connect.ts';
import { env } from '#lib/env.ts';
import { log, logConsole, logUncaught } from '#lib/log.ts';
import { watchProcess } from '#lib/metrics.ts';
import { headsWritten } from '#lib/models/heads.ts';
import { logsWritten } from '#lib/models/append.ts';
import { loadRedis } from '#lib/nodes/redis.ts';
import { actAs } from '#lib/page-host.ts';
import { greet, receive } from '#lib/transport/front-door.ts';
import { allAnswered } from '#lib/transport/perform.ts';
import { startSocketHost } from '#lib/transport/socket.ts';
import { startNotifying } from '#lib/use-cases/notify.ts';
import { leaveAll } from '#lib/use-cases/presence.ts';
import { receiptsWritten } from '#lib/use-cases/receipts.ts';

const stopWithinMs = 9_000;

try {
  await start();
} catch (error) {
  process.stderr.write(`Gatherly cannot start: ${reasonOf(error as NodeJS.ErrnoException)}\n`);
  process.exit(1);
}

async function start(): Promise<void> {
  // By default the server contacts no other machine.
  process.env.NEXT_TELEMETRY_DISABLED = '1';
  loadEnvFiles();
  const { PORT, HOST, PUBLIC_URL } = env();
  sessionSecret();
  configureNextAuth();
  actAs('server');
  const httpServer = createServer(requestTimeouts());
  // A connection on which nothing moves; a poll of Socket.io's takes up to 25 s.
  httpServer.timeout = 30_000;
  const dev = process.argv.includes('--dev');
  // Next looks up a route for whatever upgrades at the server that it is given, Socket.io's connections too.
  const upgradesForNext = createServer();
  const pages = next({ dev, httpServer: upgradesForNext });
  // A large store takes a while to open, in a thread of its own.
  const [{ where }] = await Promise.all([database(), pages.prepare(), loadRedis()]);
  if (!dev) logConsole();
  const handle = pages.getRequestHandler();
  httpServer.on('request', (request, response) => void receive(request, response, handle, dev));
  httpServer.on('upgrade', (request, socket, head) => {
    if (request.url?.startsWith('/socket.io/')) return;
    // In development Next has upgrades of its own.
    if (dev) upgradesForNext.emit('upgrade', request, socket, head);
    else socket.destroy();
  });
  const sockets = startSocketHost(httpServer);
  await sockets.joined;
  // Who comes first should not find it connecting; one that is away is waited for while serving.
  await connected().catch(() => undefined);
  const stopNotifying = startNotifying();
  // Before Socket.io, which has put itself before the others.
  httpServer.prependListener('request', (request, response) => greet(request, response, dev));
  watchProcess();
  await new Promise<void>((resolve, reject) => {
    httpServer.once('error', reject);
    httpServer.listen(PORT, HOST, resolve);
  });
  const { port } = httpServer.address() as { port: number };
  console.log(`Gatherly is at ${PUBLIC_URL ?? `http://localhost:${port}`} (${where})`);

  const stop = async () => {
    setTimeout(() => process.exit(1), stopWithinMs).unref();
    httpServer.close();
    await allAnswered();
    await logsWritten();
    await receiptsWritten();
    stopNotifying();
    await sockets.close();
    httpServer.closeAllConnections();
    await Promise.all([headsWritten(), leaveAll()]);
    await closeDatabase();
    process.exit(0);
  };
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      log().debug({ signal }, 'stopping');
      stop().catch((error: unknown) => {
        log().error({ err: error }, 'stopping failed');
        process.exit(1);
      });
    });
  }
}

/** Why it cannot start, in one line that names the setting to change. */
function reasonOf({ code, syscall, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE') return `PORT: ${env().PORT} is in use by another program`;
  if (syscall === 'getaddrinfo' || code === 'EADDRNOTAVAIL') return `HOST: ${message}`;
  if (syscall === 'listen') return `PORT: ${message}`;
  if (code === 'EACCES' || code === 'EEXIST' || code === 'ENOTDIR' || code === 'EROFS') {
    return `DATA_DIR: ${message}`;
  }
  return message;
}

/** How long a request may take to arrive: its headers, and all of it. */
function requestTimeouts(): ServerOptions {
  const requestTimeout = env().REQUEST_SECONDS * 1000;
  return {
    requestTimeout,
    headersTimeout: Math.min(requestTimeout, 10_000),
    connectionsCheckingInterval: Math.min(requestTimeout, 2_000),
  };
}

/** Reads `.env.local`, then `.env`, from the working directory; what is set already wins. */
function loadEnvFiles(): void {
  for (const file of ['.env.local', '.env']) {
    if (existsSync(file)) process.loadEnvFile(file);
  }
}

logUncaught();
