import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Conversation, Message } from '#lib/contract/records.ts';
import { people, Person, type Device } from '../support/people.ts';
import { startServer, type TestServer } from '../support/server.ts';

// Two server processes on one database: the first one's, which the second one is given as its
// MONGODB_URI.

let nodes: [TestServer, TestServer];
let ana: Person;
let ben: Person;
let chat: Conversation;
let devices: Device[];

beforeAll(async () => {
  const secret = { SESSION_SECRET: randomUUID() };
  const first = await startServer(secret);
  const second = await startServer({ ...secret, MONGODB_URI: first.databaseUri });
  nodes = [first, second];
  [ana, ben] = (await people(first.url, 'ana', 'ben')) as [Person, Person];
  chat = await ana.direct(ben);
  devices = [
    await ana.connect(first.url),
    await ana.connect(second.url),
    await ben.connect(first.url),
    await ben.connect(second.url),
  ];
});
afterAll(async () => {
  ana?.leave();
  ben?.leave();
  await nodes[1].stop();
  await nodes[0].stop();
});

it('numbers messages and changes without holes, repeats or disorder', async () => {
  const perSender = 120;
  // So many at once of each: for all of them a busy machine takes longer than the server waits.
  const together = 20;
  const say = async (device: Device, sender: number, i: number): Promise<Message> => {
    const text = `${sender}.${i}`;
    const reply = await device.ask('message:send', {
      conversationId: chat.id,
      clientId: randomUUID(),
      text,
    });
    if (!reply.ok) throw new Error(JSON.stringify(reply.error));
    // Every tenth is edited at once, on whichever node has it.
    if (i % 10 === 0) await device.ask('message:edit', { messageId: reply.data.message.id, text });
    return reply.data.message as Message;
  };
  const sayAll = async (device: Device, sender: number): Promise<Message[]> => {
    const said: Message[] = [];
    while (said.length < perSender) {
      const from = said.length;
      const some = Array.from({ length: together }, (_, i) => say(device, sender, from + i));
      said.push(...(await Promise.all(some)));
    }
    return said;
  };
  const acked = (await Promise.all(devices.map(sayAll))).flat();

  const stored: Message[] = [];
  for (let more = true; more;) {
    const page = await ana.done(
      'GET',
      `/conversations/${chat.id}/messages?after=${stored.at(-1)?.seq ?? 0}&limit=200`,
    );
    stored.push(...page.messages);
    more = page.hasMore;
  }
  expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, i) => i + 1));
  expect(stored).toHaveLength(devices.length * perSender);
  expect(new Set(stored.map(({ rev }) => rev)).size).toBe(stored.length);
  for (const message of acked) {
    expect(stored[message.seq - 1]).toMatchObject({ id: message.id, text: message.text });
  }
  devices.forEach((_, sender) => {
    const order = stored.flatMap(({ text }) =>
      text.startsWith(`${sender}.`) ? [Number(text.split('.')[1])] : [],
    );
    expect(order).toEqual(Array.from({ length: perSender }, (_, i) => i));
  });
  const heads = await Promise.all(
    nodes.map(async ({ url }) => new Person(url, ana.user, ana.token).view(chat)),
  );
  for (const head of heads) {
    expect(head.lastSeq).toBe(stored.length);
    expect(head.rev).toBe(Math.max(...stored.map(({ rev }) => rev)));
  }
});

it('makes one message of the same clientId on both nodes', async () => {
  const input = { conversationId: chat.id, clientId: randomUUID(), text: 'Once' };
  const replies = await Promise.all(
    [0, 1, 0, 1, 0, 1].map((i) => (devices[i] as Device).ask('message:send', input)),
  );
  expect(
    new Set(replies.map((reply) => `${reply.data.message.id} ${reply.data.message.seq}`)).size,
  ).toBe(1);
});

it('makes one direct conversation of a pair that starts on both nodes at once', async () => {
  const [cleo, dora] = (await people(nodes[0].url, 'cleo', 'dora')) as [Person, Person];
  const starts = Array.from({ length: 10 }, async (_, i) => {
    const [from, to] = i % 2 ? [cleo, dora] : [dora, cleo];
    const here = new Person(nodes[i % 4 < 2 ? 0 : 1].url, from.user, from.token);
    return (await here.direct(to)).id;
  });
  expect(new Set(await Promise.all(starts)).size).toBe(1);
});
