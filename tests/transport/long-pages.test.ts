import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '#lib/contract/limits.ts';
import type { Conversation, Message } from '#lib/contract/records.ts';
import { people, type Device, type Person } from '../support/people.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let ana: Person;
let ben: Person;
let chat: Conversation;
let phone: Device;
const count = 60;
const long = 'x'.repeat(60_000);

interface Page {
  messages: Message[];
  hasMore: boolean;
}

beforeAll(async () => {
  server = await startServer({ REST_BACKLOG_KIB: '2048' });
  [ana, ben] = (await people(server.url, 'ana', 'ben')) as [Person, Person];
  chat = await ana.direct(ben);
  phone = await ana.connect();
  for (let n = 1; n <= count; n += 1) {
    const input = { conversationId: chat.id, clientId: randomUUID(), text: `${n} ${long}` };
    expect(await phone.ask('message:send', input)).toMatchObject({ ok: true });
  }
});
afterAll(async () => {
  for (const person of [ana, ben]) person?.leave();
  await server.stop();
});

const wires: [string, (query: Record<string, number>) => Promise<Page>][] = [
  [
    'REST',
    async (query) => {
      const search = new URLSearchParams(
        Object.entries(query).map(([key, value]) => [key, String(value)]),
      );
      return ana.done('GET', `/conversations/${chat.id}/messages?${search}`);
    },
  ],
  [
    'a socket',
    async (query) =>
      (await phone.ask('message:list', { conversationId: chat.id, ...query })).data as Page,
  ],
];

const seqs = ({ messages }: Page) => messages.map(({ seq }) => seq);
const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);
const bytesOf = ({ messages }: Page) =>
  messages.reduce((bytes, { text }) => bytes + Buffer.byteLength(JSON.stringify(text)), 0);

describe.each(wires)('a page of long messages over %s', (_, page) => {
  it('ends early and says that there is more', async () => {
    const latest = await page({ limit: 200 });
    expect(bytesOf(latest)).toBeLessThanOrEqual(limits.pageBytes);
    expect(bytesOf(latest)).toBeGreaterThan(limits.pageBytes - 2 * long.length);
    expect(latest.hasMore).toBe(true);
    expect(seqs(latest)).toEqual(range(count - latest.messages.length + 1, count));
  });

  it.each(['after', 'sinceRev'])('forwards by %s skips nothing', async (mark) => {
    const seen: number[] = [];
    for (let more = true; more;) {
      const answer = await page({ [mark]: seen.at(-1) ?? 0, limit: 200 });
      seen.push(...seqs(answer));
      more = answer.hasMore;
    }
    expect(seen).toEqual(range(1, count));
  });

  it('backwards skips nothing', async () => {
    const seen: number[] = [];
    for (let more = true; more;) {
      const answer = await page({ before: seen[0] ?? count + 1, limit: 200 });
      seen.unshift(...seqs(answer));
      more = answer.hasMore;
    }
    expect(seen).toEqual(range(1, count));
  });

  it('around a message has it, and what stands next to it on both sides', async () => {
    const answer = await page({ around: 30, limit: 200 });
    expect(bytesOf(answer)).toBeLessThanOrEqual(limits.pageBytes);
    expect(seqs(answer)).toEqual(range(answer.messages[0]!.seq, answer.messages.at(-1)!.seq));
    expect(seqs(answer)).toEqual(expect.arrayContaining([29, 30, 31]));
    expect(answer.hasMore).toBe(true);
  });
});

it('counts a text as it is sent, with every character escaped', async () => {
  const other = await ben.group('Noise', [ana]);
  const noise = `${'\u0001'.repeat(limits.textBytes - 1)}.`;
  for (let n = 0; n < 6; n += 1) {
    const clientId = randomUUID();
    const body = JSON.stringify({ clientId, text: noise });
    await ben.done('POST', `/conversations/${other.id}/messages`, body);
  }
  const answer = (await ben.done('GET', `/conversations/${other.id}/messages?limit=200`)) as Page;
  expect(answer).toMatchObject({ hasMore: true });
  expect(answer.messages).toHaveLength(2);
});

it('pages a list of conversations whose last messages are long, each once', async () => {
  const writer = (await people(server.url, 'wim'))[0]!;
  const groups: string[] = [];
  for (let n = 0; n < 25; n += 1) {
    const group = await writer.group(`Group ${n}`, [ben]);
    await writer.say(group, long);
    groups.unshift(group.id);
  }
  const device = await writer.connect();
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const input: { limit: number; cursor?: string } = { limit: 200, ...(cursor && { cursor }) };
    const { data } = await device.ask('conversation:list', input);
    const items = data.items as Conversation[];
    expect(JSON.stringify(items).length).toBeLessThan(limits.pageBytes + 200_000);
    seen.push(...items.map(({ id }) => id));
    cursor = data.nextCursor;
  } while (cursor !== null);
  expect(seen).toEqual(groups);
  writer.leave();
});

describe('answers that nobody reads', () => {
  const path = () => `/conversations/${chat.id}/messages?limit=200`;
  const status = async (person: Person) => (await person.rest('GET', path())).status;

  /** Asks for pages on one connection, and reads none, until the server has enough of it. */
  async function leaveUnread(person: Person): Promise<{ socket: Socket; asked: number }> {
    const head = `Host: localhost\r\nAuthorization: Bearer ${person.token}`;
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.pause();
    // The first ones go into the network's own buffers.
    for (let asked = 1; asked < 50; asked += 1) {
      socket.write(`GET /api/v1${path()} HTTP/1.1\r\n${head}\r\n\r\n`);
      if ((await status(person)) === 429) return { socket, asked };
    }
    throw new Error('nothing was refused');
  }

  it('are bounded for each person, and only theirs', async () => {
    const { socket } = await leaveUnread(ana);
    const refused = await ana.rest('GET', path());
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await status(ben)).toBe(200);
    // What changes something is never refused for it.
    await ana.say(chat, 'Still here');

    socket.destroy();
    await expect.poll(() => status(ana), { timeout: 20_000 }).toBe(200);
  });

  it('are all there for whoever reads them after all', async () => {
    const { socket, asked } = await leaveUnread(ben);
    let heads = '';
    socket.on('data', (bytes) => (heads += bytes.toString('latin1').replaceAll('x', '')));
    socket.resume();
    const answers = () => heads.match(/HTTP\/1\.1 (200|429)/g)?.length;
    await expect.poll(answers, { timeout: 20_000 }).toBe(asked);
    await expect.poll(() => status(ben)).toBe(200);
    socket.destroy();
  });
});
