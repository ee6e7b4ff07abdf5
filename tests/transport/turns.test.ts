import { expect, it } from 'vitest';
import { createTurns } from '#lib/limits/turns.ts';

/** Works that end when they are told to, and who has begun. */
function createWorks() {
  const begun: string[] = [];
  const ends = new Map<string, { end: () => void; fail: (error: Error) => void }>();
  return {
    begun,
    work: (name: string) => () => {
      begun.push(name);
      return new Promise<void>((end, fail) => ends.set(name, { end, fail }));
    },
    end: (name: string) => ends.get(name)?.end(),
    fail: (name: string) => ends.get(name)?.fail(new Error(name)),
  };
}

it('has a few of each key at a time, the rest in the order of asking', async () => {
  const turns = createTurns(2);
  const { begun, work, end } = createWorks();
  const done = ['a1', 'a2', 'a3', 'a4'].map((name) => turns('a', work(name)));
  void turns('b', work('b1'));
  expect(begun).toEqual(['a1', 'a2', 'b1']);
  end('a2');
  await done[1];
  expect(begun).toEqual(['a1', 'a2', 'b1', 'a3']);
  const late = turns('a', work('a5'));
  end('a1');
  await done[0];
  expect(begun.slice(4)).toEqual(['a4']);
  for (const name of ['a3', 'a4']) end(name);
  await Promise.all(done);
  end('a5');
  await late;
  expect(begun.slice(5)).toEqual(['a5']);
});

it('goes on after one that failed', async () => {
  const turns = createTurns(1);
  const { begun, work, end, fail } = createWorks();
  const [first, second] = [turns('a', work('first')), turns('a', work('second'))];
  fail('first');
  await expect(first).rejects.toThrow('first');
  expect(begun).toEqual(['first', 'second']);
  end('second');
  await second;
});

it('refuses who comes when enough of its key wait, and nobody else', async () => {
  const turns = createTurns(1, { most: 1, full: () => new Error('full') });
  const { begun, work, end } = createWorks();
  const done = [turns('a', work('a1')), turns('a', work('a2'))];
  await expect(turns('a', work('a3'))).rejects.toThrow('full');
  done.push(turns('b', work('b1')));
  expect(begun).toEqual(['a1', 'b1']);
  end('a1');
  end('b1');
  await done[0];
  end('a2');
  await Promise.all(done);
  const late = turns('a', work('a4'));
  expect(begun).toEqual(['a1', 'b1', 'a2', 'a4']);
  end('a4');
  await late;
});
