import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Conversation } from '#lib/contract/records.ts';
import { people, person, type Person } from '../support/people.ts';
import { startProxy, type Proxy } from '../support/proxy.ts';
import { startServer, type TestServer } from '../support/server.ts';

// The database does as it is told, and the connection breaks before it can say so, or it says so late.

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
  // A machine that has more to do may keep its first question from the database, through a busy test.
  await server.stop({ fault: 'the database cannot be reached; trying again' });
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
  await bens.heard('message:new', ({ message }) => message.id === next.id);
  const told = bens.all('message:new').filter(({ message }) => message.id === heard.message.id);
  expect(told).toHaveLength(1);
});

it('tells of an edit whose first answer was lost', async () => {
  const [phone, bens] = [await ana.connect(), await ben.connect()];
  const message = await ana.say(chat, 'Helo');
  const edit = { messageId: message.id, text: 'Hello, at last' };
  proxy.swallowAnswerTo('update', 'messages', 'Hello, at last');
  expect(await phone.ask('message:edit', edit)).toMatchObject({ error: { code: 'unavailable' } });
  expect(await phone.ask('message:edit', edit)).toMatchObject({ ok: true });
  const heard = await bens.heard('message:updated', (update) => update.message.id === message.id);
  expect(heard.message.text).toBe('Hello, at last');
});

it('changes a message in the order in which its sender asked, however late the database answers', async () => {
  const [phone, bens] = [await ana.connect(), await ben.connect()];
  const message = await ana.say(chat, 'Draft');
  const id = Buffer.from(message.id, 'hex').toString('latin1');
  const release = proxy.holdAnswerTo('find', 'messages', id);
  const edits = ['First', 'Second'].map((text) =>
    phone.ask('message:edit', { messageId: message.id, text }),
  );
  const deletion = phone.ask('message:delete', { messageId: message.id, for: 'everyone' });
  // Once these are stored, the edits have been taken up, and had time to overtake each other.
  for (const text of ['Meanwhile', 'Still']) {
    const input = { conversationId: chat.id, clientId: randomUUID(), text };
    expect(await phone.ask('message:send', input)).toMatchObject({ ok: true });
  }
  release();
  expect(await Promise.all([...edits, deletion])).toMatchObject([
    { ok: true, data: { message: { text: 'First', deletedAt: null } } },
    { ok: true, data: { message: { text: 'Second', deletedAt: null } } },
    { ok: true, data: { message: { text: '' } } },
  ]);
  await bens.heard(
    'message:updated',
    (update) => update.message.id === message.id && update.message.deletedAt !== null,
  );
  const told = bens.all('message:updated').filter((update) => update.message.id === message.id);
  expect(told.map((update) => update.message.text)).toEqual(['First', 'Second', '']);
});

it('tells of changes to two messages in the order of rev, however late the database answers', async () => {
  const bens = await ben.connect();
  const messages = [await ana.say(chat, 'One'), await ana.say(chat, 'Two')];
  const texts = async () => (await ben.history(chat)).slice(-2).map(({ text }) => text);
  // Who may see the first is known late.
  const release = proxy.holdAnswerTo('find', 'members', 'visible.from');
  const edits: Promise<unknown>[] = [];
  for (const [i, { id }] of messages.entries()) {
    const path = `/conversations/${chat.id}/messages/${id}`;
    edits.push(ana.rest('PATCH', path, { text: 'Changed' }));
    await expect.poll(async () => (await texts())[i]).toBe('Changed');
  }
  release();
  // Whether they were answered in time is another matter.
  await Promise.allSettled(edits);
  const told = () => bens.all('message:updated').map(({ message }) => message.id);
  await expect.poll(told).toEqual(messages.map(({ id }) => id));
});

it('stores what was sent around a message whose earlier try cannot be looked up', async () => {
  const phone = await ana.connect();
  const send = (text: string, clientId: string = randomUUID()) =>
    phone.ask('message:send', { conversationId: chat.id, clientId, text });
  const clientId = randomUUID();
  const first = await send('Once', clientId);
  // The driver asks twice.
  proxy.swallowAnswersTo(2, 'find', 'messages', clientId);
  const [before, retry] = [send('Before'), send('Once', clientId), send('After')];
  expect(await before).toMatchObject({ ok: true });
  expect(await retry).toMatchObject({ ok: false, error: { code: 'unavailable' } });
  await expect
    .poll(async () => (await ben.history(chat)).slice(-3).map(({ text }) => text))
    .toEqual(['Once', 'Before', 'After']);
  expect(await send('Once', clientId)).toEqual(first);
});

it('shows what was written in such a moment to nobody who came later', async () => {
  const group = await ana.group('Readers', [ben]);
  const dora = await person(server.url, 'dora');
  const [phone, bens, doras] = [await ana.connect(), await ben.connect(), await dora.connect()];
  const input = { conversationId: group.id, clientId: randomUUID(), text: 'Secret before Dora' };
  proxy.swallowAnswerTo('insert', 'messages', 'Secret before Dora');
  await phone.ask('message:send', input);
  await ana.done('POST', `/conversations/${group.id}/members`, { userIds: [dora.id] });
  await bens.heard('message:new', ({ message }) => message.clientId === input.clientId);
  const last = await ana.say(group, 'Hello Dora');
  await doras.heard('message:new', ({ message }) => message.id === last.id);
  expect(doras.all('message:new').map(({ message }) => message.text)).not.toContain(input.text);
  dora.leave();
});

it.each([
  ['is stored', 'conversations', 'update'],
  ['is said', 'messages', 'insert'],
])('tells of a new name of a group where that %s, and nobody hears it', async (_, ...where) => {
  const group = await ana.group('Old name', [ben]);
  const device = await ben.connect();
  const title = `Name of ${group.id}`;
  proxy.swallowAnswerTo(...where, title);
  const answer = await ana.rest('PATCH', `/conversations/${group.id}`, { title });
  expect(answer.body.code).toBe('unavailable');
  await device.heard('conversation:updated', ({ conversation }) => conversation.title === title);
});

it.each([
  ['itself', 'conversations', 'insert'],
  ['with its members', 'members', 'update'],
  ['with the line about it', 'messages', 'insert'],
])('makes a group once whose first answer was lost where it is stored %s', async (_, ...where) => {
  const [clientId, title] = [randomUUID(), `Group of ${randomUUID()}`];
  const input = { kind: 'group', clientId, title, memberIds: [ben.id] };
  const mark = where[0] === 'members' ? Buffer.from(ben.id, 'hex').toString('latin1') : title;
  proxy.swallowAnswerTo(...where, mark);
  const first = await ana.rest('POST', '/conversations', input);
  expect(first.body.code).toBe('unavailable');
  const again = await ana.rest('POST', '/conversations', input);
  expect(again.status).toBe(200);
  const { id } = again.body.conversation as Conversation;
  for (const { items } of [
    await ana.done('GET', '/conversations?limit=200'),
    await ben.done('GET', '/conversations?limit=200'),
  ]) {
    const made = (items as Conversation[]).filter((one) => one.title === title);
    expect(made.map((one) => one.id)).toEqual([id]);
  }
  expect((await ben.history({ id })).map(({ seq, system }) => [seq, system?.type])).toEqual([
    [1, 'group_created'],
  ]);
  expect((await ben.view({ id })).memberCount).toBe(2);
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

it('lets a crowd in by and by, rather than turn all away, where the database is slow', async () => {
  proxy.latenessMs = 250;
  const crowd = await Promise.all(Array.from({ length: 240 }, () => ana.connect()));
  proxy.latenessMs = 0;
  expect(crowd.filter(({ socket }) => !socket.connected)).toEqual([]);
});
