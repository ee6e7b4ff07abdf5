import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { isBehind } from '#lib/client/rows.ts';
import type { Conversation, Message } from '#lib/contract/records.ts';
import { startDroppingProxy, type DroppingProxy } from '../support/dropping-proxy.ts';
import { people, type Device, type Person } from '../support/people.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { openBrowser } from './browser.ts';
import { wholeHistory } from './oracle.ts';
import { randomFrom, times } from './scale.ts';

// A line that loses single events, and the client's own socket and sync behind it: it has to notice
// each hole by itself, fill it with one request at most, and leave the connection as it is.

const dropped = 0.1;
const reach = fetch;

let server: TestServer;
let proxy: DroppingProxy;
let ana: Person;
let ben: Person;
let chat: Conversation;
let phone: Device;
let browser: ReturnType<typeof openBrowser>;
let random: () => number;
/** What it took to begin with. */
let [opening, connected] = [0, 0];

/** What the server pushed of the conversation, and what became of it on the way. */
let line = { pushed: 0, lost: 0, holes: 0, isHole: false, isGood: true };

function drops(packet: string): boolean {
  if (!packet.startsWith('42["message:')) return false;
  const isLost = !line.isGood && random() < dropped;
  line.pushed++;
  if (isLost) line.lost++;
  if (isLost && !line.isHole) line.holes++;
  line.isHole = isLost;
  return isLost;
}

beforeAll(async () => {
  random = randomFrom('lost events');
  server = await startServer();
  proxy = await startDroppingProxy(Number(new URL(server.url).port), drops);
  // The client's requests go where its page comes from, with its session.
  vi.stubGlobal('fetch', (url: string, init: RequestInit = {}) => {
    if (!url.startsWith('/')) return reach(url, init);
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${ben.token}`);
    return reach(server.url + url, { ...init, headers });
  });
});
beforeEach(async () => {
  [ana, ben] = (await people(server.url, 'ana', 'ben')) as [Person, Person];
  chat = await ana.direct(ben);
  await ana.say(chat, 'Let us begin');
  phone = await ana.connect();
  line = { pushed: 0, lost: 0, holes: 0, isHole: false, isGood: true };
  connected = proxy.connected();
  browser = openBrowser(ben, proxy.url);
  await expect.poll(() => browser.get().listStatus).toBe('ready');
  await browser.open(chat.id);
  opening = browser.asked('listMessages');
  line.isGood = false;
});
afterEach(() => {
  browser.close();
  ana.leave();
});
afterAll(async () => {
  vi.unstubAllGlobals();
  await proxy.shut();
  await server.stop();
});

/** Ana's next change: she writes, and now and then corrects or takes back what she wrote. */
async function change(mine: Message[]): Promise<void> {
  const kind = random();
  const [message] = kind < 0.25 ? mine.splice(Math.floor(random() * mine.length), 1) : [];
  if (!message) {
    const input = { conversationId: chat.id, clientId: randomUUID(), text: `so ${kind}` };
    mine.push(await done('message:send', input));
  } else if (kind < 0.05) {
    await done('message:delete', { messageId: message.id, for: 'everyone' });
  } else {
    mine.push(await done('message:edit', { messageId: message.id, text: `better ${kind}` }));
  }
}

async function done(event: string, input: object): Promise<Message> {
  const reply = await phone.ask(event, input);
  if (!reply.ok) throw new Error(reply.error.code);
  return reply.data.message as Message;
}

/** Until the client says that it has everything up to this change. */
const knows = (rev: number) =>
  expect
    .poll(() => [browser.get().known[chat.id]?.rev, isBehind(browser.get(), chat.id)], {
      interval: 1,
      timeout: 30_000,
    })
    .toEqual([rev, false]);

/** The client has what the server has, and it took one connection and one list of conversations. */
async function judge(): Promise<void> {
  line.isGood = true;
  await ana.say(chat, 'That was all');
  const { lastSeq, rev, unreadCount, lastMessage } = await ben.view(chat);
  await knows(rev);
  expect(browser.get().logs[chat.id]).toMatchObject({
    messages: await wholeHistory(ben, chat.id),
    hasOlder: false,
    hasNewer: false,
  });
  // What is unread may still be asked anew.
  await expect
    .poll(() => browser.get().conversations[chat.id])
    .toMatchObject({ lastSeq, rev, unreadCount, lastMessage });
  expect(browser.asked('listMessages') - opening).toBeLessThanOrEqual(line.holes);
  expect([browser.told('ready'), proxy.connected(), browser.asked('listConversations')]).toEqual([
    1,
    connected + 1,
    1,
  ]);
}

const slow = times(150, 2_000);
it(`fills each hole in ${slow} events by one request, as soon as the next event shows it`, async () => {
  const mine: Message[] = [];
  const { rev } = await ana.view(chat);
  for (let n = 1; n <= slow; n++) {
    await change(mine);
    await expect.poll(() => line.pushed, { interval: 1 }).toBe(n);
    if (line.isHole) continue;
    await knows(rev + n);
    expect(browser.asked('listMessages') - opening).toBe(line.holes);
  }
  await judge();
  process.stdout.write(
    `lost events: ${line.lost} of ${slow}, ${line.holes} holes, as many requests\n`,
  );
}, 300_000);

const flood = times(600, 2_000);
it(`fills the holes in a flood of ${flood} events by no more requests than holes`, async () => {
  const mine: Message[] = [];
  const together = 20;
  for (let n = 0; n < flood; n += together)
    await Promise.all(Array.from({ length: together }, () => change(mine)));
  await judge();
  expect(line.holes).toBeGreaterThan(flood / 50);
  const requests = browser.asked('listMessages') - opening;
  process.stdout.write(
    `lost events: ${line.lost} of ${line.pushed} in a flood, ${line.holes} holes, ${requests} requests\n`,
  );
}, 120_000);
