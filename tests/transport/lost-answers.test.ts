import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Conversation } from '#lib/contract/records.ts';
import { people, type Person } from '../support/people.ts';
import { startProxy, type Proxy } from '../support/proxy.ts';
import { startServer, type TestServer } from '../support/server.ts';

// The database does as it is told, and the connection breaks before it can say so.

let owner: TestServer;
let proxy: Proxy;
let server: TestServer;
let ana: Person;
let ben: Person;
let chat: Conversation;

beforeAll(async () => {
  owner = await startServer();
  proxy = await startProxy(`${owner.dataDir}/store.sock`);
  server = await startServer({ MONGODB_URI: proxy.uri });
  [ana, ben] = (await people(server.url, 'ana', 'ben')) as [Person, Person];
  chat = await ana.direct(ben);
});
afterAll(async () => {
  ana?.leave();
  ben?.leave();
  await server.stop();
  proxy.close();
  await owner.stop();
});

it('answers unavailable, tells the others all the same, and stores a retry once', async () => {
  const [phone, bens] = [await ana.connect(), await ben.connect()];
  const input = { conversationId: chat.id, clientId: randomUUID(), text: 'Did it arrive?' };
  proxy.swallowAnswerTo('insert', 'messages', 'Did it arrive?');
  const first = await phone.ask('message:send', input);
  expect(first).toMatchObject({ ok: false, error: { code: 'unavailable' } });

  const heard = await bens.heard(
    'message:new',
    ({ message }) => message.clientId === input.clientId,
  );
  const again = await phone.ask('message:send', input);
  expect(again).toEqual({ ok: true, data: { message: heard.message } });
  const stored = await ben.history(chat);
  expect(stored.filter(({ clientId }) => clientId === input.clientId)).toEqual([heard.message]);
  const next = await ana.say(chat, 'And on');
  expect(next.seq).toBe(heard.message.seq + 1);
});

it('ends a membership even when the line about it fails', async () => {
  const group = await ana.group('Club', [ben]);
  const device = await ben.connect();
  proxy.swallowAnswerTo('insert', 'messages', 'member_removed');
  const answer = await ana.rest('DELETE', `/conversations/${group.id}/members/${ben.id}`);
  expect(answer.body.code).toBe('unavailable');
  await device.heard('conversation:removed', ({ conversationId }) => conversationId === group.id);
  await expect.poll(async () => (await ana.view(group)).memberCount).toBe(1);
});
