import { expect, test } from 'vitest';
import { firstMark, unreadOf } from '#lib/client/first-page.ts';
import { createHistory } from '#lib/client/history.ts';
import { isBehind } from '#lib/client/rows.ts';
import { initialState } from '#lib/client/state.ts';
import { ana, ben, createHolder, createServerSide, type ServerSide } from './support.ts';

/** A page that the server drew with Ana's conversation; `between` happens after it has read the row. */
function drawn(read: number, between: (server: ServerSide) => void = () => undefined) {
  const server = createServerSide();
  for (let n = 0; n < 200; n += 1) server.post(ben);
  server.mark(ana, { readSeq: read });
  const row = server.row();
  between(server);
  const first = { conversationId: row.id, ...server.list(firstMark(unreadOf(row))) };
  const holder = createHolder(initialState(ana, [row], first));
  const checked: string[] = [];
  const history = createHistory({
    ...holder,
    call: () => Promise.reject(new Error('It has been there already')),
    check: (id) => void checked.push(id),
    loadMembers: () => Promise.resolve(),
    restore: () => Promise.resolve(),
  });
  return { ...holder, history, checked, id: row.id, log: () => holder.get().logs[row.id]! };
}

test.each([
  { of: 'the end', read: 200, from: 151, divider: null },
  { of: 'what is unread', read: 100, from: 76, divider: { seq: 101, count: 100 } },
])('a page that came with $of asks for nothing', async ({ read, from, divider }) => {
  const { get, history, log, id } = drawn(read);
  const before = log().messages;
  expect(before.map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, at) => from + at));
  await history.open(id);
  expect(log().messages).toBe(before);
  expect(log()).toMatchObject({ hasOlder: true, hasNewer: read < 200, loading: null, divider });
  expect(isBehind(get(), id)).toBe(false);
});

test('one during which something changed knows what it lacks', async () => {
  const { get, history, log, checked, id } = drawn(200, (server) => {
    server.edit(3, 'Far above what came');
    server.post(ben);
  });
  await history.open(id);
  expect(log().messages.at(-1)?.seq).toBe(201);
  expect(isBehind(get(), id)).toBe(true);
  expect(checked).toEqual([id]);
});
