import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, it } from 'vitest';
import {
  bodyOf,
  Device,
  password,
  patienceMs,
  people,
  Person,
  request,
} from '../support/people.ts';
import { startServer, type TestServer } from '../support/server.ts';

// Two server processes on one database. What one of them ends has soon ended on both, on connections
// that are open too: how soon is in socket-sweep.test.ts and recent-reads.test.ts. The tests, each with
// people of its own, wait for that side by side.

let nodes: [TestServer, TestServer];
const devices: Device[] = [];

beforeAll(async () => {
  const secret = { SESSION_SECRET: randomUUID() };
  const first = await startServer(secret);
  nodes = [first, await startServer({ ...secret, MONGODB_URI: first.databaseUri })];
});
afterAll(async () => {
  for (const device of devices) device.close();
  await nodes[1].stop();
  await nodes[0].stop();
});

async function open(url: string, token: string, transport = 'websocket'): Promise<Device> {
  const device = new Device(url, { token }, {}, [transport]);
  devices.push(device);
  await device.heard('ready');
  return device;
}

/** Another sign-in of this person's. */
async function signInAgain({ url, user }: Person): Promise<Person> {
  const body = { username: user.username, password };
  const { token } = bodyOf(await request(url, 'POST', '/auth/token', { body }));
  return new Person(url, user, token as string);
}

/** A socket of this session's on each node, over each transport. */
const everywhere = ({ token }: Person): Promise<Device[]> =>
  Promise.all(
    nodes.flatMap(({ url }) => [open(url, token, 'websocket'), open(url, token, 'polling')]),
  );

describe.concurrent('a session', () => {
  it.for([
    {
      how: 'signing out',
      end: (_other: Person, ended: Person) => ended.done('DELETE', '/auth/sessions/current'),
    },
    {
      how: 'being ended from another device',
      end: async (other: Person, ended: Person) => {
        const { items } = await ended.done('GET', '/auth/sessions');
        const { id } = items.find(({ current }: { current: boolean }) => current);
        await other.done('DELETE', `/auth/sessions/${id}`);
      },
    },
    {
      how: 'signing out everywhere else',
      end: (other: Person) => other.done('DELETE', '/auth/sessions'),
    },
    {
      how: 'a change of the password',
      end: (other: Person) =>
        other.done('POST', '/auth/password', {
          currentPassword: password,
          newPassword: password,
        }),
    },
  ])('is over on both nodes after $how, and no other is', async ({ end }, { expect }) => {
    const [ana, ben] = (await people(nodes[0].url, 'ana', 'ben')) as [Person, Person];
    const other = await signInAgain(ana);
    const [gone, others, bens] = [
      await everywhere(ana),
      await everywhere(other),
      await everywhere(ben),
    ];
    await end(other, ana);
    for (const device of gone) {
      await device.hear('session:ended');
      await device.hear('disconnect');
    }
    for (const { url } of nodes) {
      const here = new Person(url, ana.user, ana.token);
      await expect
        .poll(async () => (await here.rest('GET', '/users/me')).status, { timeout: patienceMs })
        .toBe(401);
      for (const transport of ['websocket', 'polling']) {
        const device = new Device(url, { token: ana.token }, {}, [transport]);
        devices.push(device);
        const refusal = (await device.hear('connect_error')) as { data: { code: string } };
        expect(refusal.data.code).toBe('unauthenticated');
      }
    }
    for (const device of [...others, ...bens]) {
      expect(await device.ask('conversation:list', {})).toMatchObject({ ok: true });
    }
  });
});

describe.concurrent('a membership', () => {
  it.for<[string, (owner: Person, ended: Person) => readonly [Person, Person]]>([
    ['being removed', (owner, ended) => [owner, ended]],
    ['leaving', (_owner, ended) => [ended, ended]],
  ])('is over on both nodes after %s', async ([, who], { expect }) => {
    const [owner, gone, ben] = (await people(nodes[0].url, 'owner', 'gone', 'ben')) as [
      Person,
      Person,
      Person,
    ];
    const group = await owner.group('Table', [gone, ben]);
    const open = await everywhere(gone);
    const [asker, ended] = who(owner, gone);
    await asker.done('DELETE', `/conversations/${group.id}/members/${ended.id}`);
    for (const device of open) {
      const isIt = (data: unknown) =>
        (data as { conversationId: string }).conversationId === group.id;
      await device.hear('conversation:removed', isIt);
    }
    const heardBefore = open.map(({ events }) => events.length);
    for (const { url } of nodes) {
      const bens = new Person(url, ben.user, ben.token);
      const message = await bens.say(group, 'Among ourselves');
      const edit = { text: 'Between you and me' };
      await bens.done('PATCH', `/conversations/${group.id}/messages/${message.id}`, edit);
      const here = new Person(url, gone.user, gone.token);
      expect((await here.history(group)).map(({ id }) => id)).not.toContain(message.id);
    }
    for (const [i, device] of open.entries()) {
      const conversationId = group.id;
      for (const [event, input] of [
        ['message:send', { conversationId, clientId: randomUUID(), text: 'Still here' }],
        ['typing', { conversationId, typing: true }],
        ['receipt:read', { conversationId, seq: 1 }],
      ] as const) {
        expect((await device.ask(event, input)).error?.code).toBe('forbidden');
      }
      // Whatever was on its way has come before these answers.
      const later = device.events.slice(heardBefore[i]).filter(({ event }) => event !== 'presence');
      for (const event of ['message:new', 'message:updated', 'receipts', 'typing']) {
        expect(later.map((heard) => heard.event)).not.toContain(event);
      }
    }
  });
});
