import { expect, it } from 'vitest';
import { inAnyCase } from '#lib/use-cases/in-any-case.ts';

const fails = (why: string) => () => Promise.reject(new Error(why));
const works = () => Promise.resolve();

it('does what follows after the work, also after one that failed', async () => {
  const done: string[] = [];
  const note = (what: string) => async () => void done.push(what);
  await inAnyCase(note('work'), note('after'));
  await expect(inAnyCase(fails('work'), note('after all'))).rejects.toThrow('work');
  expect(done).toEqual(['work', 'after', 'after all']);
});

it('tells what failed first', async () => {
  await expect(inAnyCase(fails('work'), fails('after'))).rejects.toThrow('work');
  await expect(inAnyCase(works, fails('after'))).rejects.toThrow('after');
});
