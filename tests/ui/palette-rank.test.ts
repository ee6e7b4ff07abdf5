import { expect, it } from 'vitest';
import type { Conversation } from '#lib/contract/records.ts';
import { isFound, rankChats } from '../../app/(chat)/shell/palette-rank.ts';

/** Chats in which something was said at this minute. */
function chat(title: string, minute: number, username?: string): Conversation {
  const createdAt = new Date(minute * 60_000).toISOString();
  const peer = username === undefined ? null : { username };
  return { id: title, title, peer, createdAt, lastMessage: { createdAt } } as Conversation;
}

const titles = (rows: Conversation[], query: string, openId: string | null = null) =>
  rankChats(rows, query, openId).map(({ title }) => title);

it('finds names without regard to case and accents, and people by their username', () => {
  expect(isFound(chat('Cleo Bénard', 1), 'BENARD')).toBe(true);
  expect(isFound(chat('Cleo Bénard', 1, 'cb.99'), 'cleo 99')).toBe(true);
  expect(isFound(chat('Cleo Bénard', 1), 'cleo x')).toBe(false);
  expect(isFound(chat('سَارة', 1), 'سارة')).toBe(true);
});

it('puts what begins with the query first, then words that do, then the rest', () => {
  const rows = [chat('Tubenose', 9), chat('Cleo Bénard', 5), chat('Ben Okafor', 1)];
  expect(titles(rows, 'ben')).toEqual(['Ben Okafor', 'Cleo Bénard', 'Tubenose']);
});

it('puts what was said last first among equals, pinned or not', () => {
  const rows = [chat('Ben', 1), chat('Benno', 3), chat('Benita', 2)];
  expect(titles(rows, 'ben')).toEqual(['Benno', 'Benita', 'Ben']);
});

it('offers the chat before the open one as long as nothing is typed', () => {
  const rows = [chat('Now', 3), chat('Before', 2), chat('Long ago', 1)];
  expect(titles(rows, '', 'Now')).toEqual(['Before', 'Long ago', 'Now']);
  expect(titles(rows, 'now', 'Now')).toEqual(['Now']);
});
