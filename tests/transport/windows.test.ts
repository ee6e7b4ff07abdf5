import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createWindows } from '#lib/limits/windows.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('lets each key have so many uses in a window, which begins with its first use', () => {
  const { take } = createWindows(2, 10);
  expect([take('ana'), take('ana')]).toEqual([0, 0]);
  vi.advanceTimersByTime(4_000);
  expect(take('ana')).toBe(6_000);
  expect(take('ben')).toBe(0);
  vi.advanceTimersByTime(6_000);
  expect([take('ana'), take('ana')]).toEqual([0, 0]);
  expect(take('ana')).toBe(10_000);
});

it('does not let a window last longer for uses that are refused', () => {
  const { take } = createWindows(1, 10);
  take('ana');
  for (let waitMs = 9_000; waitMs > 0; waitMs -= 1_000) {
    vi.advanceTimersByTime(1_000);
    expect(take('ana')).toBe(waitMs);
  }
  vi.advanceTimersByTime(1_000);
  expect(take('ana')).toBe(0);
});

it('begins a window anew that is over, and no other', () => {
  const { take } = createWindows(1, 10);
  take('ana');
  vi.advanceTimersByTime(5_000);
  take('ben');
  vi.advanceTimersByTime(5_000);
  expect(take('cem')).toBe(0);
  expect(take('ben')).toBe(5_000);
  expect(take('ana')).toBe(0);
});

it('keeps nothing of windows that are over', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heldBytes = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const { take } = createWindows(1, 10);
  const use = (from: number) => {
    for (let second = from; second < from + 60; second++) {
      vi.advanceTimersByTime(1_000);
      for (let n = 0; n < 1_000; n++) take(`${second}-${n}`);
    }
  };
  use(0);
  const before = heldBytes();
  use(60);
  // Sixty thousand windows more, of which ten thousand last, as before: kept, they would be some MB.
  expect(heldBytes() - before).toBeLessThan(2_000_000);
  expect(take('119-999')).toBeGreaterThan(0);
});
