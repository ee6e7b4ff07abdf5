import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Reply } from '#lib/contract/events.ts';
import type { Conversation, Message } from '#lib/contract/records.ts';
import { Device, people, type Person } from '../support/people.ts';
import { freePort } from '../support/raw.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { wholeHistory } from './oracle.ts';
import { isLong, times } from './scale.ts';

// A network between people and the server that swallows answers, stalls, cuts and goes silent.

const backWithinMs = 30_000;

let settings: { PORT: string };
let server: TestServer;
let proxy: TcpProxy;
let ana: Person;
let ben: Person;
let chat: Conversation;
let devices: Device[] = [];
/** How often the server said that it was too much for it. */
let unavailable = 0;

beforeAll(async () => {
  settings = { PORT: await freePort() };
  server = await startServer(settings);
  proxy = await startTcpProxy({ host: '127.0.0.1', port: Number(new URL(server.url).port) });
  [ana, ben] = (await people(server.url, 'ana', 'ben')) as [Person, Person];
});
afterEach(() => {
  Object.assign(proxy, { up: 'pass', down: 'pass' });
  for (const device of devices) device.close();
  devices = [];
});
afterAll(async () => {
  await proxy.shut();
  await server.stop();
});

/** A device of this person's behind the proxy. */
async function behind({ token }: Person, reconnects = false): Promise<Device> {
  const device = new Device(`http://127.0.0.1:${proxy.port}`, { token });
  device.socket.io.reconnection(reconnects);
  devices.push(device);
  await device.heard('ready');
  return device;
}

interface Sent {
  conversationId: string;
  clientId: string;
  text: string;
}

const toSend = (count: number): Sent[] =>
  Array.from({ length: count }, (_, i) => ({
    conversationId: chat.id,
    clientId: randomUUID(),
    text: `line ${i}`,
  }));

/** Asks as clients do: again where the server says that it was too much for it. */
async function insist<T>(device: Device, event: string, input: object): Promise<T> {
  for (;;) {
    const reply = await device.socket.timeout(backWithinMs).emitWithAck(event, input);
    if (reply.ok) return reply.data as T;
    expect(reply.error.code).toBe('unavailable');
    unavailable++;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const sendAll = (device: Device, messages: Sent[]): Promise<Message[]> =>
  Promise.all(
    messages.map(
      async (message) =>
        (await insist<{ message: Message }>(device, 'message:send', message)).message,
    ),
  );

it('stores once what is sent five times more because answers are swallowed', async () => {
  chat = await ana.group('Swallowed', [ben]);
  const messages = toSend(200);
  const deaf = await behind(ana);
  proxy.down = 'swallow';
  for (const message of messages) deaf.socket.emit('message:send', message);
  await expect.poll(async () => (await ana.view(chat)).lastSeq, { timeout: 20_000 }).toBe(201);
  proxy.cut();
  proxy.down = 'pass';
  const rounds: Message[][] = [];
  for (let retry = 0; retry < 5; retry++) rounds.push(await sendAll(await behind(ana), messages));
  const stored = (await wholeHistory(ben, chat.id)).filter(({ kind }) => kind === 'text');
  expect(stored.map(({ clientId }) => clientId)).toEqual(messages.map(({ clientId }) => clientId));
  for (const round of rounds) expect(round).toEqual(stored);
});

it('keeps the order of five hundred sends whose line is cut twice', async () => {
  chat = await ana.group('In order', [ben]);
  const messages = toSend(500);
  const acked = new Set<string>();
  for (const upTo of [150, 300, 500]) {
    const device = await behind(ana);
    const left = messages.filter(({ clientId }) => !acked.has(clientId));
    const enough = new Promise<void>((resolve, reject) => {
      const sendNext = () => {
        const message = left.shift();
        if (!message) return;
        device.socket.emit('message:send', message, (reply: Reply<unknown>) => {
          // Sent again after those behind it, it would stand behind them.
          if (!reply.ok) return reject(new Error(reply.error.code));
          acked.add(message.clientId);
          if (acked.size >= upTo) resolve();
          sendNext();
        });
      };
      // A busy machine refuses those that have stood in a line of hundreds for seconds.
      for (let onTheirWay = 0; onTheirWay < 50; onTheirWay++) sendNext();
    });
    await enough;
    proxy.cut();
    await device.hear('disconnect');
  }
  const stored = (await wholeHistory(ben, chat.id)).filter(({ kind }) => kind === 'text');
  expect(stored.map(({ text }) => text)).toEqual(messages.map(({ text }) => text));
});

it('delivers late and in order what a stalled line kept', async () => {
  chat = await ana.group('Stalled', [ben]);
  const bens = await behind(ben);
  proxy.down = 'stall';
  const texts = toSend(50);
  for (const { text, clientId } of texts) await ana.say(chat, text, clientId);
  expect(bens.all('message:new').filter(({ message }) => message.kind === 'text')).toEqual([]);
  proxy.down = 'pass';
  await bens.heard('message:new', ({ message }) => message.clientId === texts.at(-1)?.clientId);
  const heard = bens
    .all('message:new')
    .filter(({ message }) => message.conversationId === chat.id && message.kind === 'text');
  expect(heard.map(({ message }) => message.text)).toEqual(texts.map(({ text }) => text));
});

async function restart(): Promise<void> {
  await server.stop({ keepData: true });
  server = await startServer(settings, server.dataDir);
}

it.each([
  { what: 'whose lines are all cut at once', disturb: async () => proxy.cut() },
  { what: 'when the server has been restarted', disturb: restart },
])(
  'takes everybody back $what, and they miss nothing',
  async ({ what, disturb }) => {
    const count = times(200, 2_000);
    chat = await ana.group('Storm', [ben]);
    const clients: Device[] = [];
    for (let i = 0; i < count; i += 50) {
      const more = Array.from({ length: Math.min(50, count - i) }, () => behind(ben, true));
      clients.push(...(await Promise.all(more)));
    }
    for (const { events } of clients) events.length = 0;
    unavailable = 0;
    await disturb();
    const begun = performance.now();
    const message = await ana.say(chat, 'While they were away');
    await Promise.all(
      clients.map(async (device) => {
        await device.hear('disconnect', undefined, backWithinMs);
        await device.hear('ready', undefined, backWithinMs);
        const input = { conversationId: chat.id, sinceRev: 1 };
        const { messages } = await insist<{ messages: Message[] }>(device, 'message:list', input);
        expect(messages.map(({ id }) => id)).toEqual([message.id]);
      }),
    );
    const ms = Math.round(performance.now() - begun);
    process.stdout.write(
      `storm: ${count} clients ${what}, back after ${ms} ms, ${unavailable} refused at first\n`,
    );
    expect(clients.filter(({ socket }) => socket.connected)).toHaveLength(count);
  },
  240_000,
);

if (isLong)
  it('shows somebody offline within a minute whose line has gone silent', async () => {
    const watcher = await ana.connect();
    const silent = await behind(ben);
    await watcher.ask('presence:watch', { userIds: [ben.id] });
    Object.assign(proxy, { up: 'swallow', down: 'swallow' });
    const isOffline = (data: unknown) => {
      const presence = data as { userId: string; online: boolean };
      return presence.userId === ben.id && !presence.online;
    };
    await watcher.hear('presence', isOffline, 60_000);
    await expect.poll(() => proxy.connections(), { timeout: 10_000 }).toBe(0);
    silent.close();
    // Back, it catches up like anybody.
    Object.assign(proxy, { up: 'pass', down: 'pass' });
    await behind(ben);
    ana.leave();
  }, 120_000);
