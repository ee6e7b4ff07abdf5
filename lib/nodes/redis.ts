import { setTimeout as delay } from 'node:timers/promises';
import type { createClient } from 'redis';
import { env } from '#lib/env.ts';
import { log } from '#lib/log.ts';
import { remember } from '#lib/runtime.ts';

// A connection that knows within two seconds that Redis is away, also when Redis is only silent: what was
// asked then fails, and what is asked from then on fails at once, until Redis is back.

/** To be called before anything else here. Most processes have no Redis, and spare its package a tenth of their start. */
export async function loadRedis(): Promise<void> {
  if (env().REDIS_URL === undefined) return;
  const { createClient } = await import('redis');
  remember('redis-package', () => createClient);
}

const makeClient = (url: string) =>
  loaded()({
    url,
    RESP: 2,
    disableOfflineQueue: true,
    // Connecting again is done here: the client's own way waits for ever for a Redis that is silent.
    socket: { reconnectStrategy: false, connectTimeout: 1_500 },
  });

/** What `loadRedis` has set; made here only if it has not. */
const loaded = () =>
  remember('redis-package', (): typeof createClient => {
    throw new Error('loadRedis has not been called');
  });

export type RedisClient = ReturnType<typeof makeClient>;

export interface Link {
  client: RedisClient;
  /** Whether Redis can be asked; waits for it if it went less than two seconds ago. */
  isUp(): Promise<boolean>;
  /** Ends the connection, and begins another. */
  renew(): void;
  close(): void;
}

const connectWithinMs = 2_000;
const waitForItMs = 2_000;
const longestPauseMs = 1_000;
const lookEveryMs = 500;
const silentLooks = 3;

/**
 * A connection to Redis, made again whenever it ends.
 * @param isWatched whether its silence is noticed here; not of one whose commands wait in Redis.
 */
export function openLink(url: string, isWatched: boolean): Link {
  const client = makeClient(url);
  const closed = new AbortController();
  const drop = () => {
    if (client.isOpen) client.destroy();
  };
  let downSince = performance.now();
  let waiting: ((isUp: boolean) => void)[] = [];
  const answerWaiting = () => {
    const asked = waiting;
    waiting = [];
    for (const answer of asked) answer(client.isReady);
  };
  client.on('ready', answerWaiting);
  // Every failure is told to whoever asked.
  client.on('error', () => undefined);
  void keepConnected(client, closed.signal, drop, () => (downSince = performance.now()));
  if (isWatched) watch(client, closed.signal, drop);
  return {
    client,
    isUp: async () => {
      const patienceMs = downSince + waitForItMs - performance.now();
      if (client.isReady || patienceMs <= 0) return client.isReady;
      setTimeout(answerWaiting, patienceMs);
      return new Promise((resolve) => waiting.push(resolve));
    },
    renew: drop,
    close: () => {
      closed.abort();
      drop();
      answerWaiting();
    },
  };
}

/** The connection by which this process tells, asks and counts; null without REDIS_URL. */
export function redis(): Link | null {
  const { REDIS_URL } = env();
  return REDIS_URL === undefined ? null : remember('redis', () => openLink(REDIS_URL, true));
}

async function keepConnected(
  client: RedisClient,
  closed: AbortSignal,
  drop: () => void,
  noteDown: () => void,
): Promise<void> {
  for (let failures = 0; !closed.aborted;) {
    const tooLate = setTimeout(drop, connectWithinMs);
    try {
      await client.connect().finally(() => clearTimeout(tooLate));
      if (failures > 1) log().warn('Redis is there again');
      failures = 0;
      await over(client, closed);
      noteDown();
    } catch (error) {
      failures++;
      if (failures === 2) {
        log().warn({ error: (error as Error).message }, 'Redis cannot be reached; trying again');
      }
      const pauseMs = Math.min(50 * 2 ** failures, longestPauseMs);
      await delay(pauseMs, undefined, { signal: closed }).catch(() => undefined);
    }
  }
}

function over(client: RedisClient, closed: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const events = ['end', 'error'] as const;
    const done = () => {
      if (client.isOpen && !closed.aborted) return;
      for (const event of events) client.off(event, done);
      closed.removeEventListener('abort', done);
      resolve();
    };
    for (const event of events) client.on(event, done);
    closed.addEventListener('abort', done);
    done();
  });
}

/** Counts looks, not time: a process that was held up itself has not been kept waiting by Redis. */
function watch(client: RedisClient, closed: AbortSignal, drop: () => void): void {
  let looks = 0;
  const answered = () => (looks = 0);
  const timer = setInterval(() => {
    if (!client.isReady) return void answered();
    if (looks++ === 0) client.ping().then(answered, answered);
    else if (looks > silentLooks) drop();
  }, lookEveryMs).unref();
  closed.addEventListener('abort', () => clearInterval(timer), { once: true });
}
