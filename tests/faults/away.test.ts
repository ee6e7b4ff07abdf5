import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Conversation, Message } from '#lib/contract/records.ts';
import { people, type Device, type Person } from '../support/people.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { isLong, randomFrom, times } from './scale.ts';

// Somebody comes back to a conversation in which much was said, and reads it backwards while it goes on.

const count = times(1_000, 10_000);
const sizes = isLong ? Array.from({ length: 200 }, (_, i) => i + 1) : [1, 7, 64, 199, 200];
/** Long ones in a row, of which no page can hold many. */
const long = { from: 700, to: 724, text: 'ä'.repeat(30_000) };

let server: TestServer;
let ana: Person;
let ben: Person;
let chat: Conversation;
let phone: Device;
let tablet: Device;

beforeAll(async () => {
  server = await startServer();
  [ana, ben] = (await people(server.url, 'ana', 'ben')) as [Person, Person];
  chat = await ana.direct(ben);
  phone = await ana.connect();
  for (let n = 0; n < count; n += 200)
    await Promise.all(Array.from({ length: 200 }, (_, i) => say(n + i + 1)));
  tablet = await ben.connect();
}, 120_000);
afterAll(async () => {
  ana?.leave();
  ben?.leave();
  await server.stop();
});

async function say(n: number): Promise<void> {
  const text = n >= long.from && n < long.to ? long.text : `line ${n}`;
  const input = { conversationId: chat.id, clientId: randomUUID(), text };
  await insist(phone, 'message:send', input);
}

interface Page {
  messages: Message[];
  hasMore: boolean;
}

async function page(marks: { before?: number; after?: number; limit: number }): Promise<Page> {
  const { messages, hasMore } = await insist<Page>(tablet, 'message:list', {
    conversationId: chat.id,
    ...marks,
  });
  // It may be shorter than asked for, but whoever is told that there is more comes forward.
  expect(messages.length).toBeLessThanOrEqual(marks.limit);
  if (hasMore) expect(messages.length).toBeGreaterThan(0);
  return { messages, hasMore };
}

/** Asks as clients do: again where the server says that it was too much for it. */
async function insist<T>(device: Device, event: string, input: object): Promise<T> {
  for (;;) {
    const reply = await device.ask(event, input);
    if (reply.ok) return reply.data as T;
    expect(reply.error.code).toBe('unavailable');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const nameOf = ({ seq, id }: Message): string => `${seq} ${id}`;

/** Page after page to the beginning, each in its order, with the latest at the end. */
async function backwards(limit: number, between: () => void): Promise<string[]> {
  const pages: string[][] = [];
  let before: number | undefined;
  for (let hasMore = true; hasMore;) {
    const got = await page({ limit, ...(before !== undefined && { before }) });
    pages.push(got.messages.map(nameOf));
    before = got.messages[0]?.seq;
    hasMore = got.hasMore;
    between();
  }
  return pages.reverse().flat();
}

/** What has come since. */
async function forwards(after: number): Promise<string[]> {
  const seen: string[] = [];
  for (let hasMore = true; hasMore;) {
    const got = await page({ after: after + seen.length, limit: 200 });
    seen.push(...got.messages.map(nameOf));
    hasMore = got.hasMore;
  }
  return seen;
}

it(`reads ${count} messages once and in order with pages of ${sizes.length} sizes, while more arrive`, async () => {
  let said = count;
  for (const limit of sizes) {
    const coming: Promise<void>[] = [];
    let pages = 0;
    const seen = await backwards(limit, () => {
      if (pages++ % 20 === 0) coming.push(say((said += 1)));
    });
    await Promise.all(coming);
    const all = [...seen, ...(await forwards(seen.length))];
    expect(all.map((name) => Number(name.split(' ')[0]))).toEqual(
      Array.from({ length: said }, (_, i) => i + 1),
    );
    expect(new Set(all).size).toBe(said);
  }
  process.stdout.write(`away: ${said} messages with pages of ${sizes.length} sizes\n`);
}, 900_000);

it('reads the same with two pages as with one of their size', async () => {
  const random = randomFrom('paging law');
  for (let n = 0; n < times(30, 300); n++) {
    const before = 1 + Math.floor(random() * count);
    const [a, b] = [1 + Math.floor(random() * 100), 1 + Math.floor(random() * 100)];
    const later = await page({ before, limit: a });
    const earlier = await page({ before: later.messages[0]?.seq ?? 1, limit: b });
    const both = [...earlier.messages, ...later.messages].map(nameOf);
    const one = (await page({ before, limit: a + b })).messages.map(nameOf);
    // Either may be cut short by its bytes, at its far end.
    const most = Math.min(both.length, one.length);
    expect(both.slice(both.length - most)).toEqual(one.slice(one.length - most));
  }
}, 300_000);
