import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { tryPassword } from '#lib/limits/password-tries.ts';
import { forget } from '#lib/runtime.ts';

let checked = 0;
let address = 0;

beforeEach(() => {
  vi.stubEnv('RATE_LIMITS', 'on');
  vi.stubEnv('LOG_LEVEL', 'silent');
  for (const kept of ['env', 'log', 'limit:passwords']) forget(kept);
  vi.useFakeTimers();
  checked = 0;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  forget('env');
});

/** Tries from an address that has not tried yet; answers how long to wait (s) when refused. */
async function attempt(isRight = false, fromSession = false): Promise<'right' | 'wrong' | number> {
  const from = `2001:db8:${(++address).toString(16)}::1`;
  try {
    const found = await tryPassword({ account: 'ana', fromSession, address: from }, async () => {
      checked++;
      return isRight ? 'ana' : null;
    });
    return found ? 'right' : 'wrong';
  } catch (error) {
    const { code, details } = error as { code: string; details: { retryAfterMs: number } };
    expect(code).toBe('rate_limited');
    return details.retryAfterMs / 1000;
  }
}

const attempts = async (times: number) => {
  const answers = [];
  for (let index = 0; index < times; index++) answers.push(await attempt());
  return answers;
};

it('waits for twice as long each time, up to an hour', async () => {
  const waits = [];
  for (let round = 0; round < 6; round++) {
    expect(await attempts(10)).toEqual(Array.from({ length: 10 }, () => 'wrong'));
    const [wait] = await attempts(1);
    waits.push(wait);
    vi.advanceTimersByTime(Number(wait) * 1000 - 1_000);
    // Trying on does not make it longer, and the right password waits with the others.
    expect(await attempts(3)).toEqual([1, 1, 1]);
    expect(await attempt(true)).toBe(1);
    vi.advanceTimersByTime(1_000);
  }
  expect(waits).toEqual([300, 600, 1200, 2400, 3600, 3600]);
  expect(await attempt(true)).toBe('right');
});

it('counts wrong ones only', async () => {
  await attempts(9);
  for (let index = 0; index < 20; index++) expect(await attempt(true)).toBe('right');
  expect(await attempt()).toBe('wrong');
  expect(await attempt()).toBe(300);
});

it('compares ten however many come at once', async () => {
  const answers = await Promise.all(Array.from({ length: 100 }, () => attempt()));
  expect(answers.filter((answer) => answer === 'wrong')).toHaveLength(10);
  expect(new Set(answers.filter((answer) => answer !== 'wrong')).size).toBeLessThanOrEqual(2);
  expect(checked).toBe(10);
});

it('gives tries back to an address from which many people sign in at once', async () => {
  const signIn = (account: number, isRight: boolean) => {
    const attempt = { account: `user${account}`, fromSession: false, address: '192.0.2.7' };
    return tryPassword(attempt, async () => (isRight ? 'in' : null)).catch(() => 'refused');
  };
  const all = await Promise.all(Array.from({ length: 70 }, (_, index) => signIn(index, true)));
  expect(all.filter((answer) => answer === 'in').length).toBeGreaterThanOrEqual(50);
  expect(await signIn(100, true)).toBe('in');
});

it('keeps tries for whoever is signed in, whatever strangers do', async () => {
  await attempts(20);
  expect(await attempt(true)).toBe(300);
  expect(await attempt(true, true)).toBe('right');
});

it('gives a try back that came to nothing', async () => {
  const failing = () =>
    tryPassword({ account: 'ben', fromSession: false, address: '192.0.2.1' }, async () => {
      throw new Error('the database is away');
    });
  for (let index = 0; index < 60; index++) await expect(failing()).rejects.toThrow('away');
});
