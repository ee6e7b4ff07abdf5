import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Command } from '#lib/client/socket.ts';
import { createTyping } from '#lib/client/typing.ts';
import { ben, cleo, createHolder, createServerSide, loaded } from './support.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const here = createServerSide().id;
const there = 'c'.repeat(24);

function createTyper() {
  const holder = createHolder(loaded(createServerSide()));
  const told: [string, boolean][] = [];
  const command = ((_: string, input: { conversationId: string; typing: boolean }) => {
    told.push([input.conversationId, input.typing]);
    return Promise.resolve({});
  }) as unknown as Command;
  return { ...holder, told, typing: createTyping({ ...holder, command }) };
}

describe('telling the others', () => {
  test('starts at once, repeats every 3 s, and stops 3 s after the last key', () => {
    const { typing, told } = createTyper();
    for (let second = 0; second <= 7; second += 1) {
      typing.input(here, 'x'.repeat(second + 1));
      vi.advanceTimersByTime(1000);
    }
    expect(told).toEqual([
      [here, true],
      [here, true],
      [here, true],
    ]);
    vi.advanceTimersByTime(1999);
    expect(told).toHaveLength(3);
    vi.advanceTimersByTime(1);
    expect(told.at(-1)).toEqual([here, false]);
    vi.advanceTimersByTime(60_000);
    expect(told).toHaveLength(4);
  });

  test('blanks are not typing, and clearing the text ends it', () => {
    const { typing, told } = createTyper();
    typing.input(here, '  \n');
    expect(told).toEqual([]);
    typing.input(here, 'a');
    typing.input(here, ' ');
    expect(told).toEqual([
      [here, true],
      [here, false],
    ]);
  });

  test('ends on sending, and in one conversation when it begins in another', () => {
    const { typing, told } = createTyper();
    typing.input(here, 'a');
    typing.input(there, 'b');
    typing.end();
    typing.end();
    expect(told).toEqual([
      [here, true],
      [here, false],
      [there, true],
      [there, false],
    ]);
  });
});

describe('hearing of the others', () => {
  const sign = (userId: string, typing = true) => ({ conversationId: here, userId, typing });

  test('a sign is forgotten after 6 s without another', () => {
    const { typing, get } = createTyper();
    typing.receive(sign(ben.id));
    vi.advanceTimersByTime(4000);
    typing.receive(sign(cleo.id));
    vi.advanceTimersByTime(1999);
    expect(Object.keys(get().typing[here]!)).toEqual([ben.id, cleo.id]);
    vi.advanceTimersByTime(1);
    expect(Object.keys(get().typing[here]!)).toEqual([cleo.id]);
    typing.receive(sign(cleo.id));
    vi.advanceTimersByTime(5999);
    expect(Object.keys(get().typing[here]!)).toEqual([cleo.id]);
    vi.advanceTimersByTime(1);
    expect(get().typing).toEqual({});
  });

  test('a stop is one at once, and a lost connection for all', () => {
    const { typing, get } = createTyper();
    typing.receive(sign(ben.id));
    typing.receive(sign(ben.id, false));
    expect(get().typing).toEqual({});
    typing.receive(sign(ben.id));
    typing.forget();
    expect(get().typing).toEqual({});
  });
});
