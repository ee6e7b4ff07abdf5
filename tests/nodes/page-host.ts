import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { requireNoSecret } from '../support/leaks.ts';
import { readyAt, until } from './cluster.ts';

/** Pages and REST without a socket server, as a platform for functions runs them: `next start`. */
export interface PageHost {
  url: string;
  /** What it has written so far. */
  log(): string;
  /** Ends it, and fails if it has logged an error. */
  stop(): Promise<void>;
}

export const next = createRequire(import.meta.url).resolve('next/dist/bin/next');

/**
 * Starts the production build; resolves when it can work, or has said why it cannot.
 * @param url where it is, at this machine
 */
export async function startPageHost(
  url: string,
  settings: Record<string, string>,
): Promise<PageHost> {
  const options = [next, 'start', '--port', new URL(url).port, '--hostname', '127.0.0.1'];
  const child = spawn(process.execPath, options, {
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      LOG_LEVEL: 'warn',
      RATE_LIMITS: 'off',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const ended = once(child, 'exit');
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`the page host ended:\n${log}`);
    const answer = await readyAt(url).catch(() => null);
    return answer?.redis === 'ok' || log.includes('cannot serve');
  });
  return {
    url,
    log: () => log,
    stop: async () => {
      child.kill();
      await ended;
      process.off('exit', kill);
      requireNoSecret(log);
      const errors = log.split('\n').filter((line) => line.includes('"level":50'));
      if (errors.length > 0) throw new Error(`the page host logged errors:\n${errors.join('\n')}`);
    },
  };
}
