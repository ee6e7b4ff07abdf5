import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Conversation } from '#lib/contract/records.ts';
import { password, people, person, request, type Person } from '../support/people.ts';
import { startServer, type TestServer } from '../support/server.ts';

// A thousand requests of 40 clients, on a machine that has more to do.
vi.setConfig({ testTimeout: 120_000 });

const wrong = 'not the password';

/** Tries to sign in, as a proxy in front passes it on for somebody. */
const tryToken = (
  url: string,
  username: string,
  { from = '192.0.2.1', with: given = wrong }: { from?: string; with?: string } = {},
) =>
  request(url, 'POST', '/auth/token', {
    body: { username, password: given },
    headers: { 'x-forwarded-for': from },
  });

/** The same on next-auth's wire, as the sign-in page does it. */
async function tryPage(url: string, username: string, from: string): Promise<Response> {
  const headers = { 'x-forwarded-for': from };
  const csrf = await fetch(`${url}/api/auth/csrf`, { headers });
  const { csrfToken } = (await csrf.json()) as { csrfToken: string };
  const cookie = csrf.headers.getSetCookie().map((line) => line.split(';')[0]);
  return fetch(`${url}/api/auth/callback/credentials`, {
    method: 'POST',
    headers: { ...headers, cookie: cookie.join('; ') },
    body: new URLSearchParams({ username, password: wrong, csrfToken, json: 'true' }),
  });
}

/** Runs all of these, 40 at a time, and counts their statuses. */
async function storm(times: number, attempt: (index: number) => Promise<{ status: number }>) {
  const counts: Record<number, number> = {};
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < times; index = next++) {
      const { status } = await attempt(index);
      counts[status] = (counts[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: 40 }, worker));
  return counts;
}

async function passwordChecks(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^gatherly_password_checks_total (\d+)$/m.exec(text)?.[1]);
}

const lines = (server: TestServer, limit: string) =>
  server
    .log()
    .split('\n')
    .filter((line) => line.includes(`"limit":"${limit}"`));

describe('a storm of wrong passwords', () => {
  let server: TestServer;
  let ana: Person;
  let ben: Person;
  let chat: Conversation;
  beforeAll(async () => {
    server = await startServer({ RATE_LIMITS: 'on', TRUSTED_PROXIES: 'loopback' });
    [ana, ben] = (await people(server.url, 'ana', 'ben')) as [Person, Person];
    chat = await ana.direct(ben);
  });
  afterAll(async () => {
    ana?.leave();
    await server.stop();
  });

  it('from 200 addresses has ten of a thousand compared, and leaves the owner alone', async () => {
    const phone = await ana.connect();
    const before = await passwordChecks(server.url);
    const { username } = ana.user;
    const under = storm(1_000, (index) => {
      const from = `198.51.${Math.floor((index % 200) / 100)}.${index % 100}`;
      return index % 50 === 0
        ? tryPage(server.url, username, from)
        : tryToken(server.url, username, { from });
    });
    const reply = await phone.ask('message:send', {
      conversationId: chat.id,
      clientId: randomUUID(),
      text: 'Still here',
    });
    expect(reply.ok).toBe(true);
    expect(await under).toEqual({ 401: 10, 429: 990 });
    expect((await passwordChecks(server.url)) - before).toBe(10);
    expect(lines(server, 'password_account')).toHaveLength(1);
    await ana.say(chat, 'And here');
    // Who holds a session can change the password even now, and is not kept from it by strangers.
    const next = 'another long password';
    const change = { currentPassword: password, newPassword: next };
    expect((await ana.rest('POST', '/auth/password', change)).status).toBe(200);
    // The right password waits, too: otherwise the storm would learn which one it is.
    const refused = await tryToken(server.url, username, { with: next });
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBe(Math.ceil(refused.body.retryAfterMs / 1000));
    expect(seconds).toBeLessThanOrEqual(300);
    expect(refused.body.detail).toMatch(/^Too many tries\. Try again in \d+ (seconds|minutes)\.$/);
  });

  it('from one address has ten of three hundred compared', async () => {
    const counts = await storm(300, () => tryToken(server.url, ben.user.username));
    expect(counts).toEqual({ 401: 10, 429: 290 });
    expect((await ben.rest('GET', '/users/me')).status).toBe(200);
  });

  it('on many accounts from one address has fifty compared', async () => {
    const counts = await storm(80, (index) =>
      tryToken(server.url, `nobody_${index}`, { from: '192.0.2.50' }),
    );
    expect(counts).toEqual({ 401: 50, 429: 30 });
    expect(lines(server, 'password_address')).toHaveLength(1);
  });

  it('is refused alike for an account that there is not', async () => {
    const answers = [];
    for (const username of ['nobody.at.all', 'nobody@example.org']) {
      const tries = [];
      for (let index = 0; index < 11; index++) {
        const { status, body } = await tryToken(server.url, username, {
          from: `192.0.2.${60 + index}`,
        });
        tries.push([status, body.code]);
      }
      answers.push(tries);
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.at(-1)).toEqual([429, 'rate_limited']);
  });

  it('tells the sign-in page how long to wait', async () => {
    const answer = await tryPage(server.url, ben.user.username, '192.0.2.90');
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    const { url } = (await answer.json()) as { url: string };
    const page = await (await fetch(url, { headers: { accept: 'text/html' } })).text();
    expect(page).toMatch(/Too many tries\. Try again in \d+ (seconds|minutes)\./);
  });
});

it('lets the right password in when the wait that was told is over', async () => {
  const server = await startServer({ RATE_LIMITS: 'on', RATE_LIMIT_PASSWORD_ACCOUNT: '3/1' });
  const ana = await person(server.url);
  const { username } = ana.user;
  const right = () => tryToken(server.url, username, { with: password });
  await storm(20, () => tryToken(server.url, username));
  for (let answer = await right(); answer.status !== 200; answer = await right()) {
    expect(answer.status).toBe(429);
    // As a program does that was told how long.
    await new Promise((resolve) => setTimeout(resolve, answer.body.retryAfterMs));
  }
  // Right ones do not count, however many.
  for (let index = 0; index < 12; index++) expect((await right()).status).toBe(200);
  await server.stop();
});
