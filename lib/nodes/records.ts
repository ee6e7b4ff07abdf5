import { remember } from '#lib/runtime.ts';
import { outlet, tellOthers } from './outlet.ts';
import { redis, type RedisClient } from './redis.ts';

// Who is here, for the other processes: a hash in Redis for each process, which expires unless the process
// says again that it lives. Those that run keep a copy, which what is told keeps up to date; the hash is
// for those that begin, or have missed something.

const expireSeconds = 30;
const keyOf = (process: string): string => `gatherly:present:${process}`;

interface Records {
  /** By person, the sign-ins whose page is in front. */
  own: Map<string, string[]>;
  /** The hash in Redis is not known to be what `own` is. */
  isStale: boolean;
}

const records = (): Records =>
  remember('presence-records', () => ({ own: new Map(), isStale: true }));

/**
 * Notes for the other processes which of a person's sign-ins look at a page here.
 * @param sessionIds null when the person has gone.
 */
export function recordPresence(userId: string, sessionIds: string[] | null): void {
  const link = redis();
  if (!link) return;
  const state = records();
  if (state.own.get(userId)?.join() === sessionIds?.join()) return;
  if (sessionIds) state.own.set(userId, sessionIds);
  else state.own.delete(userId);
  const key = keyOf(outlet().id);
  const written = sessionIds
    ? link.client.hSet(key, userId, sessionIds.join())
    : link.client.hDel(key, userId);
  written.catch(() => (state.isStale = true));
  tellOthers({ present: [userId, sessionIds, Date.now()] });
}

/** Has the records of this process live on. @returns whether they had gone, and were written anew. */
export async function keepRecords(client: RedisClient): Promise<boolean> {
  const state = records();
  const key = keyOf(outlet().id);
  // Not merely a hash: a change alone may have begun it anew after the whole had gone.
  const [isWhole] = await Promise.all([client.hExists(key, ''), client.expire(key, expireSeconds)]);
  if (isWhole && !state.isStale) return false;
  state.isStale = false;
  const fields = [...state.own].map(([userId, ids]) => [userId, ids.join()] as const);
  try {
    // With one field that is nobody's: a hash without any is none.
    await client
      .multi()
      .del(key)
      .hSet(key, new Map([['', ''], ...fields]))
      .expire(key, expireSeconds)
      .exec();
  } catch (error) {
    state.isStale = true;
    throw error;
  }
  return true;
}

/** Who is at another process, as it wrote itself. */
export async function recordsOf(
  client: RedisClient,
  process: string,
): Promise<Map<string, string[]>> {
  const found = Object.entries(await client.hGetAll(keyOf(process)));
  return new Map(
    found
      .filter(([userId]) => userId !== '')
      .map(([userId, ids]) => [userId, ids.split(',').filter(Boolean)]),
  );
}

export const removeRecords = (client: RedisClient): Promise<unknown> =>
  client.del(keyOf(outlet().id));
