import { describe, expect, it } from 'vitest';
import { indexOfGoal, stepFrom } from '../../app/(chat)/conversation/log-places.ts';
import { estimateHeight } from '../../app/(chat)/conversation/row-height.ts';
import type { TimelineItem } from '../../app/(chat)/conversation/timeline.ts';

const bubble = (at: number, text = 'hello'): TimelineItem => ({
  kind: 'bubble',
  key: `at-${at}`,
  message: null,
  pending: {
    clientId: `at-${at}`,
    conversationId: 'c',
    text,
    createdAt: new Date(at).toISOString(),
    status: 'pending',
    error: null,
  },
  own: true,
  senderId: 'me',
  first: false,
  last: false,
});
const day = (at: number): TimelineItem => ({ kind: 'day', key: `day-${at}`, at });
const divider: TimelineItem = { kind: 'divider', key: 'divider', count: 2 };

describe('where to go', () => {
  const items = [day(100), bubble(100), bubble(200), day(300), divider, bubble(300), bubble(400)];

  it('opens at the divider, or else at the end', () => {
    expect(indexOfGoal(items, { to: 'opening' })).toBe(4);
    expect(indexOfGoal([bubble(100)], { to: 'opening' })).toBe(1);
    expect(indexOfGoal(items, { to: 'end' })).toBe(items.length);
  });

  it.each([
    [0, 0],
    [150, 2],
    // The lines above a message belong to it.
    [201, 3],
    [300, 3],
    [301, 6],
    [500, 7],
  ])('finds what was sent at %i or later in row %i', (at, index) => {
    expect(indexOfGoal(items, { to: 'time', at })).toBe(index);
  });
});

describe('the keys', () => {
  const items = [day(1), bubble(1), bubble(2), divider, bubble(3), bubble(4), bubble(5)];
  const step = (from: number, key: string) =>
    stepFrom(items, from, key, (direction) => from + 3 * direction);

  it.each([
    [2, 'ArrowUp', 1],
    [2, 'ArrowDown', 4],
    [4, 'ArrowUp', 2],
    [1, 'ArrowUp', 1],
    [6, 'ArrowDown', 6],
    [4, 'Home', 1],
    [1, 'End', 6],
    [5, 'PageUp', 2],
    [6, 'PageUp', 4],
    [1, 'PageDown', 4],
    [2, 'PageDown', 5],
    [1, 'PageUp', 1],
    [5, 'PageDown', 6],
    [1, 'Enter', null],
  ])('in row %i, %s leads to row %s', (from, key, to) => {
    expect(step(from, key)).toBe(to);
  });
});

describe('how high a row will be', () => {
  const metrics = { width: 800, rem: 16 };
  const height = (text: string, more = {}) =>
    estimateHeight(bubble(1, text), { ...metrics, ...more });

  it('grows with the lines of its text', () => {
    expect(height('one\ntwo') - height('one')).toBe(height('1\n2\n3') - height('1\n2'));
    expect(height('word '.repeat(100))).toBeGreaterThan(height('word '.repeat(20)));
    expect(height('word '.repeat(100), { width: 360 })).toBeGreaterThan(
      height('word '.repeat(100)),
    );
    expect(height('word', { rem: 22 })).toBeGreaterThan(height('word'));
  });

  it('is known of lines too', () => {
    for (const item of [day(1), divider]) expect(estimateHeight(item, metrics)).toBeGreaterThan(0);
  });
});
