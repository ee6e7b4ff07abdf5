import { BurstyRateLimiter, RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import { env, type Rate } from '#lib/env.ts';
import { redis } from '#lib/nodes/redis.ts';
import { remember } from '#lib/runtime.ts';
import { fullOf, refuse } from './refuse.ts';

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
 * Counts one use of what is limited, for whoever the key stands for. In memory it takes
 * microseconds, and the count is taken before this returns; with Redis it is a round trip.
 * @returns undefined where nothing is limited
 * @throws AppError `rate_limited` with the time to wait.
 */
export function spend(limit: Limit, key: string): Promise<void> | undefined {
  if (env().RATE_LIMITS === 'off') return undefined;
  return limiterOf(limit)
    .consume(key)
    .then(
      () => undefined,
      (rejection: unknown) => refuse(limit, key, fullOf(rejection).msBeforeNext),
    );
}

/** A timer of more than 24 days would go off at once. */
const longestSeconds = 7 * 24 * 3600;

const limiterOf = (limit: Limit) =>
  remember(`limit:${limit}`, () => limiterFor(limit, env()[`RATE_LIMIT_${limit}`]));

/**
 * Counts kept for so many seconds from the first one. The one place that says where they are kept: for
 * all processes in Redis, while that is away by each one for itself.
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

function limiterFor(name: string, { burst, points, seconds }: Rate) {
  const steady = windowOf(name, points, seconds);
  if (burst <= points) return steady;
  // A burst is there again only after ten times what refilling it would take, so that the average
  // comes to no more than a tenth above the steady rate.
  const restSeconds = Math.min((10 * burst * seconds) / points, longestSeconds);
  return new BurstyRateLimiter(steady, windowOf(`${name}-burst`, burst - points, restSeconds));
}
