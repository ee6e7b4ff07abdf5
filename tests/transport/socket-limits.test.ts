import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Conversation } from '#lib/contract/records.ts';
import { metricOf } from '../support/metrics.ts';
import { Device, people, type Person } from '../support/people.ts';
import { rawConnection, type RawConnection } from '../support/raw-connection.ts';
import { startServer, type TestServer } from '../support/server.ts';

// Cutting takes its seconds, and fifty clients more on a machine that has more to do.
vi.setConfig({ testTimeout: 90_000 });

let server: TestServer;
let ana: Person;
let ben: Person;
let chat: Conversation;
const raw: RawConnection[] = [];
const devices: Device[] = [];

beforeAll(async () => {
  server = await startServer({
    RATE_LIMITS: 'on',
    TRUSTED_PROXIES: 'loopback',
    RATE_LIMIT_MESSAGES: '1000/1',
    RATE_LIMIT_CONNECTIONS: '8+1/3600',
    SOCKETS_PER_USER: '3',
    SOCKETS_PER_ADDRESS: '4',
    SOCKET_QUEUE: '20',
    SOCKET_BACKLOG_KIB: '1024',
    SOCKET_JOIN_SECONDS: '3',
    REQUEST_SECONDS: '2',
  });
  [ana, ben] = (await people(server.url, 'ana', 'ben')) as [Person, Person];
  chat = await ana.direct(ben);
});
afterEach(async () => {
  for (const device of devices.splice(0)) device.close();
  for (const connection of raw.splice(0)) connection.close();
  await until(async () => (await metric('gatherly_connections')) === 0);
});
afterAll(() => server.stop());

/** A socket from an address of its own, or from the one that is given. */
let addresses = 0;
function device({ token }: Person, from = `192.0.2.${++addresses}`): Device {
  const made = new Device(server.url, { token }, { 'x-forwarded-for': from });
  devices.push(made);
  return made;
}

async function ready(person: Person, from?: string): Promise<Device> {
  const made = device(person, from);
  await made.heard('ready');
  return made;
}

/** What a handshake is refused with. */
async function refusal(refused: Device): Promise<unknown> {
  const error = (await refused.hear('connect_error')) as Error & { data?: unknown };
  return error.data ?? error.message;
}

const open = async (bytes: string): Promise<RawConnection> => {
  const connection = await rawConnection(server.url, bytes);
  raw.push(connection);
  return connection;
};

/** A connection of Socket.io by hand, which does only what it is told. */
async function joined({ token }: Person): Promise<RawConnection> {
  const connection = await open(upgrade());
  connection.write(frame(`40${JSON.stringify({ token })}`));
  await until(() => connection.received().includes('"sessionId"'));
  return connection;
}

/** The server's own, to its store and to whoever asks for metrics, may have become so many more. */
const ownFds = 10;

const metric = (name: string): Promise<number> => metricOf(server.url, name);

/** Resolves when what is asked again and again is so. */
async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = AbortSignal.timeout(60_000);
  while (!(await isSo())) {
    deadline.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const upgrade = (from = `192.0.2.${++addresses}`) =>
  [
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
    'Host: localhost',
    `X-Forwarded-For: ${from}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    '\r\n',
  ].join('\r\n');

/** A text frame of less than 64 KiB as a browser sends it, with a mask of zeros. */
function frame(text: string): Buffer {
  const data = Buffer.from(text);
  const head = Buffer.from([0x81, 0x80 | 126, data.length >> 8, data.length & 255, 0, 0, 0, 0]);
  return Buffer.concat([head, data]);
}

describe('sockets', () => {
  it('are so many for a person; one more is refused, and may come when another has gone', async () => {
    const [first] = await Promise.all([ready(ana), ready(ana), ready(ana)]);
    const tooMany = { code: 'rate_limited', retryAfterMs: 30_000 };
    expect(await refusal(device(ana))).toEqual(tooMany);
    expect((await first.ask('conversation:list', {})).ok).toBe(true);
    await ready(ben);
    first.close();
    await until(async () => (await metric('gatherly_connections')) === 3);
    await ready(ana);
  });

  it('are so many for an address', async () => {
    const from = '198.51.100.1';
    await Promise.all([ready(ana, from), ready(ana, from), ready(ben, from), ready(ben, from)]);
    const tooMany = { code: 'rate_limited', retryAfterMs: 30_000 };
    expect(await refusal(device(ana, from))).toEqual(tooMany);
    // Not even those that never say who they are come to more than twice as many.
    const silent = await Promise.all(Array.from({ length: 20 }, () => open(upgrade(from))));
    const answers = await Promise.all(silent.map(({ firstLine }) => firstLine));
    const admitted = answers.filter((line) => line.includes('101'));
    expect(admitted.length).toBeLessThanOrEqual(4);
    expect(answers.filter((line) => line.includes('400')).length).toBe(20 - admitted.length);
  });

  it('begin only so often from an address', async () => {
    const from = '2001:db8::1';
    for (let index = 0; index < 8; index++) (await ready(ana, from)).close();
    const ninth = await refusal(device(ana, '2001:db8::2'));
    expect(ninth).toMatchObject({ code: 'rate_limited' });
  });

  it('that do not say who they are are cut, and so are those that do not go when told to', async () => {
    const before = await metric('process_open_fds');
    const silent = await Promise.all(
      Array.from({ length: 40 }, (_, index) => open(upgrade(`198.51.100.${10 + index}`))),
    );
    for (const index of Array.from({ length: 10 }).keys()) {
      const headers = { 'x-forwarded-for': `198.51.100.${60 + index}` };
      await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`, { headers });
    }
    const forged = await open(upgrade());
    forged.write(frame('40{"token":"forged"}'));
    await Promise.all([...silent, forged].map(({ closed }) => closed));
    await until(async () => (await metric('gatherly_connections')) === 0);
    await until(async () => (await metric('process_open_fds')) < before + ownFds);
  });

  it('say once who they are', async () => {
    const connection = await open(upgrade());
    const hello = frame(`40${JSON.stringify({ token: ana.token })}`);
    connection.write(Buffer.concat(Array.from({ length: 50 }, () => hello)));
    await connection.closed;
    expect(connection.received().split('"sessionId"').length).toBeLessThanOrEqual(2);
  });

  it('that poll bring only so many packets in one request', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.9', 'content-type': 'text/plain' };
    const path = `${server.url}/socket.io/?EIO=4&transport=polling`;
    for (const packet of ['40', '40/elsewhere,', '3']) {
      const handshake = await (await fetch(path, { headers })).text();
      const { sid } = JSON.parse(handshake.slice(1)) as { sid: string };
      const body = Array.from({ length: 1_000 }, () => packet).join('\u001e');
      await fetch(`${path}&sid=${sid}`, { method: 'POST', headers, body });
      const after = await fetch(`${path}&sid=${sid}`, { headers });
      expect({ packet, status: after.status }).toEqual({ packet, status: 400 });
    }
    expect(server.log()).toContain('"limit":"socket_queue"');
  });

  it('do not stay when they leave their namespace', async () => {
    const connection = await joined(ana);
    connection.write(frame('41'));
    await connection.closed;
  });
});

describe('a client', () => {
  it('that stops reading is let go before it fills the memory, and catches up', async () => {
    const deaf = await joined(ben);
    deaf.pause();
    const phone = await ready(ana);
    const before = (await ana.view(chat)).rev;
    const text = 'x'.repeat(64 * 1024);
    let sent = 0;
    const send = async () => {
      const input = { conversationId: chat.id, clientId: randomUUID(), text };
      expect((await phone.ask('message:send', input)).ok).toBe(true);
      sent++;
    };
    await until(async () => {
      await Promise.all(Array.from({ length: 8 }, send));
      return (await metric('gatherly_connections')) === 1;
    });
    expect(server.log()).toContain('"limit":"socket_backlog"');
    let missed = 0;
    for (let hasMore = true; hasMore;) {
      const from = `sinceRev=${before + missed}&limit=200`;
      const page = await ben.done('GET', `/conversations/${chat.id}/messages?${from}`);
      missed += page.messages.length as number;
      hasMore = page.hasMore as boolean;
    }
    expect(missed).toBe(sent);
  });

  it('that does not wait for answers has so many commands at a time, and the rest refused', async () => {
    const group = await ana.group('Many', [ben]);
    const phone = await ready(ana);
    const send = (index: number): Promise<{ ok: boolean; error?: { code: string } }> =>
      phone.ask('message:send', { conversationId: group.id, clientId: `m${index}`, text: 'Go' });
    // All of them are there when the server looks, however fast it is.
    process.kill(server.pid, 'SIGSTOP');
    const sends = Array.from({ length: 300 }, (_, index) => send(index));
    await until(
      () => (phone.socket.io.engine as unknown as { writeBuffer: [] }).writeBuffer.length === 0,
    );
    process.kill(server.pid, 'SIGCONT');
    const replies = await Promise.all(sends);
    const accepted = replies.filter(({ ok }) => ok).length;
    expect(accepted).toBeGreaterThanOrEqual(20);
    expect(accepted).toBeLessThan(sends.length);
    const codes = new Set(replies.flatMap(({ error }) => error?.code ?? []));
    expect(codes).toEqual(new Set(['rate_limited']));
    // The group's beginning is a message too.
    expect((await ana.view(group)).lastSeq).toBe(accepted + 1);
  });

  it('that nests its input or sends binaries is refused', async () => {
    const phone = await ready(ana);
    const binary = { conversationId: chat.id, clientId: 'bytes', text: Buffer.from('bytes') };
    expect(await phone.ask('message:send', binary)).toMatchObject({
      ok: false,
      error: { code: 'invalid_input' },
    });
    const nested = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
    const body = `{"clientId":"deep","text":${nested}}`;
    const answer = await ana.rest('POST', `/conversations/${chat.id}/messages`, body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_input' } });
    const connection = await joined(ana);
    connection.write(frame(`421["message:send",{"text":${nested}}]`));
    await until(() => connection.received().includes('invalid_input'));
  });

  it('may send the longest text with every character escaped, on both wires', async () => {
    const group = await ana.group('Long', [ben]);
    const phone = await ready(ana);
    const text = `${'\u0001'.repeat(64 * 1024 - 1)}"`;
    const input = { conversationId: group.id, clientId: 'a', text };
    expect((await phone.ask('message:send', input)).ok).toBe(true);
    await ana.say(group, text);
    const more = { ...input, clientId: 'b', text: `${text}.` };
    expect(await phone.ask('message:send', more)).toMatchObject({
      error: { code: 'invalid_input' },
    });
  });
});

it('requests that do not arrive are cut, and nobody else notices', async () => {
  const phone = await ready(ana);
  const before = await metric('process_open_fds');
  const head = 'POST /api/v1/auth/token HTTP/1.1\r\nHost: localhost\r\n';
  const slow = [
    '',
    'GET / HTTP/1.1\r\nHost: loc',
    `${head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"username"`,
    `${head}Transfer-Encoding: chunked\r\n\r\n5\r\nhello`,
    upgrade().slice(0, -10),
    upgrade().replace('/socket.io/', '/elsewhere/'),
  ];
  const cut = await Promise.all(
    slow.flatMap((bytes) => Array.from({ length: 30 }, () => open(bytes))),
  );
  const group = await ana.group('Meanwhile', [ben]);
  await ana.say(group, 'Still here');
  await phone.heard('message:new', ({ message }) => message.text === 'Still here');
  await Promise.all(cut.map(({ closed }) => closed));
  expect((await phone.ask('conversation:list', {})).ok).toBe(true);
  await until(async () => (await metric('process_open_fds')) < before + ownFds);
});
