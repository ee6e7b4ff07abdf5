import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createDeadlines } from '#lib/patience.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('tells each of many that it is late, at its own time and in order', () => {
  const late: string[] = [];
  const deadline = createDeadlines(1_000);
  deadline(() => late.push('first'));
  vi.advanceTimersByTime(400);
  deadline(() => late.push('second'));
  deadline(() => late.push('third'));
  vi.advanceTimersByTime(599);
  expect(late).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(late).toEqual(['first']);
  vi.advanceTimersByTime(400);
  expect(late).toEqual(['first', 'second', 'third']);
});

it('says nothing to what was called off, and begins again after a rest', () => {
  const late: string[] = [];
  const deadline = createDeadlines(1_000);
  const callOff = deadline(() => late.push('called off'));
  vi.advanceTimersByTime(500);
  callOff();
  vi.advanceTimersByTime(2_000);
  expect(vi.getTimerCount()).toBe(0);
  deadline(() => late.push('later'));
  vi.advanceTimersByTime(999);
  expect(late).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(late).toEqual(['later']);
});
