import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Conversation, Message } from '#lib/contract/records.ts';
import { people, request, type Person } from '../support/people.ts';
import { freePort } from '../support/raw.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { wholeHistory } from './oracle.ts';
import { times } from './scale.ts';

// A database in a process of its own, reached through a proxy: it hangs, dies, cannot be reached, and
// is back, while the server goes on.

const awayMs = times(2_000, 60_000);
// The goals are 5 s and 15 s, and what was measured is printed; a machine that has more to do may take
// twice as long, and whatever hangs takes longer.
const answeredWithinMs = 10_000;
const backWithinMs = 30_000;

const directory = mkdtempSync(path.join(os.tmpdir(), 'gatherly-away-'));
let store: ChildProcess;
let proxy: TcpProxy;
let server: TestServer;
let ana: Person;
let ben: Person;
let chat: Conversation;
let port: string;

async function startStore(): Promise<void> {
  const args = ['lib/build/tool.mjs', 'store', '--port', port, '--data', `${directory}/data`];
  store = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(store.stdout as NodeJS.ReadableStream, 'data');
}

async function killStore(): Promise<void> {
  const ended = once(store, 'exit');
  store.kill('SIGKILL');
  await ended;
}

beforeAll(async () => {
  port = await freePort();
  await startStore();
  proxy = await startTcpProxy({ host: '127.0.0.1', port: Number(port) });
  const uri = `mongodb://127.0.0.1:${proxy.port}/gatherly?directConnection=true`;
  server = await startServer({ MONGODB_URI: uri, SESSION_SECRET: randomUUID() });
  [ana, ben] = (await people(server.url, 'ana', 'ben')) as [Person, Person];
  chat = await ana.direct(ben);
});
afterAll(async () => {
  ana?.leave();
  ben?.leave();
  await server.stop();
  await proxy.shut();
  await killStore();
  rmSync(directory, { recursive: true, force: true });
});

it.each([
  {
    what: 'stopped',
    leave: async () => void store.kill('SIGSTOP'),
    comeBack: async () => void store.kill('SIGCONT'),
  },
  { what: 'killed', leave: () => killStore(), comeBack: () => startStore() },
  { what: 'out of reach', leave: () => proxy.shut(), comeBack: () => proxy.open() },
])(
  'answers unavailable while its database is $what, and goes on by itself',
  async ({ what, leave, comeBack }) => {
    const [phone, bens] = [await ana.connect(), await ben.connect()];
    const acked: Message[] = [];
    const input = () => ({ conversationId: chat.id, clientId: randomUUID(), text: 'Hello?' });
    let longestMs = 0;
    const send = async (given: object) => {
      const begun = performance.now();
      const reply = await phone.socket.timeout(answeredWithinMs).emitWithAck('message:send', given);
      longestMs = Math.max(longestMs, performance.now() - begun);
      if (reply.ok) acked.push(reply.data.message as Message);
      return reply;
    };
    await send(input());
    await leave();
    // On a busy machine a process that is told to stop may still do what it has been asked meanwhile.
    await expect.poll(async () => (await send(input())).ok, { timeout: backWithinMs }).toBe(false);

    const unsent: object[] = [];
    const away = performance.now() + awayMs;
    do {
      const given = input();
      unsent.push(given);
      const [reply, read, ready] = await Promise.all([
        send(given),
        fetch(`${server.url}/api/v1/conversations/${chat.id}/messages`, {
          headers: { authorization: `Bearer ${ana.token}` },
          signal: AbortSignal.timeout(answeredWithinMs),
        }),
        request(server.url, 'GET', '/ready'),
      ]);
      expect(reply).toMatchObject({ ok: false, error: { code: 'unavailable' } });
      expect([read.status, ready.status]).toEqual([503, 503]);
      expect((await request(server.url, 'GET', '/health')).status).toBe(200);
    } while (performance.now() < away);

    await comeBack();
    const back = performance.now();
    const first = unsent[0] as object;
    await expect.poll(async () => (await send(first)).ok, { timeout: backWithinMs }).toBe(true);
    const [answerMs, backMs] = [longestMs, performance.now() - back].map(Math.round);
    process.stdout.write(`${what}: answered within ${answerMs} ms, back after ${backMs} ms\n`);
    for (const given of unsent) expect(await send(given)).toMatchObject({ ok: true });
    expect((await request(server.url, 'GET', '/ready')).status).toBe(200);

    const stored = await wholeHistory(ben, chat.id);
    expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, i) => i + 1));
    for (const message of acked) expect(stored[message.seq - 1]).toEqual(message);
    expect(new Set(stored.map(({ clientId }) => clientId)).size).toBe(stored.length);
    // Both sockets are the ones from before.
    await bens.heard('message:new', ({ message }) => message.id === acked.at(-1)?.id);
    phone.close();
    bens.close();
  },
  times(90_000, 240_000),
);
