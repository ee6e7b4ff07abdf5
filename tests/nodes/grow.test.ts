import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Conversation } from '#lib/contract/records.ts';
import { runTool } from '../backup/tools.ts';
import { deviceOf, pushSettings, subscribed } from '../push/devices.ts';
import { PushService } from '../push/push-service.ts';
import { people, Person, type RestAnswer } from '../support/people.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { readyAt, startRedis, startStore, until, type RedisServer } from './cluster.ts';

// docs/deploy/grow.md: from the embedded store to two nodes on a database by itself, and back.

const directory = mkdtempSync(path.join(os.tmpdir(), 'gatherly-grow-'));
const place = (name: string): string => path.join(directory, name);

let redis: RedisServer;
let store: { uri: string; stop: () => Promise<void> };
let service: PushService;
const running = new Set<TestServer>();

beforeAll(async () => {
  redis = await startRedis();
  store = await startStore(place('store'));
  service = await PushService.start();
});
afterAll(async () => {
  const stops = await Promise.allSettled([...running].map((server) => server.stop()));
  service.stop();
  await store.stop();
  await redis.stop();
  rmSync(directory, { recursive: true, force: true });
  for (const stop of stops) if (stop.status === 'rejected') throw stop.reason;
});

async function begin(settings: Record<string, string>, dataDir: string): Promise<TestServer> {
  const server = await startServer({ ...pushSettings, ...settings }, dataDir);
  running.add(server);
  return server;
}

async function cease(...servers: TestServer[]): Promise<void> {
  for (const server of servers) {
    running.delete(server);
    await server.stop({ keepData: true });
  }
}

const at = ({ url }: TestServer, { user, token }: Person): Person => new Person(url, user, token);

/** All that a person sees: who they are, how far they and the others have read, every text, every picture. */
async function portraitOf(person: Person): Promise<object> {
  const { user } = await person.done('GET', '/users/me');
  const { items } = (await person.done('GET', '/conversations')) as { items: Conversation[] };
  const histories = await Promise.all(
    items.map((chat) => person.history(chat, 'after=0&limit=200')),
  );
  const members = await Promise.all(
    items.map(({ id }) => person.done('GET', `/conversations/${id}/members`)),
  );
  const pictures = await Promise.all(
    [user.avatarUrl, ...items.map(({ avatarUrl }) => avatarUrl)].map(async (address) =>
      address
        ? Buffer.from(await (await fetch(new URL(address, person.url))).arrayBuffer()).toString(
            'hex',
          )
        : null,
    ),
  );
  return { user, items, histories, members, pictures, device: await deviceOf(person) };
}

async function withPicture(person: Person, background: string): Promise<RestAnswer['body']> {
  const create = { width: 40, height: 40, channels: 3 as const, background };
  const bytes = await sharp({ create }).png().toBuffer();
  const type = { type: 'image/png' };
  return person.done('POST', '/users/me/picture', new Blob([new Uint8Array(bytes)], type));
}

it('grows from one node to two on another database, and goes back, without anybody noticing', async () => {
  const first = await begin({}, place('first'));
  const everybody = await people(first.url, 'ana', 'ben', 'cleo');
  const [ana, ben, cleo] = everybody as [Person, Person, Person];
  const [chat, group] = [await ana.direct(ben), await cleo.group('Club', [ana, ben])];
  await withPicture(ana, 'red');
  const bens = await subscribed(ben, service);
  let newest = 0;
  for (let i = 0; i < 12; i++) {
    await ana.say(chat, `Direct ${i}`);
    newest = (await [ana, ben, cleo][i % 3]!.say(group, `Club ${i}`)).seq;
  }
  const clientId = randomUUID();
  const unconfirmed = await ana.say(chat, 'Did it arrive?', clientId);
  await ana.done('PATCH', `/conversations/${chat.id}/messages/${unconfirmed.id}`, {
    text: 'Well?',
  });
  const gone = await ana.say(group, 'Never mind');
  await ana.done('DELETE', `/conversations/${group.id}/messages/${gone.id}`, { for: 'everyone' });
  await ben.done('POST', `/conversations/${chat.id}/read`, { seq: 5 });
  await cleo.done('POST', `/conversations/${group.id}/read`, { seq: newest });
  const portraits = (server: TestServer) =>
    Promise.all(everybody.map((person) => portraitOf(at(server, person))));
  const before = await portraits(first);
  expect(JSON.stringify(before)).toContain('Direct 11');
  expect(JSON.stringify(before)).toContain('/pictures/');
  await cease(first);

  // Who goes on with it has to have its secret.
  const secret = readFileSync(path.join(place('first'), 'session-secret'), 'utf8').trim();
  const shared = { SESSION_SECRET: secret, MONGODB_URI: store.uri, REDIS_URL: redis.url };
  const archive = place('first.archive');
  await runTool('export', '--data', place('first'), '--out', archive);
  await runTool('import', archive, '--uri', store.uri);
  const two = await Promise.all(['a', 'b'].map((name) => begin(shared, place(name))));
  const [a, b] = two as [TestServer, TestServer];
  for (const { url } of two) await until(async () => (await readyAt(url)).redis === 'ok');
  for (const node of two) expect(await portraits(node)).toEqual(before);
  // What a page had sent without hearing of it is sent again.
  const again = await at(b, ana).say(chat, 'Did it arrive?', clientId);
  expect(again).toMatchObject({ id: unconfirmed.id, seq: unconfirmed.seq, text: 'Well?' });
  const bensDevice = await ben.connect(b.url);
  const next = await at(a, ana).say(chat, 'Across the nodes');
  expect(next.seq).toBe(unconfirmed.seq + 1);
  await bensDevice.heard('message:new', ({ message }) => message.id === next.id);
  bensDevice.close();
  await bens.told('Across the nodes');
  const isOnline = async () => (await at(a, ana).done('GET', `/users/${ben.id}`)).user.online;
  await expect.poll(isOnline).toBe(false);
  const grown = await portraits(a);
  await cease(a, b);

  const back = place('back.archive');
  await runTool('export', '--uri', store.uri, '--out', back);
  await runTool('import', back, '--data', place('last'));
  const last = await begin({ SESSION_SECRET: secret }, place('last'));
  expect(await portraits(last)).toEqual(grown);
  expect((await at(last, ana).say(chat, 'Twice?', clientId)).id).toBe(unconfirmed.id);
  expect((await at(last, ben).say(chat, 'Home')).seq).toBe(next.seq + 1);
}, 180_000);
