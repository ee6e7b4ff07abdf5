import { randomUUID } from 'node:crypto';
import { env } from '#lib/env.ts';
import { log } from '#lib/log.ts';
import { remember } from '#lib/runtime.ts';
import { redis } from './redis.ts';

// What a process has to tell the others goes into one Redis stream, in order. Each entry has its number
// among those of its process, so that whoever lacks one notices. What Redis does not take is not kept: the
// hole tells the others that there was something, and they look it up in the database.

export const streamKey = 'gatherly:stream';

interface Outlet {
  /** The name of this process among the others. */
  id: string;
  /** How many entries have been written or lost. */
  count: number;
  waiting: string[];
  waitingLength: number;
  writing: Set<Promise<void>>;
}

const maxEntryLength = 256 * 1024;

export const outlet = (): Outlet =>
  remember('outlet', () => ({
    id: randomUUID(),
    count: 0,
    waiting: [],
    waitingLength: 0,
    writing: new Set(),
  }));

/** Tells all other processes; what is told in one turn goes together. Nothing without REDIS_URL. */
export function tellOthers(item: object): void {
  if (!redis()) return;
  const state = outlet();
  const text = JSON.stringify(item);
  if (state.waitingLength + text.length > maxEntryLength) writeWaiting(state);
  if (state.waiting.push(text) === 1) setImmediate(() => writeWaiting(state));
  state.waitingLength += text.length;
}

/** Resolves when all that has been told so far is in Redis, or cannot be had there: after some seconds. */
export async function allTold(): Promise<void> {
  if (!redis()) return;
  const state = outlet();
  writeWaiting(state);
  // One round: others go on telling.
  await Promise.all(state.writing);
}

function writeWaiting(state: Outlet): void {
  if (state.waiting.length === 0) return;
  const items = `[${state.waiting.join(',')}]`;
  state.waiting = [];
  state.waitingLength = 0;
  state.count++;
  const written = write(state.id, state.count, items).finally(() => state.writing.delete(written));
  state.writing.add(written);
}

/** Once more if it fails: whoever reads it twice knows it by its number. */
async function write(id: string, count: number, items: string, tries = 2): Promise<void> {
  const link = redis();
  if (!link || !(await link.isUp())) return noteLoss('Redis is away');
  try {
    const entry = { from: id, count: String(count), items };
    await link.client.xAdd(streamKey, '*', entry, trimming());
  } catch (error) {
    if (tries > 1) return write(id, count, items, tries - 1);
    noteLoss((error as Error).message);
  }
}

export const trimming = () => ({
  TRIM: {
    strategy: 'MAXLEN' as const,
    strategyModifier: '~' as const,
    threshold: env().REDIS_STREAM_LENGTH,
  },
});

/** One line for each outage is the connection's to write; this one says what it has meant. */
function noteLoss(error: string): void {
  const losses = remember('outlet-losses', () => ({ noted: -Infinity, count: 0 }));
  losses.count++;
  if (performance.now() - losses.noted < 60_000) return;
  losses.noted = performance.now();
  log().warn({ error, count: losses.count }, 'other processes could not be told something');
}
