import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import { people, Person } from '../support/people.ts';
import { freePort } from '../support/raw.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';
import { anotherDevice, pushSettings, subscribed } from './devices.ts';
import { PushService } from './push-service.ts';

const plain = sharedServer();
const running: { stop(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});

async function start(settings: Record<string, string>, dataDir?: string): Promise<TestServer> {
  const server = await startServer(settings, dataDir);
  running.push(server);
  return server;
}

async function startService(): Promise<PushService> {
  const service = await PushService.start();
  running.push(service);
  return service;
}

const on = (url: string, { user, token }: Person) => new Person(url, user, token);

it('sends none by default: a server contacts no other machine', async () => {
  const [ana] = (await people(plain.url, 'ana')) as [Person];
  expect(await ana.done('GET', '/push')).toEqual({ publicKey: null, device: null });
  const subscription = (await startService()).subscribe('');
  expect((await ana.rest('POST', '/push', subscription.json)).body.code).toBe('not_found');
});

it('sends where PUBLIC_URL says who it is, but never to this machine', async () => {
  const PORT = await freePort();
  const server = await start({ PUBLIC_URL: 'https://chat.example.org', PORT });
  const [ana] = (await people(server.url, 'ana')) as [Person];
  const { publicKey } = await ana.done('GET', '/push');
  const service = await startService();
  const { json } = service.subscribe(publicKey as string);
  expect((await ana.rest('POST', '/push', json)).body.code).toBe('invalid_input');
  const endpoint = 'https://localhost/push';
  await ana.done('POST', '/push', { ...json, endpoint });
  expect(await ana.done('POST', '/push/test')).toEqual({ outcome: 'failed' });
  expect(service.requests).toBe(0);
});

it('tells of what is said on one node whoever subscribed on another, as the same server', async () => {
  const service = await startService();
  const settings = { ...pushSettings, SESSION_SECRET: randomUUID() };
  const first = await start(settings);
  const second = await start({ ...settings, MONGODB_URI: first.databaseUri });
  const [ana, ben] = (await people(first.url, 'ana', 'ben')) as [Person, Person];
  const bens = await subscribed(ben, service);
  const chat = await ana.direct(ben);
  const { seq } = await on(second.url, ana).say(chat, 'From the other node');
  await bens.told('From the other node');
  await on(second.url, ben).done('POST', `/conversations/${chat.id}/read`, { seq });
  await bens.heard('clear');
  await ana.say(chat, 'From this one');
  await bens.told('From this one');
  expect(bens.pushes).toHaveLength(3);
  expect(service.strange).toEqual([]);
});

it('goes on after a restart, with the same keys and subscriptions', async () => {
  const service = await startService();
  const first = await startServer(pushSettings);
  const [ana, ben] = (await people(first.url, 'ana', 'ben')) as [Person, Person];
  const bens = await subscribed(ben, service);
  const chat = await ana.direct(ben);
  const { publicKey } = await ben.done('GET', '/push');
  await first.stop({ keepData: true });

  const second = await start(pushSettings, first.dataDir);
  expect((await on(second.url, ben).done('GET', '/push')).publicKey).toBe(publicKey);
  await on(second.url, ana).say(chat, 'Back again');
  await bens.told('Back again');
  expect(service.strange).toEqual([]);
});

it('sends nothing to who subscribed for other keys', async () => {
  const service = await startService();
  const first = await startServer(pushSettings);
  const [ana, ben, cleo] = (await people(first.url, 'ana', 'ben', 'cleo')) as [
    Person,
    Person,
    Person,
  ];
  const group = await ana.group('Club', [ben, cleo]);
  const bens = await subscribed(ben, service);
  await first.stop({ keepData: true });

  const SESSION_SECRET = randomUUID();
  const second = await start({ ...pushSettings, SESSION_SECRET }, first.dataDir);
  const again = (before: Person) => anotherDevice(on(second.url, before));
  const cleos = await subscribed(await again(cleo), service);
  expect((await (await again(ben)).done('GET', '/push')).device).toBeNull();
  await (await again(ana)).say(group, 'Anybody?');
  await cleos.told('Anybody?');
  expect([bens.pushes, service.strange, service.requests]).toEqual([[], [], 1]);
});
