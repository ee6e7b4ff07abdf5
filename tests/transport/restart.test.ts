import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Message } from '#lib/contract/records.ts';
import { readSettings } from '#lib/env.ts';
import { people, Person } from '../support/people.ts';
import { startServer } from '../support/server.ts';

it('has everything that it acknowledged after kill -9', async () => {
  let server = await startServer();
  const [ana, ben] = (await people(server.url, 'ana', 'ben')) as [Person, Person];
  const chat = await ana.direct(ben);
  const phone = await ana.connect();
  const acked: Message[] = [];
  const killed = new Promise<void>((resolve) => {
    const send = (input: object): void => {
      const hear = ({ ok, data }: { ok: boolean; data: { message: Message } }): void => {
        // As clients do: a busy machine is too late for those that stand last.
        if (!ok) return send(input);
        acked.push(data.message);
        if (acked.length === 300) resolve(server.kill('SIGKILL').then(() => undefined));
      };
      phone.socket.emit('message:send', input, hear);
    };
    for (let i = 0; i < 2_000; i++)
      send({ conversationId: chat.id, clientId: randomUUID(), text: `line ${i}` });
  });
  await killed;
  phone.close();
  expect(acked.length).toBeGreaterThanOrEqual(300);

  server = await startServer({}, server.dataDir);
  const again = new Person(server.url, ana.user, ana.token);
  const stored: Message[] = [];
  for (let more = true; more;) {
    const page = await again.done(
      'GET',
      `/conversations/${chat.id}/messages?after=${stored.at(-1)?.seq ?? 0}&limit=200`,
    );
    stored.push(...page.messages);
    more = page.hasMore;
  }
  expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, i) => i + 1));
  const bySeq = new Map(stored.map((message) => [message.seq, message]));
  for (const message of acked) expect(bySeq.get(message.seq)).toEqual(message);
  expect((await again.view(chat)).lastSeq).toBe(stored.length);
  const next = await again.say(chat, 'And on');
  expect(next).toMatchObject({ seq: stored.length + 1 });
  await server.stop();
});

it('stops cleanly on SIGTERM with sends under way, and acknowledges exactly those that it stores', async () => {
  let server = await startServer();
  const [ana, ben] = (await people(server.url, 'ana', 'ben')) as [Person, Person];
  const chat = await ana.direct(ben);
  const phone = await ana.connect();
  const sends = Array.from({ length: 200 }, (_, i) =>
    phone
      .ask('message:send', { conversationId: chat.id, clientId: randomUUID(), text: `line ${i}` })
      .then((reply) => (reply.ok ? (reply.data.message as Message) : null))
      .catch(() => null),
  );
  await sends[0];
  const { code } = await server.kill('SIGTERM');
  expect(code).toBe(0);
  expect(await phone.hear('disconnect')).toBe('transport close');
  const acked = (await Promise.all(sends)).filter((message) => message !== null);
  server = await startServer({}, server.dataDir);
  const again = new Person(server.url, ana.user, ana.token);
  const stored = await again.history(chat, 'limit=200');
  const ids = new Set(stored.map(({ id }) => id));
  expect(new Set(acked.map(({ id }) => id))).toEqual(ids);
  await server.stop();
});

const wrongSettings: [name: string, value: string][] = [
  ['PORT', 'x'],
  ['PORT', '70000'],
  ['MONGODB_URI', 'http://localhost'],
  ['SESSION_SECRET', 'short'],
  ['PUBLIC_URL', 'chat.example.org'],
  ['ALLOWED_ORIGINS', 'https://fine.example,nonsense'],
  ['RATE_LIMITS', 'maybe'],
  ['REDIS_URL', 'http://localhost'],
];
it.each(wrongSettings)('refuses %s=%s, and names it in one line', (name, value) => {
  expect(() => readSettings({ [name]: value })).toThrow(new RegExp(`^${name}: .+$`));
});

it('does not start with a wrong setting, and says so in one line', async () => {
  const failure = await startServer({ PORT: 'x' }).catch((error: Error) => error.message);
  expect(failure).toMatch(
    /^the server ended before it was ready:\nGatherly cannot start: PORT: .+\n$/,
  );
});
