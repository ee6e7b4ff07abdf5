import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { httpStatus } from '#lib/contract/errors.ts';
import { commandEvents } from '#lib/contract/event-names.ts';
import type { Conversation } from '#lib/contract/records.ts';
import { people, request, type Device, type Person } from '../support/people.ts';
import { send, upgrade } from '../support/raw.ts';
import { sharedServer } from '../support/shared-server.ts';

const server = sharedServer();
let ana: Person;
let ben: Person;
let chat: Conversation;
let phone: Device;

beforeAll(async () => {
  [ana, ben] = (await people(server.url, 'ana', 'ben')) as [Person, Person];
  chat = await ana.direct(ben);
  phone = await ana.connect();
});
afterAll(async () => {
  ana?.leave();
});

const codes = Object.keys(httpStatus);
const events = Object.values(commandEvents);
const strange = [
  undefined,
  null,
  0,
  Number.NaN,
  -1,
  '',
  'x',
  [],
  [1],
  {},
  { $ne: null },
  true,
  new Uint8Array(3),
];

it('answers every command that makes no sense, and lives on', async () => {
  for (const event of events.filter((name) => name !== 'conversation:list')) {
    for (const input of strange) {
      const reply = await phone.ask(event, input);
      expect(reply).toMatchObject({ ok: false, error: { code: 'invalid_input' } });
    }
  }
  await ana.say(chat, 'Still here');
});

it('lives on when the ack is missing or is none', async () => {
  for (const event of events) {
    phone.socket.emit(event);
    phone.socket.emit(event, null);
    phone.socket.emit(event, { conversationId: chat.id }, 'no function');
    phone.socket.emit(event, 'a', 'b', 'c', 'd');
    await phone.socket.timeout(30_000).emitWithAck(event);
  }
  phone.socket.emit('no:such:event', {});
  expect((await phone.ask('no:such:event', {})).error.code).toBe('not_found');
  const clientId = randomUUID();
  phone.socket.emit('message:send', { conversationId: chat.id, clientId, text: 'Without an ack' });
  await phone.heard('message:new', ({ message }) => message.clientId === clientId);
});

it('refuses whatever else it is sent, with a code of the contract', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...events),
      fc.jsonValue({ maxDepth: 3 }),
      async (event, input) => {
        const reply = await phone.ask(event, input);
        if (!reply.ok) expect(codes).toContain(reply.error.code);
      },
    ),
    { numRuns: 300 },
  );
});

it('lets no string become an operator', async () => {
  for (const path of [
    '/users?q[$ne]=x',
    '/users/%00',
    '/users/me/nowhere',
    '/conversations/[object%20Object]',
    `/conversations/${chat.id}/messages?before[$gt]=1`,
    '/users?q=%28a%2B%29%2B%24',
    '/users?q=.*',
    '/users?cursor=e30',
  ]) {
    const { status } = await ana.rest('GET', path);
    expect({ path, fine: status < 500 }).toEqual({ path, fine: true });
  }
  expect((await ana.rest('GET', '/users?q=.*')).body.items).toEqual([]);
});

it('refuses every path and method that there is not as the contract says', async () => {
  for (const [method, path, status] of [
    ['GET', '', 404],
    ['GET', '/nowhere/at/all', 404],
    ['PUT', '/users/me', 404],
    ['POST', '/users/me', 404],
    ['GET', '/users/%zz', 400],
    ['POST', `/auth/token?username=ana&password=secret`, 400],
  ] as const) {
    const { status: found, headers, body } = await request(server.url, method, path);
    expect({ path, found, type: headers.get('content-type') }).toEqual({
      path,
      found: status,
      type: 'application/problem+json',
    });
    expect(codes).toContain(body.code);
  }
});

it('follows no path that leads elsewhere than it begins, and answers no host that is none', async () => {
  const post = { method: 'POST', headers: { 'next-action': 'a'.repeat(40) } };
  for (const path of [
    '/_next/static/../../chats',
    '/_next/static/%2e%2e/%2E./chats',
    '/_next/static/..\\..\\chats',
    '/_next/static/x%2f..%2f..%2f..%2fchats',
    '/api/../chats',
    '/chats/.',
  ]) {
    expect({ path, ...(await send(server.url, path)) }).toMatchObject({ path, status: 400 });
    expect((await send(server.url, path, post)).status).toBe(400);
  }
  for (const host of ['[', 'a b', 'evil/..', 'ana@evil', 'localhost:99999', 'x#', '%']) {
    for (const path of ['/api/auth/session', '/api/auth/signin', '/sign-in']) {
      const { status } = await send(server.url, path, { headers: { host } });
      expect({ host, path, status }).toEqual({ host, path, status: 400 });
    }
  }
});

it('has no method and no page that fails by itself', async () => {
  for (const method of ['TRACE', 'PROPFIND', 'PURGE']) {
    for (const path of ['/chats', '/api/v1/users/me', '/api/auth/session']) {
      expect((await send(server.url, path, { method })).status).toBe(404);
    }
  }
  for (const path of ['/_global-error', '/_not-found', '/_error']) {
    expect((await send(server.url, path)).status).toBe(404);
  }
});

it('answers an input of thousands of faults shortly', async () => {
  const body = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`${i}`.repeat(9), i]));
  const answer = await request(server.url, 'POST', '/auth/token', { body });
  expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_input' } });
  expect(answer.body.issues.length).toBeLessThanOrEqual(20);
  const long = await request(server.url, 'POST', '/auth/token', { body: { ['k'.repeat(1e5)]: 1 } });
  expect(JSON.stringify(long.body).length).toBeLessThan(2_000);
});

it('reads a page whatever its query is', async () => {
  for (const path of ['/sign-in?x=%zz', '/sign-in?utm=100%']) {
    expect((await fetch(`${server.url}${path}`)).status).toBe(200);
  }
});

it('takes up its own upgrades only', async () => {
  expect(await upgrade(server.url, '/socket.io/?EIO=4&transport=websocket')).toBe('upgraded 101');
  expect(await upgrade(server.url, '/elsewhere')).not.toMatch(/upgraded/);
  expect(await upgrade(server.url, 'http://169.254.169.254/latest')).not.toMatch(/upgraded/);
});
