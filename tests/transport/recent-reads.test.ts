import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createRecentReads } from '#lib/models/recent-reads.ts';

interface Thing {
  key: string;
  version: number;
}

let stored: Map<string, Thing>;
let asked: string[];

beforeEach(() => {
  vi.useFakeTimers();
  stored = new Map(['a', 'b', 'c'].map((key) => [key, { key, version: 1 }]));
  asked = [];
});
afterEach(() => vi.useRealTimers());

const create = (again = async (found: Map<string, Thing>) => found) =>
  createRecentReads<Thing>(
    async (key) => {
      asked.push(key);
      return stored.get(key) ?? null;
    },
    (things) => {
      const keys = things.map(({ key }) => key);
      asked.push(keys.join('+'));
      return again(new Map([...stored].filter(([key]) => keys.includes(key))));
    },
    (thing) => thing !== null,
  );

it('reads once for all who ask meanwhile, and knows it at once afterwards', async () => {
  const reads = create();
  expect(reads.peek('a')).toBeNull();
  const both = [reads.read('a'), reads.read('a')];
  expect(await Promise.all(both)).toEqual([stored.get('a'), stored.get('a')]);
  await vi.advanceTimersByTimeAsync(1);
  expect(reads.peek('a')).toEqual(stored.get('a'));
  expect(asked).toEqual(['a']);
});

it('reads anew together what is in use, and lets go of the rest', async () => {
  const reads = create();
  await Promise.all(['a', 'b', 'c'].map((key) => reads.read(key)));
  await vi.advanceTimersByTimeAsync(1_000);
  reads.peek('a');
  reads.peek('b');
  stored.set('a', { key: 'a', version: 2 });
  stored.delete('b');
  await vi.advanceTimersByTimeAsync(1_500);
  expect(asked).toEqual(['a', 'b', 'c', 'a+b']);
  expect(reads.peek('a')).toEqual({ key: 'a', version: 2 });
  expect(reads.peek('b')).toBeNull();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(reads.peek('c')).toBeNull();
});

it('shows nothing that is older than 3 s, however often it was asked for', async () => {
  const reads = create(() => new Promise(() => undefined));
  await reads.read('a');
  for (let i = 0; i < 14; i++) {
    await vi.advanceTimersByTimeAsync(200);
    expect(reads.peek('a')).not.toBeNull();
  }
  await vi.advanceTimersByTimeAsync(200);
  expect(reads.peek('a')).toBeNull();
});

it('does not remember again what was forgotten while it was read anew', async () => {
  let answer = (): void => undefined;
  const reads = create((found) => new Promise((resolve) => (answer = () => resolve(found))));
  await reads.read('a');
  await vi.advanceTimersByTimeAsync(1);
  reads.peek('a');
  await vi.advanceTimersByTimeAsync(2_000);
  reads.forget('a');
  answer();
  await vi.advanceTimersByTimeAsync(1);
  expect(reads.peek('a')).toBeNull();
});

it('does not remember what was not found, nor a failure', async () => {
  const reads = create();
  await reads.read('x');
  await reads.read('x');
  expect(asked).toEqual(['x', 'x']);
});

it('answers in the order of asking, also where what is asked was forgotten in between', async () => {
  const answers: (() => void)[] = [];
  const reads = createRecentReads<Thing>(
    (key) => new Promise((resolve) => answers.push(() => resolve({ key, version: 1 }))),
    async () => new Map(),
    () => true,
  );
  const answered: string[] = [];
  const ask = async (name: string) => {
    // As a sender's messages are taken up: at once, if it is known.
    if (!reads.peek('a')) await reads.read('a');
    answered.push(name);
  };
  const first = ask('first');
  reads.forgetAll();
  const second = ask('second');
  // The later question is answered earlier.
  answers[1]?.();
  await vi.advanceTimersByTimeAsync(1);
  const third = ask('third');
  await vi.advanceTimersByTimeAsync(1);
  expect(answered).toEqual([]);
  answers[0]?.();
  await Promise.all([first, second, third]);
  expect(answered).toEqual(['first', 'second', 'third']);
});

it('answers who asks after a failure', async () => {
  let fail = (): void => undefined;
  const lost = new Promise<never>((_resolve, reject) => (fail = () => reject(new Error('away'))));
  const reads = createRecentReads<Thing>(
    async (key) => (asked.push(key) === 1 ? lost : (stored.get(key) ?? null)),
    async () => new Map(),
    () => true,
  );
  const first = reads.read('a');
  reads.forget('a');
  const second = reads.read('a');
  fail();
  await expect(first).rejects.toThrow('away');
  expect(await second).toEqual(stored.get('a'));
});
