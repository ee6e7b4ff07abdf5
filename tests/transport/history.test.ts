import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Conversation, Message } from '#lib/contract/records.ts';
import { people, type Person } from '../support/people.ts';
import { sharedServer } from '../support/shared-server.ts';

const server = sharedServer();
let ana: Person;
let ben: Person;
let chat: Conversation;
const count = 230;

beforeAll(async () => {
  [ana, ben] = (await people(server.url, 'ana', 'ben')) as [Person, Person];
  chat = await ana.direct(ben);
  const phone = await ana.connect();
  await Promise.all(
    Array.from({ length: count }, (_, i) =>
      phone.ask('message:send', {
        conversationId: chat.id,
        clientId: randomUUID(),
        text: `${i + 1}`,
      }),
    ),
  );
});
afterAll(async () => {
  ana?.leave();
});

const seqs = (messages: Message[]) => messages.map(({ seq }) => seq);
const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);
const page = async (query: string) =>
  (await ben.rest('GET', `/conversations/${chat.id}/messages?${query}`)).body as {
    messages: Message[];
    hasMore: boolean;
  };

it('answers the latest page without a mark, oldest first', async () => {
  const { messages, hasMore } = await page('limit=20');
  expect(seqs(messages)).toEqual(range(count - 19, count));
  expect(hasMore).toBe(true);
});

it('pages backwards and forwards to the ends', async () => {
  expect(await page('before=31&limit=30')).toMatchObject({ hasMore: false });
  expect(seqs((await page('before=31&limit=30')).messages)).toEqual(range(1, 30));
  expect(seqs((await page('after=200&limit=30')).messages)).toEqual(range(201, 230));
  expect((await page('after=200&limit=30')).hasMore).toBe(false);
  expect((await page('after=200&limit=29')).hasMore).toBe(true);
  expect(await page(`after=${count}`)).toEqual({ messages: [], hasMore: false });
  expect(await page('before=1')).toEqual({ messages: [], hasMore: false });
});

it('answers what stands around a message', async () => {
  expect(seqs((await page('around=100&limit=11')).messages)).toEqual(range(95, 105));
  expect(seqs((await page('around=2&limit=11')).messages)).toEqual(range(1, 11));
});

it('answers what stands around a time', async () => {
  // From the first on: a slow machine writes many at one time, and the first of them is looked for.
  const { messages } = await page('after=0&limit=200');
  const { createdAt } = messages[60]!;
  const since = messages.findIndex((message) => message.createdAt === createdAt);
  const from = Math.max(1, messages[since]!.seq - 5);
  const query = (at: string) => `at=${encodeURIComponent(at)}&limit=10`;
  expect(seqs((await page(query(createdAt))).messages)).toEqual(range(from, from + 9));
  const [first, last] = ['2001-01-01T00:00:00.000Z', '2999-01-01T00:00:00.000Z'];
  expect(seqs((await page(query(first))).messages)).toEqual(range(1, 10));
  expect(seqs((await page(query(last))).messages)).toEqual(range(count - 4, count));
  const url = `/conversations/${chat.id}/messages`;
  expect((await ben.rest('GET', `${url}?at=yesterday`)).status).toBe(400);
  expect((await ben.rest('GET', `${url}?at=${createdAt}&around=3`)).status).toBe(400);
});

it.each([1, 7, 50, 199, 200])('visits each message once with pages of %i', async (limit) => {
  const seen: number[] = [];
  for (let more = true; more;) {
    const { messages, hasMore } = await page(`after=${seen.at(-1) ?? 0}&limit=${limit}`);
    seen.push(...seqs(messages));
    more = hasMore;
  }
  expect(seen).toEqual(range(1, count));
});

it('answers what has changed since a rev, by rev', async () => {
  const [first, second] = (await page('after=0&limit=2')).messages as [Message, Message];
  const { rev } = await ana.view(chat);
  await ana.rest('PATCH', `/conversations/${chat.id}/messages/${second.id}`, { text: 'changed' });
  await ana.rest('DELETE', `/conversations/${chat.id}/messages/${first.id}`, { for: 'everyone' });
  const { messages, hasMore } = await page(`sinceRev=${rev}`);
  expect(messages.map(({ id, rev }) => [id, rev])).toEqual([
    [second.id, rev + 1],
    [first.id, rev + 2],
  ]);
  expect(hasMore).toBe(false);
  expect((await page(`sinceRev=${rev + 2}`)).messages).toEqual([]);
});

it('refuses marks that make no sense', async () => {
  for (const query of [
    'before=1&after=2',
    'limit=0',
    'limit=201',
    'limit=x',
    'after=-1',
    'after=1&after=2',
    'page=2',
  ]) {
    const { status, body } = await ben.rest('GET', `/conversations/${chat.id}/messages?${query}`);
    expect({ query, status, code: body.code }).toEqual({
      query,
      status: 400,
      code: 'invalid_input',
    });
  }
});

it('answers the same over a socket', async () => {
  const device = await ben.connect();
  const reply = await device.ask('message:list', { conversationId: chat.id, after: 10, limit: 5 });
  expect(reply).toEqual({ ok: true, data: await page('after=10&limit=5') });
  ben.leave();
});
