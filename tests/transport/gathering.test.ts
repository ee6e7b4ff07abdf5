import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createGathering } from '#lib/models/gathering.ts';

let began: number;
let done: number[];
let tookMs: number;

beforeEach(() => {
  vi.useFakeTimers();
  began = performance.now();
  done = [];
});
afterEach(() => vi.useRealTimers());

/** Notes when it was done, and takes `tookMs`. */
async function work(): Promise<void> {
  done.push(performance.now() - began);
  await new Promise((resolve) => setTimeout(resolve, tookMs));
}

it('does together what comes within a moment', async () => {
  tookMs = 1;
  const { soon } = createGathering(60, work);
  soon();
  await vi.advanceTimersByTimeAsync(50);
  soon();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(done).toEqual([60]);
});

it('rests after work that took long, so that it never takes most of the time', async () => {
  tookMs = 20;
  const { soon } = createGathering(60, work);
  soon();
  await vi.advanceTimersByTimeAsync(70);
  // While it is done.
  soon();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(done).toEqual([60, 60 + 20 + 200]);
});

it('rests half a second at most', async () => {
  tookMs = 3_000;
  const { soon } = createGathering(60, work);
  soon();
  await vi.advanceTimersByTimeAsync(3_000);
  soon();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(done).toEqual([60, 60 + 3_000 + 500]);
});

it('lets nobody wait for work that was slow long ago', async () => {
  tookMs = 3_000;
  const { soon } = createGathering(60, work);
  soon();
  await vi.advanceTimersByTimeAsync(10_000);
  soon();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(done).toEqual([60, 10_060]);
});

it('does it at once for a clean stop, after what is under way', async () => {
  tookMs = 100;
  const { soon, now } = createGathering(60, work);
  soon();
  await vi.advanceTimersByTimeAsync(70);
  soon();
  const stopped = now();
  await vi.advanceTimersByTimeAsync(5_000);
  await stopped;
  expect(done).toEqual([60, 160]);
});
