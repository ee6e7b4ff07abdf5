import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createClient } from 'redis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { people, type Person } from '../support/people.ts';
import { freePort } from '../support/raw.ts';
import type { TestServer } from '../support/server.ts';
import { readyAt, startCluster, until, type Cluster } from './cluster.ts';

// Pages and REST without a socket server, as a platform for functions runs them: `next start`. What is
// changed there reaches those who are connected to a socket host.

let cluster: Cluster;
let pages: ChildProcess;
let url: string;
let ana: Person;
let ben: Person;

beforeAll(async () => {
  cluster = await startCluster(2);
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const next = createRequire(import.meta.url).resolve('next/dist/bin/next');
  const env = { PATH: process.env.PATH, NODE_ENV: 'production' as const, ...cluster.settings };
  const options = [next, 'start', '--port', port, '--hostname', '127.0.0.1'];
  pages = spawn(process.execPath, options, { env, stdio: 'ignore' });
  await until(() =>
    readyAt(url).then(
      ({ redis }) => redis === 'ok',
      () => false,
    ),
  );
  [ana, ben] = (await people(url, 'ana', 'ben')) as [Person, Person];
});
afterAll(async () => {
  ana?.leave();
  ben?.leave();
  const ended = once(pages, 'exit');
  pages.kill();
  await ended;
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
