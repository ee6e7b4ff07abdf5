import { AppError, waitText } from '#lib/contract/errors.ts';
import { log } from '#lib/log.ts';
import { metrics } from '#lib/metrics.ts';
import { remember } from '#lib/runtime.ts';

/** What a limiter rejects with when nothing is left, as opposed to an error of its own. */
export interface Full {
  consumedPoints: number;
  msBeforeNext: number;
}

/** What a limiter rejected with. @throws what is an error. */
export function fullOf(rejection: unknown): Full {
  // Not by its class, of which Next's bundles have one of their own.
  if (rejection instanceof Error) throw rejection;
  return rejection as Full;
}

/**
 * Refuses what is over a limit.
 * @param about what the log is to tell besides the limit and the key.
 * @throws AppError `rate_limited`, to be tried again after `waitMs`.
 */
export function refuse(limit: string, key: string, waitMs: number, about: object = {}): never {
  const retryAfterMs = Math.max(1, Math.ceil(waitMs));
  note(limit, key, { retryAfterMs, ...about });
  throw new AppError('rate_limited', `Too many tries. Try again in ${waitText(retryAfterMs)}.`, {
    retryAfterMs,
  });
}

/** Counts that somebody went over a limit, and writes one line for each burst of it. */
export function note(limit: string, key: string, about: object = {}): void {
  const name = limit.toLowerCase();
  metrics().rateLimited.inc({ limit: name });
  if (isNewBurst(`${name}:${key}`)) log().warn({ limit: name, key, ...about }, 'over a limit');
}

/** How long a burst is the same one, however often it is refused. */
const sameBurstMs = 60_000;
const maxBursts = 10_000;

function isNewBurst(key: string): boolean {
  const bursts = remember('bursts', () => new Map<string, number>());
  const now = performance.now();
  const last = bursts.get(key);
  if (last !== undefined && now - last < sameBurstMs) return false;
  bursts.delete(key);
  // The oldest are first, since a new one goes to the end.
  for (const [oldest, at] of bursts) {
    if (now - at < sameBurstMs && bursts.size < maxBursts) break;
    bursts.delete(oldest);
  }
  bursts.set(key, now);
  return true;
}
