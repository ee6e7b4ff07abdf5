import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { databaseUriOf, dropDatabase } from './database.ts';
import { requireNoSecret } from './leaks.ts';

export interface TestServer {
  url: string;
  dataDir: string;
  /** For another process that is to use its database. */
  databaseUri: string;
  /** What it has written to its log so far. */
  log(): string;
  pid: number;
  /** The one line on standard output that says where it is. */
  announcement: string;
  kill(signal: NodeJS.Signals): Promise<{ code: number | null; signal: string | null }>;
  /** Resolves when it is gone, by whatever. */
  ended: Promise<unknown>;
  /**
   * Ends it, fails if it has logged an error, and removes its data unless another server is to go on with them.
   * @param options.fault what the errors say that the test's own fault brings with it
   */
  stop(options?: { keepData?: boolean; fault?: string }): Promise<void>;
}

const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/**
 * Starts the production build on a free port with data of its own; resolves when it answers.
 * @param wrapper a program and its arguments that run it, such as strace
 */
export async function startServer(
  settings: Record<string, string> = {},
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'gatherly-')),
  wrapper: string[] = [],
): Promise<TestServer> {
  const given = databaseUriOf(dataDir);
  const node = [process.execPath, 'dist/server.mjs'];
  const [program = '', ...args] = [...wrapper, ...node];
  const child = spawn(program, args, {
    // A group of its own: wrappers do not pass signals on.
    detached: wrapper.length > 0,
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      PORT: '0',
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      RATE_LIMITS: 'off',
      LOG_LEVEL: 'warn',
      ...(given && { MONGODB_URI: given }),
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  void ended.then(() => running.delete(child));

  const announcement = await firstLine(child, ended, () => log);
  // With a PUBLIC_URL it announces that, and needs a PORT of the test's choice.
  const port = settings.PORT ?? /:(\d+)\b/.exec(announcement)?.[1];
  const kill = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) {
      if (wrapper.length > 0) process.kill(-(child.pid ?? 0), signal);
      else child.kill(signal);
    }
    const [code, by] = await ended;
    requireCaught(log);
    return { code, signal: by };
  };
  return {
    url: `http://localhost:${port}`,
    dataDir,
    databaseUri:
      settings.MONGODB_URI ??
      given ??
      `mongodb://${encodeURIComponent(`${dataDir}/store.sock`)}/gatherly?directConnection=true`,
    pid: child.pid as number,
    announcement,
    log: () => log,
    kill,
    ended,
    stop: async ({ keepData = false, fault } = {}) => {
      await kill('SIGTERM');
      requireQuiet(log, fault);
      if (keepData) return;
      rmSync(dataDir, { recursive: true, force: true });
      if (given) await dropDatabase(given);
    },
  };
}

/**
 * @param fault what errors may say, for the test's own fault brings them with it
 * @throws when this log has an error or a secret.
 */
export function requireQuiet(log: string, fault?: string): void {
  requireCaught(log);
  requireNoSecret(log);
  const errors = log
    .split('\n')
    .filter((line) => line.includes('"level":50'))
    .filter((line) => fault === undefined || !line.includes(fault));
  if (errors.length > 0) throw new Error(`the server logged errors:\n${errors.join('\n')}`);
}

/** However a server ends, and whatever it was told to keep quiet about. */
function requireCaught(log: string): void {
  const uncaught = log
    .split('\n')
    .find((line) => /"(unhandledRejection|uncaughtException)"/.test(line));
  if (uncaught) throw new Error(`the server did not catch: ${uncaught}`);
}

async function firstLine(
  child: ChildProcess,
  ended: Promise<unknown>,
  log: () => string,
): Promise<string> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const announced = new Promise<string>((resolve) => {
    lines.on('line', (line) => line.startsWith('Gatherly is at ') && resolve(line));
  });
  const line = await Promise.race([announced, ended.then(() => null)]);
  if (line === null) throw new Error(`the server ended before it was ready:\n${log()}`);
  return line;
}
