import { afterAll, expect, it } from 'vitest';
import { Device, people, type Person } from '../support/people.ts';
import { sharedServer } from '../support/shared-server.ts';

// Nobody is told of less than some seconds away: the tests wait for that side by side.

const server = sharedServer();
const everybody: Person[] = [];

afterAll(async () => {
  for (const person of everybody) person.leave();
});

async function anaAndBen(): Promise<[Person, Person]> {
  const both = (await people(server.url, 'ana', 'ben')) as [Person, Person];
  everybody.push(...both);
  return both;
}

const isOf =
  ({ id }: Person, online: boolean) =>
  (heard: { userId: string; online: boolean }) =>
    heard.userId === id && heard.online === online;

it.concurrent('follows the last visible socket of a person', async () => {
  const [ana, ben] = await anaAndBen();
  const watcher = await ana.connect();
  const snapshot = await watcher.ask('presence:watch', { userIds: [ben.id, 'f'.repeat(24)] });
  expect(snapshot.data.presences).toEqual([{ userId: ben.id, online: false, lastSeenAt: null }]);

  const phone = await ben.connect();
  const laptop = await ben.connect();
  await watcher.heard('presence', isOf(ben, true));
  expect((await ana.rest('GET', `/users/${ben.id}`)).body.user.online).toBe(true);

  phone.close();
  await laptop.ask('presence:visible', { visible: false });
  const gone = await watcher.heard('presence', isOf(ben, false));
  expect(Date.parse(gone.lastSeenAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
  const { user } = (await ana.rest('GET', `/users/${ben.id}`)).body;
  expect(user).toMatchObject({ online: false });
  expect(watcher.all('presence').filter(({ online }) => online)).toHaveLength(1);

  watcher.events.length = 0;
  await laptop.ask('presence:visible', { visible: true });
  await watcher.heard('presence', isOf(ben, true));
  ben.leave();
});

it.concurrent('does not flicker when a page is loaded again', async () => {
  const [ana, ben] = await anaAndBen();
  const watcher = await ana.connect();
  const first = await ben.connect();
  const [cleo] = (await people(server.url, 'cleo')) as [Person];
  const cleos = await cleo.connect();
  await watcher.ask('presence:watch', { userIds: [ben.id, cleo.id] });
  first.close();
  await ben.connect();
  // That he was away would be told before that Cleo is.
  cleos.close();
  await watcher.heard('presence', isOf(cleo, false));
  expect(watcher.all('presence').filter(isOf(ben, false))).toEqual([]);
  ben.leave();
});

it.concurrent('believes a page that says at once that it is hidden', async () => {
  const [ana, ben] = await anaAndBen();
  const watcher = await ana.connect();
  await watcher.ask('presence:watch', { userIds: [ben.id] });
  const shown = await ben.connect();
  await watcher.heard('presence', isOf(ben, true));
  const hidden = new Device(server.url, { token: ben.token });
  hidden.socket.on('connect', () => hidden.socket.emit('presence:visible', { visible: false }));
  await hidden.heard('ready');
  shown.close();
  await watcher.heard('presence', isOf(ben, false));
  hidden.close();
});

it.concurrent('watches the last list only', async () => {
  const [ana, ben] = await anaAndBen();
  const watcher = await ana.connect();
  await watcher.ask('presence:watch', { userIds: [ben.id] });
  const { data } = await watcher.ask('presence:watch', { userIds: [ana.id] });
  expect(data.presences).toMatchObject([{ userId: ana.id, online: true }]);
});

it.concurrent('shows typing to the others of a conversation, and to nobody else', async () => {
  const [ana, ben] = await anaAndBen();
  const chat = await ana.direct(ben);
  const [phone, tablet, bens] = [await ana.connect(), await ana.connect(), await ben.connect()];
  expect(await phone.ask('typing', { conversationId: chat.id, typing: true })).toEqual({
    ok: true,
    data: {},
  });
  expect(await bens.heard('typing')).toEqual({
    conversationId: chat.id,
    userId: ana.id,
    typing: true,
  });
  expect(tablet.all('typing')).toEqual([]);
  const refused = await phone.ask('typing', { conversationId: 'f'.repeat(24), typing: true });
  expect(refused).toMatchObject({ ok: false, error: { code: 'not_found' } });
});
