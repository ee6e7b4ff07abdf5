import { env } from '#lib/env.ts';
import { remember } from '#lib/runtime.ts';
import { addressKey } from './address.ts';
import { fullOf, refuse, type Full } from './refuse.ts';
import { windowOf } from './spend.ts';

/** Whose password is tried, and from where. */
interface PasswordTry {
  /** The account; for what is none, something that stands for the name that was given. */
  account: string;
  /** A session of that account tries: strangers cannot use up its tries. */
  fromSession: boolean;
  address: string;
}

/** The wait after too many tries doubles up to this, and begins anew after a day. */
const longestWaitSeconds = 3600;
const daySeconds = 24 * 3600;

/**
 * Checks a password if there is a try left for its address and its account. Only wrong ones count:
 * a right one gives its try back, and so does a check that failed.
 * @param check null for a wrong password.
 * @throws AppError `rate_limited` before anything is checked.
 */
export async function tryPassword<T>(
  attempt: PasswordTry,
  check: () => Promise<T | null>,
): Promise<T | null> {
  if (env().RATE_LIMITS === 'off') return check();
  const address = addressKey(attempt.address);
  return counted('ADDRESS', address, attempt, () => {
    const whose = attempt.fromSession ? 'own' : 'any';
    return counted('ACCOUNT', `${whose}:${attempt.account}`, attempt, check);
  });
}

async function counted<T>(
  what: 'ACCOUNT' | 'ADDRESS',
  key: string,
  { account, address }: PasswordTry,
  check: () => Promise<T | null>,
): Promise<T | null> {
  const window = windows()[what];
  const limit = `PASSWORD_${what}`;
  await window.consume(key).catch(async (rejection: unknown) => {
    const full = fullOf(rejection);
    const waitMs = what === 'ACCOUNT' ? await waitOf(key, full) : full.msBeforeNext;
    refuse(limit, key, waitMs, { account, address });
  });
  let isWrong = false;
  try {
    const found = await check();
    isWrong = found === null;
    return found;
  } finally {
    if (!isWrong) await giveBack(what, key);
  }
}

/** How long an account with no try left has to wait (ms): each time twice as long as the time before. */
async function waitOf(key: string, { consumedPoints, msBeforeNext }: Full): Promise<number> {
  const { ACCOUNT: window, waits } = windows();
  // Only one sees the first try too many, however many come at once; the others wait with it.
  if (consumedPoints !== window.points + 1) return msBeforeNext;
  const { consumedPoints: times } = await waits.penalty(key);
  const { seconds } = env().RATE_LIMIT_PASSWORD_ACCOUNT;
  const waitSeconds = Math.min(seconds * 2 ** (times - 1), Math.max(seconds, longestWaitSeconds));
  await window.block(key, waitSeconds);
  return waitSeconds * 1000;
}

async function giveBack(what: 'ACCOUNT' | 'ADDRESS', key: string): Promise<void> {
  const window = windows()[what];
  const now = await window.get(key);
  // Not out of an account's wait: it would begin again, and longer.
  const isWaiting = what === 'ACCOUNT' && now !== null && now.consumedPoints > window.points;
  if (now && !isWaiting) await window.reward(key);
}

const windows = () =>
  remember('limit:passwords', () => {
    const { RATE_LIMIT_PASSWORD_ACCOUNT: account, RATE_LIMIT_PASSWORD_ADDRESS: address } = env();
    return {
      ACCOUNT: windowOf('PASSWORD_ACCOUNT', account.points, account.seconds),
      ADDRESS: windowOf('PASSWORD_ADDRESS', address.points, address.seconds),
      waits: windowOf('PASSWORD_WAITS', 1, daySeconds),
    };
  });
