import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Message } from '#lib/contract/records.ts';
import { people, type Person } from '../support/people.ts';
import { startServer } from '../support/server.ts';
import { wholeHistory } from './oracle.ts';

/** Of the clock in the hook. */
const stepMs = 170;
const hook = new URL('./restless-clock.mjs', import.meta.url).pathname;

it('numbers and orders messages alike whatever the clocks of two servers do', async () => {
  const settings = { SESSION_SECRET: randomUUID(), NODE_OPTIONS: `--import=${hook}` };
  const first = await startServer(settings);
  const second = await startServer({ ...settings, MONGODB_URI: first.databaseUri });
  const [ana, ben] = (await people(first.url, 'ana', 'ben')) as [Person, Person];
  const chat = await ana.direct(ben);
  const senders = [
    await ana.connect(first.url),
    await ana.connect(second.url),
    await ben.connect(first.url),
    await ben.connect(second.url),
  ];
  const count = 100;
  const send = async (i: number, n: number): Promise<Message> => {
    const input = { conversationId: chat.id, clientId: randomUUID(), text: `${i} ${n}` };
    // As clients do: whoever always comes after the other server in the race for a number is told so in the end.
    for (;;) {
      const reply = await senders[i]?.ask('message:send', input);
      if (reply.ok) return reply.data.message as Message;
      expect(reply.error.code).toBe('unavailable');
    }
  };
  const until = performance.now() + 6 * stepMs;
  const acked = await Promise.all(
    senders.map(async (_, i) => {
      const messages: Message[] = [];
      // One after the other, however fast, until the clocks have jumped several times.
      for (let n = 0; n < count || performance.now() < until; n++) messages.push(await send(i, n));
      return messages;
    }),
  );
  const stored = await wholeHistory(ben, chat.id);
  expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, i) => i + 1));
  expect(stored).toHaveLength(acked.flat().length);
  const times = stored.map(({ createdAt }) => createdAt);
  // The clocks did jump, and nothing went by them.
  expect(times).not.toEqual(times.toSorted());
  for (const messages of acked) {
    const seqs = messages.map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    for (const message of messages) expect(stored[message.seq - 1]).toEqual(message);
  }
  const { messages } = await ana.done('GET', `/conversations/${chat.id}/messages?sinceRev=350`);
  expect(messages.map(({ rev }: Message) => rev)).toEqual(
    Array.from({ length: messages.length }, (_, i) => 351 + i),
  );
  ana.leave();
  ben.leave();
  await second.stop();
  await first.stop();
});
