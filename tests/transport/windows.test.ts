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

it('forgets the windows that are over, and no others', () => {
  const { take } = createWindows(1, 10);
  take('ana');
  vi.advanceTimersByTime(5_000);
  take('ben');
  vi.advanceTimersByTime(5_000);
  expect(take('cem')).toBe(0);
  expect(take('ben')).toBe(5_000);
  expect(take('ana')).toBe(0);
});
