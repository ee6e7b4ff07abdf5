import { BurstyRateLimiter, RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import { env, type Rate } from '#lib/env.ts';
import { redis } from '#lib/nodes/redis.ts';
import { remember } from '#lib/runtime.ts';
import { fullOf, refuse } from './refuse.ts';
import { createWindows } from './windows.ts';

/** What may be done so often. Its figures are the setting `RATE_LIMIT_…` of the same name. */
export type Limit =
  | 'REGISTER'
  | 'MESSAGES'
  | 'TYPING'
  | 'LOOKUPS'
  | 'PUSH'
  | 'PICTURES'
  | 'REQUESTS'
  | 'ANONYMOUS'
  | 'ADDRESS'
  | 'CONNECTIONS';

/**
 * Counts one use of what is limited, for whoever the key stands for. In memory it is done when this
 * returns; with Redis it is a round trip.
 * @returns undefined where there is nothing to wait for
 * @throws AppError `rate_limited` with the time to wait.
 */
export function spend(limit: Limit, key: string): Promise<void> | undefined {
  if (env().RATE_LIMITS === 'off') return undefined;
  const waitMs = limiterOf(limit)(key);
  if (typeof waitMs === 'number') return admit(limit, key, waitMs);
  return waitMs.then((ms) => admit(limit, key, ms));
}

function admit(limit: Limit, key: string, waitMs: number): undefined {
  if (waitMs > 0) refuse(limit, key, waitMs);
}

/** Counts a use by this key. @returns how long (ms) it has to wait; 0: it may be done. */
type Limiter = (key: string) => number | Promise<number>;

/** A timer of more than 24 days would go off at once. */
const longestSeconds = 7 * 24 * 3600;

const limiterOf = (limit: Limit): Limiter =>
  remember(`limit:${limit}`, () => limiterFor(limit, env()[`RATE_LIMIT_${limit}`]));

/**
 * Counts kept for so many seconds from the first one: for all processes in Redis, while that is away by
 * each one for itself.
 */
export function windowOf(name: string, points: number, seconds: number) {
  const own = new RateLimiterMemory({ keyPrefix: name, points, duration: seconds });
  const link = redis();
  if (!link) return own;
  return new RateLimiterRedis({
    storeClient: link.client,
    useRedisPackage: true,
    rejectIfRedisNotReady: true,
    keyPrefix: `gatherly:limit:${name}`,
    points,
    duration: seconds,
    insuranceLimiter: own,
  });
}

function limiterFor(name: string, { burst, points, seconds }: Rate): Limiter {
  // A burst is there again only after ten times what refilling it would take, so that the average
  // comes to no more than a tenth above the steady rate.
  const restSeconds = Math.min((10 * burst * seconds) / points, longestSeconds);
  const hasBurst = burst > points;
  if (!redis()) {
    const steady = createWindows(points, seconds);
    const bursts = hasBurst ? createWindows(burst - points, restSeconds) : undefined;
    return (key) => {
      const waitMs = steady.take(key);
      return waitMs > 0 && bursts ? Math.min(waitMs, bursts.take(key)) : waitMs;
    };
  }
  const steady = windowOf(name, points, seconds);
  const limiter = hasBurst
    ? new BurstyRateLimiter(steady, windowOf(`${name}-burst`, burst - points, restSeconds))
    : steady;
  return (key) =>
    limiter.consume(key).then(
      () => 0,
      (rejection: unknown) => Math.max(1, fullOf(rejection).msBeforeNext),
    );
}
