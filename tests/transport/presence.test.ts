import { afterAll, beforeAll, expect, it } from 'vitest';
import { Device, people, type Person } from '../support/people.ts';
import { startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let ana: Person;
let ben: Person;

beforeAll(async () => {
  server = await startServer();
  [ana, ben] = (await people(server.url, 'ana', 'ben')) as [Person, Person];
});
afterAll(async () => {
  ana?.leave();
  ben.leave();
  await server.stop();
});

const isBen = (online: boolean) => (heard: { userId: string; online: boolean }) =>
  heard.userId === ben.id && heard.online === online;

it('follows the last visible socket of a person', async () => {
  const watcher = await ana.connect();
  const snapshot = await watcher.ask('presence:watch', { userIds: [ben.id, 'f'.repeat(24)] });
  expect(snapshot.data.presences).toEqual([{ userId: ben.id, online: false, lastSeenAt: null }]);

  const phone = await ben.connect();
  const laptop = await ben.connect();
  await watcher.heard('presence', isBen(true));
  expect((await ana.rest('GET', `/users/${ben.id}`)).body.user.online).toBe(true);

  phone.close();
  await laptop.ask('presence:visible', { visible: false });
  const gone = await watcher.heard('presence', isBen(false));
  expect(Date.parse(gone.lastSeenAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
  const { user } = (await ana.rest('GET', `/users/${ben.id}`)).body;
  expect(user).toMatchObject({ online: false });
  expect(watcher.all('presence').filter(({ online }) => online)).toHaveLength(1);

  watcher.events.length = 0;
  await laptop.ask('presence:visible', { visible: true });
  await watcher.heard('presence', isBen(true));
  ben.leave();
});

it('does not flicker when a page is loaded again', async () => {
  const watcher = await ana.connect();
  const first = await ben.connect();
  await watcher.ask('presence:watch', { userIds: [ben.id] });
  first.close();
  const second = await ben.connect();
  const marker = await ana.connect();
  marker.close();
  await second.ask('presence:visible', { visible: true });
  expect(watcher.all('presence').filter(({ online }) => !online)).toEqual([]);
  ben.leave();
});

it('believes a page that says at once that it is hidden', async () => {
  const watcher = await ana.connect();
  await watcher.ask('presence:watch', { userIds: [ben.id] });
  const hidden = new Device(server.url, { token: ben.token });
  hidden.socket.on('connect', () => hidden.socket.emit('presence:visible', { visible: false }));
  await hidden.heard('ready');
  await watcher.heard('presence', isBen(false));
  hidden.close();
});

it('watches the last list only', async () => {
  const watcher = await ana.connect();
  await watcher.ask('presence:watch', { userIds: [ben.id] });
  const { data } = await watcher.ask('presence:watch', { userIds: [ana.id] });
  expect(data.presences).toMatchObject([{ userId: ana.id, online: true }]);
});

it('shows typing to the others of a conversation, and to nobody else', async () => {
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
