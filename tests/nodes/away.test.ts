import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Conversation } from '#lib/contract/records.ts';
import { people, Person, type Device } from '../support/people.ts';
import { readyAt, startCluster, until, type Cluster } from './cluster.ts';

// What the other servers, or Redis, cannot tell is found in the database. `npm run test:faults` has Redis
// away for a minute.

const awayMs = process.env.FAULTS === 'long' ? 60_000 : 6_000;
const streamLength = 100;
const withinMs = 15_000;

let cluster: Cluster;
const everybody: Person[] = [];

beforeAll(async () => {
  const counted = ['REGISTER', 'MESSAGES', 'REQUESTS', 'ANONYMOUS', 'ADDRESS', 'CONNECTIONS'];
  cluster = await startCluster(3, {
    REDIS_STREAM_LENGTH: String(streamLength),
    // Counted in Redis, and without it by each server.
    RATE_LIMITS: 'on',
    ...Object.fromEntries(counted.map((name) => [`RATE_LIMIT_${name}`, '100000/1'])),
  });
});
afterAll(async () => {
  for (const one of everybody) one.leave();
  await cluster?.stop();
});

const at = (i: number) => cluster.nodes[i] as Cluster['nodes'][number];
const on = (i: number, { user, token }: Person) => new Person(at(i).url, user, token);

async function some(...names: string[]): Promise<Person[]> {
  const those = await people(at(0).url, ...names);
  everybody.push(...those);
  return those;
}

/** What a client knows of a conversation that looks everything up at each `ready`, as ours does. */
async function follow({ url }: { url: string }, who: Person, chat: Conversation) {
  const device: Device = await who.connect(url);
  const known = new Set<string>();
  device.socket.on('message:new', ({ message }) => known.add(message.text as string));
  device.socket.on('ready', () => {
    void (async () => {
      for (let after = 0, more = true; more;) {
        const query = `after=${after}&limit=200`;
        const path = `/conversations/${chat.id}/messages?${query}`;
        const page = await new Person(url, who.user, who.token).done('GET', path);
        for (const { text, seq } of page.messages) {
          known.add(text as string);
          after = seq as number;
        }
        more = page.hasMore as boolean;
      }
    })();
  });
  return { device, known };
}

async function withEnd(i: number, ana: Person, chat: Conversation, known: Set<string>[]) {
  const end = `The end ${Math.random()}`;
  await on(i, ana).say(chat, end);
  for (const one of known) await expect.poll(() => one.has(end), { timeout: withinMs }).toBe(true);
}

async function outage(begin: () => unknown, end: () => Promise<unknown>): Promise<void> {
  const [ana, ben, cleo] = (await some('ana', 'ben', 'cleo')) as [Person, Person, Person];
  const group = await ana.group('Club', [ben, cleo]);
  const near = await follow(at(0), ben, group);
  const far = await follow(at(1), ben, group);
  const removed = await cleo.connect(at(1).url);
  await withEnd(2, ana, group, [near.known, far.known]);
  await begin();
  await until(async () => (await readyAt(at(0).url)).redis === 'unavailable');
  expect(await readyAt(at(0).url)).toMatchObject({ status: 'ok', redis: 'unavailable' });

  const texts = Array.from({ length: 20 }, (_, i) => `Alone ${i}`);
  for (const text of texts) await on(0, ana).say(group, text);
  await expect.poll(() => texts.every((text) => near.known.has(text))).toBe(true);
  // Nobody tells the server where Cleo is: it finds out.
  await on(0, ana).done('DELETE', `/conversations/${group.id}/members/${cleo.id}`);
  await removed.hear('conversation:removed', () => true, withinMs);
  await on(2, cleo).done('DELETE', '/auth/sessions/current');
  await removed.hear('session:ended', () => true, withinMs);
  await delay(awayMs);

  await end();
  await expect
    .poll(() => texts.every((text) => far.known.has(text)), { timeout: withinMs })
    .toBe(true);
  for (const { url } of cluster.nodes) await until(async () => (await readyAt(url)).redis === 'ok');
  await withEnd(2, ana, group, [near.known, far.known]);
}

it('goes on at each server while Redis is silent, and catches up when it is back and empty', async () => {
  const { redis } = cluster;
  await outage(
    () => redis.signal('SIGSTOP'),
    async () => {
      redis.signal('SIGCONT');
      await redis.flush();
    },
  );
}, 240_000);

it('goes on at each server while Redis is not there, and catches up when it is', async () => {
  const { redis } = cluster;
  await outage(
    () => redis.stop(),
    () => redis.restart(),
  );
}, 240_000);

it('starts without Redis, and hears the others when it is there', async () => {
  const { redis } = cluster;
  const [ana, ben] = (await some('ana', 'ben')) as [Person, Person];
  const chat = await ana.direct(ben);
  await redis.stop();
  const late = await cluster.join();
  const bens = await follow(late, ben, chat);
  await on(0, ana).say(chat, 'Unheard');
  // It is not there for longer than a process that tells something waits for it.
  await delay(5_000);
  expect(bens.known).not.toContain('Unheard');
  await redis.restart();
  await expect.poll(() => bens.known.has('Unheard'), { timeout: withinMs }).toBe(true);
  await until(async () => (await readyAt(late.url)).redis === 'ok');
  await withEnd(1, ana, chat, [bens.known]);
}, 120_000);

it('has who is at a server that was held up look up what the stream no longer has', async () => {
  const [ana, ben] = (await some('ana', 'ben')) as [Person, Person];
  const chat = await ana.direct(ben);
  const bens = await follow(at(1), ben, chat);
  await withEnd(0, ana, chat, [bens.known]);
  const texts = Array.from({ length: 5 * streamLength }, (_, i) => `While it is held up ${i}`);
  process.kill(at(1).pid, 'SIGSTOP');
  try {
    for (const text of texts) await on(0, ana).say(chat, text);
  } finally {
    process.kill(at(1).pid, 'SIGCONT');
  }
  await expect
    .poll(() => texts.filter((text) => !bens.known.has(text)), { timeout: withinMs })
    .toEqual([]);
  await withEnd(2, ana, chat, [bens.known]);
  expect(bens.device.all('ready').length).toBeGreaterThan(1);
}, 120_000);

it('shows people offline when their server is held up, and online when it goes on', async () => {
  const [ana, ben] = (await some('ana', 'ben')) as [Person, Person];
  const watcher = await ana.connect(at(0).url);
  await watcher.ask('presence:watch', { userIds: [ben.id] });
  await ben.connect(at(1).url);
  const isBens = (isOnline: boolean) => (heard: unknown) => {
    const { userId, online } = heard as { userId: string; online: boolean };
    return userId === ben.id && online === isOnline;
  };
  await watcher.hear('presence', isBens(true));
  process.kill(at(1).pid, 'SIGSTOP');
  try {
    await watcher.hear('presence', isBens(false), 30_000);
  } finally {
    process.kill(at(1).pid, 'SIGCONT');
  }
  watcher.events.length = 0;
  await watcher.hear('presence', isBens(true), 15_000);
}, 120_000);
