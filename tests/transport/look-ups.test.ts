import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLookUps } from '#lib/models/look-ups.ts';

let asked: string[][];
let stored: Map<string, number>;
let lookUp: (key: string) => Promise<number | null>;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  stored = new Map([
    ['a', 1],
    ['b', 2],
  ]);
  lookUp = createLookUps(async (keys) => {
    asked.push(keys);
    return new Map([...stored].filter(([key]) => keys.includes(key)));
  });
});
afterEach(() => vi.useRealTimers());

it('asks at once for whoever comes alone', async () => {
  expect(await lookUp('a')).toBe(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await lookUp('b')).toBe(2);
  expect(asked).toEqual([['a'], ['b']]);
});

it('asks once for all who come soon after, for each thing once', async () => {
  const answers = ['a', 'b', 'b', 'c'].map(lookUp);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await Promise.all(answers)).toEqual([1, 2, 2, null]);
  expect(asked).toEqual([['a'], ['b', 'c']]);
});

it('reads what is there after it was asked', async () => {
  await lookUp('a');
  stored.set('b', 3);
  const answer = lookUp('b');
  stored.set('b', 4);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await answer).toBe(4);
});

it('does not wait for a question that is slow', async () => {
  lookUp = createLookUps((keys) =>
    keys.includes('slow') ? new Promise(() => undefined) : Promise.resolve(stored),
  );
  void lookUp('slow');
  const answer = lookUp('a');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await answer).toBe(1);
});

it('tells everybody who asked in it that a question failed, and asks the next one', async () => {
  let isAway = true;
  lookUp = createLookUps(async () => {
    if (isAway) throw new Error('away');
    return stored;
  });
  const answers = Promise.allSettled(['a', 'a', 'b'].map(lookUp));
  await vi.advanceTimersByTimeAsync(1_000);
  expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  isAway = false;
  expect(await lookUp('b')).toBe(2);
});

it('asks for 500 things at once at most', async () => {
  void lookUp('a');
  const many = Array.from({ length: 1_001 }, (_, n) => lookUp(`${n}`));
  await vi.advanceTimersByTimeAsync(1_000);
  await Promise.all(many);
  expect(asked.map(({ length }) => length)).toEqual([1, 500, 500, 1]);
});
