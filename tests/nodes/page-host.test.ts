import { spawnSync } from 'node:child_process';
import mongoose from 'mongoose';
import { createClient } from 'redis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { people, request, type Person } from '../support/people.ts';
import { freePort } from '../support/raw.ts';
import type { TestServer } from '../support/server.ts';
import { startCluster, until, type Cluster } from './cluster.ts';
import { next, startPageHost, type PageHost } from './page-host.ts';

// Pages and REST without a socket server. What is changed there reaches those who are connected to a socket
// host, as soon as it is answered: afterwards there may be no process any more.

let cluster: Cluster;
let pages: PageHost;
let url: string;
let ana: Person;
let ben: Person;

beforeAll(async () => {
  cluster = await startCluster(2);
  url = `http://127.0.0.1:${await freePort()}`;
  const own = { PUBLIC_URL: url, SOCKET_URL: cluster.url };
  pages = await startPageHost(url, { ...cluster.settings, ...own });
  [ana, ben] = (await people(url, 'ana', 'ben')) as [Person, Person];
});
afterAll(async () => {
  ana?.leave();
  ben?.leave();
  await pages.stop();
  await cluster.stop();
});

it('brings what is changed by REST to who is connected to a socket host', async () => {
  const [first, second] = cluster.nodes as [TestServer, TestServer];
  const [anas, bens] = [await ana.connect(first.url), await ben.connect(second.url)];
  const chat = await ana.direct(ben);
  await bens.heard('conversation:updated', ({ conversation }) => conversation.id === chat.id);
  const { id, seq } = await ana.say(chat, 'From a page');
  for (const device of [anas, bens])
    await device.heard('message:new', ({ message }) => message.id === id);
  await ben.done('POST', `/conversations/${chat.id}/read`, { seq });
  await anas.heard('receipts', ({ receipts }) => receipts.some(({ readSeq }) => readSeq === seq));
  await ben.done('DELETE', '/auth/sessions/current');
  await bens.heard('session:ended');
  await bens.hear('disconnect');
});

it('does not bring late what was said before somebody came', async () => {
  const [cleo, dora] = (await people(url, 'cleo', 'dora')) as [Person, Person];
  const group = await cleo.group('Club', [dora]);
  const early = await cleo.say(group, 'Early');
  const guest = (await people(url, 'emil'))[0] as Person;
  const [doras, guests] = await Promise.all(
    [dora, guest].map((one) => one.connect(cluster.nodes[0]?.url)),
  );
  await cleo.done('POST', `/conversations/${group.id}/members`, { userIds: [guest.id] });
  await guests?.heard('conversation:updated');
  // The publication of the message, as if another process had been held up just before it.
  const publication = {
    type: 'event',
    rooms: [`conversation:${group.id}`],
    event: 'message:new',
    data: { message: { ...early, text: 'Late' } },
  };
  const redis = await createClient({ url: cluster.redis.url, RESP: 2 }).connect();
  const items = JSON.stringify([{ publication }]);
  await redis.xAdd('gatherly:stream', '*', { from: 'held-up', count: '1', items });
  redis.destroy();
  await doras?.heard('message:new', ({ message }) => message.text === 'Late');
  const { id } = await cleo.say(group, 'Now');
  await guests?.heard('message:new', ({ message }) => message.id === id);
  expect(guests?.all('message:new').map(({ message }) => message.text)).not.toContain('Late');
  dora.leave();
  guest.leave();
});

it('has written what belongs to an answer when it gives it', async () => {
  const mongo = await mongoose.createConnection(cluster.settings.MONGODB_URI ?? '').asPromise();
  const headOf = ({ id }: { id: string }) =>
    mongo.collection('conversations').findOne({ _id: new mongoose.Types.ObjectId(id) });
  const cleo = (await people(url, 'cleo'))[0] as Person;
  const group = await ana.group('Heads', [cleo]);
  for (const text of ['One', 'Two']) {
    const { seq, rev } = await ana.say(group, text);
    expect(await headOf(group)).toMatchObject({ lastSeq: seq, rev, lastMessage: { text } });
  }
  // Who writes has read what stands above, which is written apart.
  const { seq } = await cleo.say(group, 'Three');
  const user = new mongoose.Types.ObjectId(cleo.id);
  expect(await mongo.collection('members').findOne({ user, readSeq: seq })).not.toBeNull();
  await mongo.close();
});

it('greets every request: with an id, a policy, and by the address that the platform names', async () => {
  const page = await fetch(`${url}/sign-in`);
  const policy = page.headers.get('content-security-policy') ?? '';
  const nonce = /'nonce-([^']+)'/.exec(policy)?.[1];
  const socket = cluster.url.replace(/^http/, 'ws');
  expect(policy).toContain(
    `connect-src 'self' ${url} ${url.replace(/^http/, 'ws')} ${cluster.url} ${socket}`,
  );
  expect(await page.text()).toContain(`nonce="${nonce}"`);
  const answers = [
    page,
    await fetch(`${url}/api/v1/users/me`),
    await fetch(`${url}/api/auth/csrf`),
  ];
  for (const { headers } of answers) {
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('cache-control')).toContain('no-store');
  }
  // What looks like a file or like REST may be a page all the same.
  for (const path of ['/chats/picture.png', '/picture.svg', '/api/other', '/icon.svg', '/sw.js']) {
    const { headers } = await fetch(url + path);
    expect([path, headers.get('x-frame-options')]).toEqual([path, 'DENY']);
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  }
  const id = 'a-request-of-mine';
  const named = await request(url, 'GET', '/users/me', { headers: { 'x-request-id': id } });
  expect(named.headers.get('x-request-id')).toBe(id);
  expect((await fetch(`${url}/sw.js`)).headers.get('cache-control')).toBe('no-cache');

  const strict = `http://127.0.0.1:${await freePort()}`;
  const limits = { RATE_LIMITS: 'on', RATE_LIMIT_ANONYMOUS: '2/60', PUBLIC_URL: strict };
  const settings = { ...cluster.settings, SOCKET_URL: cluster.url, ...limits };
  const guarded = await startPageHost(strict, settings);
  const from = async (hops: string, claimed: string) => {
    const headers = { 'x-forwarded-for': hops, 'x-gatherly-address': claimed };
    return (await fetch(`${strict}/sign-in`, { headers })).status;
  };
  // Only the last hop is the platform's: what stands before it, anybody may have written.
  const statuses = [];
  for (const i of [1, 2, 3])
    statuses.push(await from(`203.0.113.${i}, 198.51.100.7`, `192.0.2.${i}`));
  expect(statuses).toEqual([200, 200, 429]);
  expect(await from('198.51.100.8', '198.51.100.7')).toBe(200);
  await guarded.stop();
});

it('counts what a person leaves unread only while it is', async () => {
  const backlog = { REST_BACKLOG_KIB: '1', PUBLIC_URL: `http://127.0.0.1:${await freePort()}` };
  const settings = { ...cluster.settings, SOCKET_URL: cluster.url, ...backlog };
  const narrow = await startPageHost(backlog.PUBLIC_URL, settings);
  for (let i = 0; i < 5; i++) {
    const { status } = await request(narrow.url, 'GET', '/conversations', { token: ana.token });
    expect(status).toBe(200);
  }
  await narrow.stop();
});

it('says what is missing, at build, at start, and to whoever comes', async () => {
  const line =
    'MONGODB_URI, REDIS_URL, SESSION_SECRET, PUBLIC_URL, SOCKET_URL are not set, ' +
    'which pages without server.ts need: docs/deploy/vercel.md';
  const env = { PATH: process.env.PATH, VERCEL: '1' as const, NODE_ENV: 'production' as const };
  const build = spawnSync(process.execPath, [next, 'build'], { env, encoding: 'utf8' });
  expect([build.status, build.stderr]).toEqual([1, `Gatherly cannot be built: ${line}\n`]);
  await expectRefused({}, line);
  await expectRefused({ PUBLIC_URL: 'chat' }, 'PUBLIC_URL: must be an origin');
});

async function expectRefused(settings: Record<string, string>, line: string): Promise<void> {
  const bare = await startPageHost(`http://127.0.0.1:${await freePort()}`, settings);
  await until(() => bare.log().includes(`Gatherly cannot serve its pages: ${line}`));
  const page = await fetch(bare.url);
  expect(page.status).toBe(503);
  expect(await page.text()).toContain(line);
  for (const path of ['/ready', '/conversations']) {
    const { status, body } = await request(bare.url, 'GET', path);
    expect([status, body.code]).toEqual([503, 'unavailable']);
    expect(body.detail).toContain(line);
  }
  await bare.stop();
}
