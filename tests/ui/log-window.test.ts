import { describe, expect, it } from 'vitest';
import {
  around,
  earlier,
  later,
  windowOf,
  windowSize,
  windowStep,
} from '../../app/(chat)/conversation/log-window.ts';

const log = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ seq: from + index }));
const ends = (messages: { seq: number }[], start: number | null) => {
  const { shown } = windowOf(messages, start);
  return [shown[0]?.seq, shown.at(-1)?.seq];
};

describe('the window of the log', () => {
  it('shows all of a short log', () => {
    expect(ends(log(1, 40), null)).toEqual([1, 40]);
    expect(windowOf([], null).shown).toEqual([]);
  });

  it('shows the newest of a long log and stays with them', () => {
    expect(ends(log(1, 1000), null)).toEqual([1001 - windowSize, 1000]);
    expect(ends(log(1, 1001), null)).toEqual([1002 - windowSize, 1001]);
  });

  it('moves up in steps and holds still when older messages are put above', () => {
    const start = earlier(log(501, 1000), null);
    expect(ends(log(501, 1000), start)).toEqual([701 - windowStep, 1000 - windowStep]);
    expect(ends(log(1, 1000), start)).toEqual([701 - windowStep, 1000 - windowStep]);
  });

  it('moves down in steps until it is with the newest again', () => {
    const messages = log(1, 1000);
    const start = earlier(messages, earlier(messages, null));
    expect(later(messages, start)).toBe(701 - windowStep);
    expect(later(messages, later(messages, start))).toBeNull();
  });

  it('never shows more than its size', () => {
    for (const start of [null, 1, 350, 999, 2000])
      expect(windowOf(log(1, 1000), start).shown).toHaveLength(windowSize);
  });

  it('opens around a message', () => {
    const messages = log(1, 1000);
    expect(around(messages, 400)).toBe(400 - windowSize / 2);
    expect(around(messages, 10)).toBe(1);
    expect(around(messages, 990)).toBeNull();
  });
});
