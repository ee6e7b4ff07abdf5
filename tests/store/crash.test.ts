import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Store } from '#lib/embedded-mongo/store.ts';
import { allDocuments, checkIndexes } from './crash-checks.ts';
import { Oracle } from './crash-oracle.ts';
import { hasStrace } from '../faults/strace.ts';
import { temporaryDirectory } from './support.ts';

const crashes = Number(process.env.STORE_CRASHES ?? 4);
const kills = Number(process.env.STORE_KILLS ?? (hasStrace ? 0 : crashes));

// As built: to compile the sources takes longer than most of what is tried with it.
const serve = fileURLToPath(new URL('../../dist/store.mjs', import.meta.url));

/** Which sync to crash at: each of them when there are many, early and late ones when few. */
const syncs = crashes >= 60 ? Array.from({ length: crashes }, (_, i) => i + 1) : [1, 5, 22, 90];

/** Serves the store in a process of its own. Killing strace would leave that process running. */
async function serveStore(data: string, socket: string, crashAt: number | undefined) {
  const command = [process.execPath, serve, '--data', data, '--socket', socket];
  const trace = `inject=fdatasync:signal=SIGKILL:when=${crashAt}`;
  const strace = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=fdatasync', '-e', trace];
  const [program, ...args] = crashAt === undefined ? command : [...strace, ...command];
  const child = spawn(program!, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    // One thread that syncs, so that the N-th sync is the N-th of the store.
    env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
  });
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  // A store that crashes at its first sync never says that it listens.
  const isUp = await Promise.race([
    once(child.stdout, 'data').then(() => true),
    ended.then(() => false),
  ]);
  return { child, ended, isUp };
}

async function crashAgainAndAgain(moments: (number | undefined)[]): Promise<Oracle> {
  const directory = await temporaryDirectory();
  const [data, socket] = [join(directory.path, 'data'), join(directory.path, 's.sock')];
  const oracle = new Oracle();
  const uri = `mongodb://${encodeURIComponent(socket)}/?directConnection=true`;
  for (const crashAt of moments) {
    const { child, ended, isUp } = await serveStore(data, socket, crashAt);
    const written = isUp ? oracle.write(uri) : undefined;
    if (crashAt === undefined) {
      await delay(200 + Math.random() * 800);
      child.kill('SIGKILL');
    }
    const [[code, signal]] = await Promise.all([ended, written]);
    expect(signal === 'SIGKILL' || code === 137, `ended with ${code} ${signal}`).toBe(true);
    const store = await Store.open(join(data, 'store.lmdb'));
    try {
      const [counter] = allDocuments(store, 'test.counters');
      oracle.judge(allDocuments(store, 'test.messages'), counter);
      for (const name of ['messages', 'counters']) checkIndexes(store, `test.${name}`);
    } finally {
      await store.close();
    }
  }
  await directory.remove();
  return oracle;
}

describe('a crash of the embedded store', () => {
  if (hasStrace)
    it(`at one of ${syncs.length} syncs loses and tears nothing that was acknowledged`, async () => {
      const oracle = await crashAgainAndAgain(syncs);
      expect(oracle.acknowledged).toBeGreaterThan(syncs.length);
    }, 600_000);

  if (kills > 0)
    it(`by kill -9 at ${kills} random moments (${hasStrace ? 'by STORE_KILLS' : 'there is no strace'}) loses and tears nothing`, async () => {
      const oracle = await crashAgainAndAgain(Array.from({ length: kills }, () => undefined));
      expect(oracle.acknowledged).toBeGreaterThan(kills * 10);
    }, 600_000);
});
