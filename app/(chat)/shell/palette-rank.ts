import type { Conversation } from '#lib/contract/records.ts';

/** As compared: neither case nor accents count. */
const folded = (text: string): string =>
  text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase();

/** Whether every word of the query is in the chat's title or its person's username. */
export function isFound({ title, peer }: Conversation, query: string): boolean {
  const names = folded(`${title} ${peer?.username ?? ''}`);
  return wordsOf(query).every((word) => names.includes(word));
}

/**
 * The chats that one may mean, the likeliest first: those whose title begins with the query, then
 * those with words that do, then the rest; among equals, what was said last. The open chat comes
 * last as long as nothing is typed, so that Enter alone goes back to the one before.
 */
export function rankChats(
  rows: readonly Conversation[],
  query: string,
  openId: string | null,
): Conversation[] {
  const words = wordsOf(query);
  const whole = words.join(' ');
  return rows
    .filter((row) => isFound(row, query))
    .map((row) => ({
      row,
      fit: words.length === 0 ? Number(row.id !== openId) : fitOf(row, words, whole),
      at: Date.parse(row.lastMessage?.createdAt ?? row.createdAt),
    }))
    .sort((a, b) => b.fit - a.fit || b.at - a.at)
    .map(({ row }) => row);
}

function fitOf({ title, peer }: Conversation, words: string[], whole: string): number {
  const name = folded(title);
  if (name.startsWith(whole) || peer?.username === whole) return 2;
  const parts = [...name.split(/[^\p{L}\p{N}]+/u), peer?.username ?? ''];
  return Number(words.every((word) => parts.some((part) => part.startsWith(word))));
}

const wordsOf = (query: string): string[] => folded(query).split(/\s+/).filter(Boolean);
