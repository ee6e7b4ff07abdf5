import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../support/raw.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { answers, end, proxyConf, start, startNginx } from './programs.ts';

/** Several servers on one database and one Redis, behind a proxy that sends connections to any of them. */
export interface Cluster {
  nodes: TestServer[];
  /** Where the proxy is. */
  url: string;
  /** Of every server. */
  settings: Record<string, string>;
  redis: RedisServer;
  /** Another server among them, which the proxy does not know. */
  join(settings?: Record<string, string>): Promise<TestServer>;
  /** As `TestServer.stop`, all of them; those that the test killed are left out. */
  stop(): Promise<void>;
}

export interface RedisServer {
  url: string;
  /** Holds it up, so that it takes connections and answers nobody; or lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /** Empties it, as if it had lost everything. */
  flush(): Promise<void>;
  /** Starts it again after `stop`, empty and at the same place. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startCluster(
  count: number,
  settings: Record<string, string> = {},
): Promise<Cluster> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'gatherly-cluster-'));
  const redis = await startRedis();
  const store = await startStore(path.join(directory, 'store'));
  const shared = {
    MONGODB_URI: store.uri,
    REDIS_URL: redis.url,
    SESSION_SECRET: randomUUID(),
    TRUSTED_PROXIES: 'loopback',
    ...settings,
  };
  const nodes = await Promise.all(Array.from({ length: count }, () => startServer(shared)));
  for (const { url } of nodes) await until(async () => (await readyAt(url)).redis === 'ok');
  const proxy = await startProxy(path.join(directory, 'nginx'), nodes);
  const joined: TestServer[] = [];
  return {
    nodes,
    url: proxy.url,
    settings: shared,
    redis,
    join: async (more = {}) => {
      const node = await startServer({ ...shared, ...more });
      joined.push(node);
      return node;
    },
    stop: async () => {
      await proxy.stop();
      // Whatever one of them has to complain about, nothing is left running.
      const stops = await Promise.allSettled([...nodes, ...joined].map((node) => node.stop()));
      await store.stop();
      await redis.stop();
      rmSync(directory, { recursive: true, force: true });
      for (const stop of stops) if (stop.status === 'rejected') throw stop.reason;
    },
  };
}

/** What a server says of what it needs. */
export async function readyAt(url: string): Promise<{ status: string; redis: string }> {
  return (await fetch(`${url}/api/v1/ready`)).json() as Promise<{ status: string; redis: string }>;
}

/** Resolves when this holds. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await delay(50);
}

export async function startRedis(): Promise<RedisServer> {
  const port = await freePort();
  const options = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const begin = async () => {
    const child = start('redis-server', 'redis-server', options, os.tmpdir());
    await answers(port, child);
    return child;
  };
  let child = await begin();
  const command = async (...args: string[]) => {
    const [code] = await once(spawn('redis-cli', ['-p', port, ...args]), 'exit');
    if (code !== 0) throw new Error(`redis-cli ${args.join(' ')} failed`);
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    signal: (signal) => void child.kill(signal),
    flush: () => command('FLUSHALL'),
    restart: async () => void (child = await begin()),
    stop: () => end(child),
  };
}

export async function startStore(
  data: string,
): Promise<{ uri: string; stop: () => Promise<void> }> {
  mkdirSync(data);
  const port = await freePort();
  const options = ['dist/store.mjs', '--data', data, '--port', port];
  const child = start('the store', process.execPath, options, process.cwd());
  await answers(port, child);
  const uri = `mongodb://127.0.0.1:${port}/gatherly?directConnection=true`;
  return { uri, stop: () => end(child, 'SIGTERM') };
}

/** Connections go to the servers in turn, whoever makes them; one that is not there is passed over. */
async function startProxy(
  directory: string,
  nodes: TestServer[],
): Promise<{ url: string; stop: () => Promise<void> }> {
  const port = await freePort();
  const servers = nodes.map(({ url }) => `server 127.0.0.1:${new URL(url).port} max_fails=0;`);
  const conf = `
events { worker_connections 1024; }
http {
  access_log off;
  upstream gatherly { ${servers.join(' ')} }
  map $http_upgrade $gatherly_connection { default upgrade; '' close; }
  server {
    listen 127.0.0.1:${port};
    include ${proxyConf};
  }
}`;
  return { url: `http://127.0.0.1:${port}`, stop: await startNginx(directory, port, conf) };
}
