import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gatherlyEnv, launch, type Server } from './servers.ts';

/** Several servers of ours on one database, which is our store over TCP, and one Redis. */
export interface Cluster extends Server {
  /** Of each server. */
  urls: string[];
  /** Of the processes in `pids`. */
  names: string[];
  redisUrl: string;
}

/** Whether there is such a program on this machine. */
export const isInstalled = (program: string): boolean =>
  spawnSync(program, ['--version']).error === undefined;

export async function startCluster(count: number, scratch: string): Promise<Cluster> {
  const directory = await mkdtemp(join(scratch, 'cluster-'));
  const redisPort = await freePort();
  const redis = await begin('redis-server', redisPort, [
    ...`--port ${redisPort} --bind 127.0.0.1 --appendonly no`.split(' '),
    '--save',
    '',
    '--dir',
    directory,
  ]);
  const storePort = await freePort();
  const store = await begin(process.execPath, storePort, [
    'dist/store.mjs',
    '--data',
    directory,
    '--port',
    String(storePort),
  ]);
  const databaseUri = `mongodb://127.0.0.1:${storePort}/gatherly?directConnection=true`;
  const env = {
    ...gatherlyEnv(directory),
    MONGODB_URI: databaseUri,
    REDIS_URL: `redis://127.0.0.1:${redisPort}`,
    SESSION_SECRET: 'the servers of a benchmark share one secret',
  };
  const args = ['--enable-source-maps', 'dist/server.mjs'];
  const nodes: Awaited<ReturnType<typeof launch>>[] = [];
  for (let n = 0; n < count; n++) nodes.push(await launch(process.execPath, args, env));
  return {
    url: nodes[0]!.url,
    urls: nodes.map(({ url }) => url),
    pids: [...nodes.map(({ pid }) => pid), store.pid, redis.pid],
    names: [...nodes.map((_, n) => `server ${n + 1}`), 'the database', 'Redis'],
    databaseUri,
    redisUrl: env.REDIS_URL,
    async stop() {
      const stops = await Promise.allSettled(nodes.map(({ stop }) => stop()));
      await store.stop();
      await redis.stop();
      await rm(directory, { recursive: true });
      for (const stop of stops) if (stop.status === 'rejected') throw stop.reason;
    },
  };
}

/** Starts a program; resolves when it takes connections. */
async function begin(program: string, port: number, args: string[]) {
  const child = spawn(program, args, { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const killIt = (): void => void child.kill('SIGKILL');
  process.once('exit', killIt);
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`${program} ${args.join(' ')} ended`);
    await delay(50);
  }
  return {
    pid: child.pid!,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      process.off('exit', killIt);
    },
  };
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.once('error', () => resolve(false)).once('connect', () => socket.destroy());
  });

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
