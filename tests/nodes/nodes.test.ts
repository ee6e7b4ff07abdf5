import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Message } from '#lib/contract/records.ts';
import { pushSettings, subscribed } from '../push/devices.ts';
import { PushService } from '../push/push-service.ts';
import { people, person, Person, type Device } from '../support/people.ts';
import type { TestServer } from '../support/server.ts';
import { startCluster, type Cluster } from './cluster.ts';

let cluster: Cluster;
let nodes: [TestServer, TestServer, TestServer];
const everybody: Person[] = [];

beforeAll(async () => {
  cluster = await startCluster(3, pushSettings);
  nodes = cluster.nodes as typeof nodes;
});
afterAll(async () => {
  for (const one of everybody) one.leave();
  await cluster?.stop();
});

async function some(...names: string[]): Promise<Person[]> {
  const those = await people(nodes[0].url, ...names);
  everybody.push(...those);
  return those;
}

/** The same sign-in, by another server. */
const on = ({ url }: { url: string }, { user, token }: Person) => new Person(url, user, token);

const numbered = (messages: { seq: number }[]) =>
  messages.map(({ seq }) => seq).sort((a, b) => a - b);

it('brings every message to every device once, whichever server each is at', async () => {
  const [ana, ben] = (await some('ana', 'ben')) as [Person, Person];
  const devices: Device[] = [];
  for (const one of [ana, ben]) for (const { url } of nodes) devices.push(await one.connect(url));
  const chat = await ana.direct(ben);
  for (const device of devices) await device.heard('conversation:updated');
  const perDevice = 40;
  await Promise.all(
    devices.map((device, sender) =>
      Promise.all(
        Array.from({ length: perDevice }, async (_, i) => {
          const reply = await device.ask('message:send', {
            conversationId: chat.id,
            clientId: randomUUID(),
            text: `${sender}.${i}`,
          });
          expect(reply.ok).toBe(true);
        }),
      ),
    ),
  );
  const total = devices.length * perDevice;
  const stored: Message[] = [];
  for (let more = true; more;) {
    const after = stored.at(-1)?.seq ?? 0;
    const page = await ana.done(
      'GET',
      `/conversations/${chat.id}/messages?after=${after}&limit=200`,
    );
    stored.push(...page.messages);
    more = page.hasMore;
  }
  expect(numbered(stored)).toEqual(Array.from({ length: total }, (_, i) => i + 1));
  devices.forEach((_, sender) => {
    const own = stored.filter(({ text }) => text.startsWith(`${sender}.`)).map(({ text }) => text);
    expect(own).toEqual(own.map((_, i) => `${sender}.${i}`));
  });
  for (const device of devices) {
    await expect.poll(() => device.all('message:new').length).toBe(total);
    expect(numbered(device.all('message:new').map(({ message }) => message))).toEqual(
      numbered(stored),
    );
  }
});

it('tells of receipts, typing and changes across servers', async () => {
  const [ana, ben] = (await some('ana', 'ben')) as [Person, Person];
  const [anas, bens] = [await ana.connect(nodes[0].url), await ben.connect(nodes[1].url)];
  const chat = await ana.direct(ben);
  await bens.heard('conversation:updated');
  const conversationId = chat.id;
  await bens.ask('typing', { conversationId, typing: true });
  await anas.heard('typing', ({ userId, typing }) => userId === ben.id && typing);
  const { id, seq } = await on(nodes[2], ana).say(chat, 'From the third one');
  await bens.heard('message:new', ({ message }) => message.id === id);
  await bens.ask('receipt:read', { conversationId, seq });
  await anas.heard('receipts', ({ receipts }) =>
    receipts.some(({ userId, readSeq }) => userId === ben.id && readSeq === seq),
  );
  await on(nodes[2], ana).done('PATCH', `/conversations/${chat.id}/messages/${id}`, {
    text: 'Changed',
  });
  await bens.heard('message:updated', ({ message }) => message.text === 'Changed');
});

it('shows people where they are, whichever server they are at', async () => {
  const [ana, ben] = (await some('ana', 'ben')) as [Person, Person];
  await ana.direct(ben);
  const watcher = await ana.connect(nodes[0].url);
  await watcher.ask('presence:watch', { userIds: [ben.id] });
  const first = await ben.connect(nodes[1].url);
  await watcher.heard('presence', ({ userId, online }) => userId === ben.id && online);
  const second = await ben.connect(nodes[2].url);
  await expect
    .poll(async () => (await on(nodes[0], ana).done('GET', `/users/${ben.id}`)).user.online)
    .toBe(true);
  first.close();
  // Another one arrives while nobody has been told yet that the first has gone.
  const third = await ben.connect(nodes[0].url);
  second.close();
  await third.ask('presence:visible', { visible: false });
  const gone = await watcher.heard(
    'presence',
    ({ userId, online }) => userId === ben.id && !online,
  );
  expect(gone.lastSeenAt).not.toBeNull();
  expect(watcher.all('presence').map(({ online }) => online)).toEqual([true, false]);
  await expect
    .poll(async () => (await on(nodes[2], ana).done('GET', `/users/${ben.id}`)).user)
    .toMatchObject({ online: false, lastSeenAt: expect.any(String) });
});

it('ends a session everywhere before it says so', async () => {
  const ana = await person(nodes[0].url);
  everybody.push(ana);
  const devices = await Promise.all(nodes.map(({ url }) => ana.connect(url)));
  const keeper = await person(nodes[0].url);
  everybody.push(keeper);
  const bystander = await keeper.connect(nodes[1].url);
  await ana.done('DELETE', '/auth/sessions/current');
  for (const device of devices) {
    await device.heard('session:ended');
    await device.hear('disconnect');
  }
  for (const { url } of nodes) {
    expect((await on({ url }, ana).rest('GET', '/conversations')).status).toBe(401);
  }
  expect(bystander.socket.connected).toBe(true);
});

it('takes who is removed out of the group everywhere, and lets who is added in', async () => {
  const [ana, ben, cleo] = (await some('ana', 'ben', 'cleo')) as [Person, Person, Person];
  const group = await ana.group('Club', [ben]);
  const [bens, cleos] = [await ben.connect(nodes[1].url), await cleo.connect(nodes[2].url)];
  await ana.say(group, 'Before');
  await ana.done('POST', `/conversations/${group.id}/members`, { userIds: [cleo.id] });
  await cleos.heard('conversation:updated');
  await ana.done('DELETE', `/conversations/${group.id}/members/${ben.id}`);
  await on(nodes[2], cleo).say(group, 'After');
  await cleos.heard('message:new', ({ message }) => message.text === 'After');
  await bens.heard('conversation:removed', ({ conversationId }) => conversationId === group.id);
  const mark = await ana.say(await ana.direct(ben), 'Mark');
  await bens.heard('message:new', ({ message }) => message.id === mark.id);
  expect(bens.all('message:new').map(({ message }) => message.text)).not.toContain('After');
  expect(cleos.all('message:new').map(({ message }) => message.text)).not.toContain('Before');
});

it('tells a device once, and not one that is looked at at another server', async () => {
  const service = await PushService.start();
  const [ana, ben] = (await some('ana', 'ben')) as [Person, Person];
  const bens = await subscribed(ben, service);
  const chat = await ana.direct(ben);
  await Promise.all(nodes.map((node, i) => on(node, ana).say(chat, `At once ${i}`)));
  const newest = (await ana.view(chat)).lastMessage?.text ?? '';
  await bens.told(newest);
  const device = await ben.connect(nodes[1].url);
  const watcher = await ana.connect(nodes[0].url);
  await watcher.ask('presence:watch', { userIds: [ben.id] });
  const { seq } = await on(nodes[2], ana).say(chat, 'While he looks');
  await device.heard('message:new', ({ message }) => message.seq === seq);
  await device.ask('receipt:read', { conversationId: chat.id, seq });
  device.close();
  await watcher.heard('presence', ({ userId, online }) => userId === ben.id && !online);
  await on(nodes[1], ana).say(chat, 'While he is away');
  await bens.told('While he is away');
  expect(
    bens.pushes.filter(({ payload }) => payload.kind === 'message').length,
  ).toBeLessThanOrEqual(4);
  expect(JSON.stringify(bens.pushes)).not.toContain('While he looks');
  service.stop();
});

it('goes on through the proxy, at any server, when one is killed', async () => {
  const [ana, ben] = (await some('ana', 'ben')) as [Person, Person];
  const chat = await ana.direct(ben);
  const doomed = await cluster.join();
  const bens = await ben.connect(doomed.url);
  const watcher = await ana.connect(cluster.url);
  await watcher.ask('presence:watch', { userIds: [ben.id] });
  await expect
    .poll(async () => (await on(nodes[0], ana).done('GET', `/users/${ben.id}`)).user.online)
    .toBe(true);
  await doomed.kill('SIGKILL');
  await bens.hear('disconnect');
  const gone = watcher.hear('presence', (heard) => !(heard as { online: boolean }).online, 30_000);
  const again = await ben.connect(cluster.url);
  for (let i = 0; i < 6; i++) {
    const { id } = await on(cluster, ana).say(chat, `Still here ${i}`);
    await again.heard('message:new', ({ message }) => message.id === id);
  }
  again.close();
  await gone;
});

it('counts what is limited on all servers together', async () => {
  const strict = { RATE_LIMITS: 'on', RATE_LIMIT_LOOKUPS: '5/60' };
  const two = await Promise.all([cluster.join(strict), cluster.join(strict)]);
  const ana = await person(nodes[0].url);
  const answers: number[] = [];
  for (let i = 0; i < 8; i++) {
    const { status } = await on(two[i % 2] as TestServer, ana).rest('GET', '/users?q=somebody');
    answers.push(status);
  }
  expect(answers).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
});
