import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../support/raw.ts';
import { startServer, type TestServer } from '../support/server.ts';

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

async function startRedis(): Promise<RedisServer> {
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

async function startStore(data: string): Promise<{ uri: string; stop: () => Promise<void> }> {
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
  mkdirSync(directory);
  const port = await freePort();
  const servers = nodes.map(({ url }) => `server 127.0.0.1:${new URL(url).port} max_fails=0;`);
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  writeFileSync(
    path.join(directory, 'nginx.conf'),
    `
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
daemon off;
pid ${directory}/nginx.pid;
error_log ${directory}/error.log;
events { worker_connections 1024; }
http {
  access_log off;
  ${places.map((place) => `${place}_temp_path ${directory}/${place};`).join('\n  ')}
  upstream gatherly { ${servers.join(' ')} }
  map $http_upgrade $connection_header { default upgrade; '' close; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://gatherly;
      proxy_http_version 1.1;
      proxy_connect_timeout 1s;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_header;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_read_timeout 90s;
    }
  }
}
`,
  );
  const child = start('nginx', 'nginx', ['-p', directory, '-c', 'nginx.conf'], directory);
  await answers(port, child);
  return { url: `http://127.0.0.1:${port}`, stop: () => end(child, 'SIGTERM') };
}

const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

function start(name: string, program: string, options: string[], cwd: string): ChildProcess {
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
  const child = spawn(program, options, { cwd, env, stdio: 'ignore' });
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.once('error', (error: NodeJS.ErrnoException) => {
    failures.set(child, error.code === 'ENOENT' ? `${name} is not installed` : error.message);
  });
  return child;
}

/** Why a program could not be started. */
const failures = new WeakMap<ChildProcess, string>();

async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

async function answers(port: string, child: ChildProcess): Promise<void> {
  for (;;) {
    const failure = failures.get(child);
    if (failure) throw new Error(`${failure}: these tests need redis-server and nginx`);
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended: ${child.exitCode}`);
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.unref();
    });
    if (isThere) return;
    await delay(50);
  }
}
