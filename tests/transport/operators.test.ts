import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import os from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { people, password, request, type Person } from '../support/people.ts';
import { cookiesOf, freePort, send, signInByForm } from '../support/raw.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const plain = sharedServer();

interface Line {
  level: number;
  requestId?: string;
  operation?: string;
  event?: string;
  code?: string;
  status?: number;
  path?: string;
}

const linesOf = (server: TestServer): Line[] =>
  server
    .log()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);

const metric = (text: string, name: string): number =>
  text
    .split('\n')
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);

describe('the log', () => {
  let server: TestServer;
  let ana: Person;
  let ben: Person;

  beforeAll(async () => {
    server = await startServer({ LOG_LEVEL: 'trace' });
    [ana, ben] = (await people(server.url, 'ana', 'ben')) as [Person, Person];
  });
  afterAll(async () => {
    ana.leave();
    ben.leave();
    await server.stop();
  });

  it('has one line for every request and command that was refused, under its id, with its code', async () => {
    const device = await ana.connect();
    const refused = async (
      path: string,
      method = 'GET',
      headers: Record<string, string> = {},
    ): Promise<string> => {
      const answer = await send(server.url, path, {
        method,
        headers: { 'content-length': '0', ...headers },
      });
      return String(answer.headers['x-request-id']);
    };
    const given = randomUUID();
    const expected = [
      [await refused('/api/v1/users/me'), 'unauthenticated', 401],
      [await refused('/api/v1/users/me', 'GET', { 'x-request-id': given }), 'unauthenticated', 401],
      [await refused('/api/v1/nowhere'), 'not_found', 404],
      [await refused('/api/v1/auth/token', 'POST'), 'invalid_input', 400],
      [await refused('/nowhere'), 'not_found', 404],
      [await refused('/%zz'), 'invalid_input', 400],
      [await refused('/chats', 'POST'), 'not_found', 404],
      [await refused('/api/auth/signout', 'POST', { origin: 'null' }), 'forbidden', 403],
      [await refused('/socket.io/?EIO=1'), 'invalid_input', 400],
    ] as const;
    const wrong = await signInByForm(server.url, 'nobody', { password: 'wrong' });
    const all = [...expected, [wrong.headers['x-request-id'], 'invalid_credentials', 401] as const];
    await device.ask('message:send', { conversationId: ben.id, clientId: 'x', text: 'x' });
    await device.ask('typing', {});
    expect(all[1]?.[0]).toBe(given);
    for (const [id, code, status] of all) {
      const lines = () => linesOf(server).filter(({ requestId }) => requestId === id);
      // It is written when the answer has gone out.
      await expect.poll(lines).toMatchObject([{ level: 30, code, status }]);
    }
    const commands = linesOf(server).filter(({ event }) => event);
    expect(commands).toMatchObject([
      { event: 'message:send', operation: 'sendMessage', code: 'not_found' },
      { event: 'typing', operation: 'setTyping', code: 'invalid_input' },
    ]);
    expect(new Set(commands.map(({ requestId }) => requestId)).size).toBe(2);
  });

  it('has no text, name, password, token, cookie or address of anybody, however much it tells', async () => {
    const secret = 'Tr0ub4dor&3 rosebud';
    const signIn = await signInByForm(server.url, ana.user.username);
    const cookie = cookiesOf(signIn);
    const [chat, device] = [await ana.direct(ben), await ben.connect()];
    const { id } = await ana.say(chat, `${secret} said`);
    const at = `/conversations/${chat.id}/messages/${id}`;
    await ana.done('PATCH', at, { text: `${secret} edited` });
    await device.ask('message:send', {
      conversationId: chat.id,
      clientId: randomUUID(),
      text: `${secret} by socket`,
    });
    await device.ask('message:send', { text: `${secret} refused`, extra: secret });
    await ana.rest('POST', '/conversations', { kind: 'group', title: secret, memberIds: [ben.id] });
    await ana.rest('PATCH', '/users/me', { displayName: secret, about: secret, email: secret });
    await ana.rest('PATCH', '/users/me', { displayName: secret, about: secret });
    await request(server.url, 'POST', '/auth/token', {
      body: { username: secret, password: secret },
    });
    await signInByForm(server.url, secret, { password: secret });
    const account = { username: 'carol', password: secret, email: 'rosebud@example.org' };
    await request(server.url, 'POST', '/auth/register', { body: account });
    await request(server.url, 'POST', '/auth/register', { body: { ...account, username: 'dora' } });
    await request(server.url, 'POST', '/auth/register', { body: `{"password":"${secret}` });
    await ana.rest('GET', `/users?q=${encodeURIComponent(secret)}`);
    await ana.rest('GET', `/conversations/${encodeURIComponent(secret)}?x=${secret}`);
    await send(server.url, `/chats?note=rosebud`, { headers: { cookie } });
    await send(server.url, `/sign-in?next=rosebud&error=rosebud`);
    await send(server.url, `/socket.io/?EIO=4&transport=polling&token=rosebud`);
    await ana.rest('POST', '/auth/password', { currentPassword: password, newPassword: secret });
    await ana.done('DELETE', '/auth/sessions/current');

    const last = (await send(server.url, '/api/v1/nowhere')).headers['x-request-id'];
    await expect.poll(() => server.log()).toContain(last);
    const written = server.log();
    const { token: bens } = ben;
    const values = cookie.split('; ').map((pair) => pair.slice(pair.indexOf('=') + 1));
    const known = [
      secret,
      password,
      ana.token,
      bens,
      ...values.filter((value) => value.length > 8),
    ];
    expect(written.length).toBeGreaterThan(2_000);
    expect(known.filter((value) => written.includes(value))).toEqual([]);
    // In an address that somebody makes up, by path, there may be anything.
    const others = written.split('\n').filter((line) => !line.includes('/conversations/Tr0ub4dor'));
    expect(others.filter((line) => /rosebud|Tr0ub4dor|\$argon2/i.test(line))).toEqual([]);
    for (const line of written.split('\n').filter(Boolean)) JSON.parse(line);
  });

  it('survives a storm of refusals', async () => {
    const before = server.log().length;
    const device = await ben.connect();
    const id = randomUUID();
    await Promise.all(Array.from({ length: 2_000 }, () => device.ask('typing', { id })));
    const lines = server.log().slice(before).split('\n').filter(Boolean);
    const storm = lines.filter((line) => line.includes('"typing"'));
    expect(storm.length).toBeGreaterThan(50);
    expect(storm.length).toBeLessThan(2_000);
  });
});

describe('metrics', () => {
  let server: TestServer;
  beforeAll(async () => {
    // As by default: whoever is in the network can ask.
    server = await startServer({ HOST: '0.0.0.0' });
  });
  afterAll(() => server.stop());
  const read = async () => (await send(server.url, '/metrics')).body;

  it('count and time what is done', async () => {
    const [ana, ben] = (await people(server.url, 'ana', 'ben')) as [Person, Person];
    const chat = await ana.direct(ben);
    const device = await ana.connect();
    await ben.connect();
    for (let i = 0; i < 5; i++) {
      const input = { conversationId: chat.id, clientId: randomUUID(), text: 'Hello' };
      await device.ask('message:send', input);
    }
    await ana.say(chat, 'Once more');
    await device.ask('message:send', {});
    await request(server.url, 'GET', '/users/me');
    const expected = {
      gatherly_messages_appended_total: 6,
      gatherly_connections: 2,
      gatherly_sockets: 2,
      gatherly_people_online: 2,
      gatherly_appends_waiting: 0,
      gatherly_socket_outbox_packets: 0,
      gatherly_password_checks_total: 4,
    };
    // Some of it is told a moment after the answers.
    await expect
      .poll(async () => {
        const now = await read();
        return Object.fromEntries(Object.keys(expected).map((name) => [name, metric(now, name)]));
      })
      .toEqual(expected);
    const text = await read();
    expect(text).toMatch(/^gatherly_ack_seconds_count\{event="message:send"\} 6$/m);
    expect(text).toMatch(/^gatherly_refusals_total\{code="invalid_input"\} 1$/m);
    expect(text).toMatch(/^gatherly_refusals_total\{code="unauthenticated"\} 1$/m);
    expect(text).toMatch(
      /^gatherly_database_command_seconds_count\{command="insert",outcome="done"\} [1-9]/m,
    );
    expect(metric(text, 'gatherly_http_request_seconds_count')).toBeGreaterThan(5);
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
    expect(text).toMatch(/^process_resident_memory_bytes /m);
    for (const { user } of [ana, ben]) expect(text).not.toContain(user.username);
    ana.leave();
    ben.leave();
  });

  it('are for this machine itself: no proxy on it, no page that pretends to be here', async () => {
    const { host } = new URL(server.url);
    for (const [headers, status] of [
      [{ host }, 200],
      [{ host: '127.0.0.1' }, 200],
      [{ host: '[::1]:5000' }, 200],
      [{ host: 'evil.example' }, 404],
      [{ host, 'x-forwarded-for': '127.0.0.1' }, 404],
      [{ host, forwarded: 'for=127.0.0.1' }, 404],
      [{ host, 'x-real-ip': '127.0.0.1' }, 404],
      [{ host, via: '1.1 proxy' }, 404],
    ] as [Record<string, string>, number][]) {
      const answer = await send(server.url, '/metrics', { headers });
      expect({ headers, status: answer.status }).toEqual({ headers, status });
      expect(answer.body.includes('gatherly_')).toBe(status === 200);
    }
    const posted = await send(server.url, '/metrics', { method: 'POST', body: '' });
    expect(posted).toMatchObject({
      status: 404,
      headers: { 'content-type': 'application/problem+json' },
    });
  });

  it('are refused to other machines, whatever they say of themselves', async () => {
    const address = Object.values(os.networkInterfaces())
      .flat()
      .find((face) => face && !face.internal && face.family === 'IPv4')?.address;
    const { port } = new URL(server.url);
    // Where this machine has no other address, there is none to ask from.
    if (address) {
      const answer = await fetch(`http://${address}:${port}/metrics`, {
        headers: { 'x-forwarded-for': '127.0.0.1' },
      });
      expect(answer.status).toBe(404);
      expect((await fetch(`http://${address}:${port}/metrics`)).status).toBe(404);
    }
  });

  it('are for whoever has the token, where there is one', async () => {
    const token = 'a token for prometheus';
    const guarded = await startServer({ METRICS_TOKEN: token });
    for (const [authorization, status] of [
      [`Bearer ${token}`, 200],
      [`bearer ${token}`, 200],
      ['', 401],
      [`Bearer ${token}x`, 401],
      [`Bearer ${token.slice(1)}`, 401],
      ['Bearer ', 401],
      [`Basic ${token}`, 401],
      [token, 401],
    ] as [string, number][]) {
      const headers = {
        ...(authorization && { authorization }),
        'x-forwarded-for': '203.0.113.7',
        host: 'chat.example.org',
      };
      const answer = await send(guarded.url, '/metrics', { headers });
      expect({ authorization, status: answer.status }).toEqual({ authorization, status });
    }
    await guarded.stop();
  });
});

describe.concurrent('health, readiness and the document', () => {
  it('answer to reading, and refuse the rest as the contract says', async () => {
    for (const path of ['/health', '/ready', '/openapi.json']) {
      expect((await request(plain.url, 'GET', path)).status).toBe(200);
      const head = await send(plain.url, `/api/v1${path}`, { method: 'HEAD' });
      expect({ path, status: head.status, body: head.body }).toEqual({
        path,
        status: 200,
        body: '',
      });
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
        const { status, headers, body } = await request(plain.url, method, path);
        expect({ status, type: headers.get('content-type'), code: body.code }).toEqual({
          status: 404,
          type: 'application/problem+json',
          code: 'not_found',
        });
      }
    }
    expect((await request(plain.url, 'GET', '/health')).body).toEqual({ status: 'ok' });
    expect((await request(plain.url, 'GET', '/ready')).body).toEqual({
      status: 'ok',
      database: 'ok',
    });
  });

  it('says that it lives but is not ready while its database is away', async () => {
    const server = await startServer({ MONGODB_URI: `mongodb://127.0.0.1:${await freePort()}/x` });
    expect((await request(server.url, 'GET', '/health')).status).toBe(200);
    const { status, body } = await request(server.url, 'GET', '/ready');
    expect({ status, body }).toEqual({
      status: 503,
      body: { status: 'unavailable', database: 'unavailable' },
    });
    // It logs an error at each attempt, as it has to.
    await server.kill('SIGTERM');
    expect(server.log()).toContain('the database cannot be reached; trying again');
    rmSync(server.dataDir, { recursive: true });
  });
});
