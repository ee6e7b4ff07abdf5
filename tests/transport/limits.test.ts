import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { password, people, person, request, type Person } from '../support/people.ts';
import { startServer, type TestServer } from '../support/server.ts';

// Hundreds of requests at once, on a machine that has more to do.
vi.setConfig({ testTimeout: 90_000 });

// What is used up does not come back while the tests run.
const never = '1/3600';
let server: TestServer;
const guests: Person[] = [];

afterEach(() => guests.splice(0).forEach((guest) => guest.leave()));

async function anaAndBen(): Promise<[Person, Person]> {
  const both = (await people(server.url, 'ana', 'ben')) as [Person, Person];
  guests.push(...both);
  return both;
}

const register = (headers: Record<string, string> = {}) => {
  const body = { username: `guest_${randomUUID().slice(0, 8)}`, password };
  return request(server.url, 'POST', '/auth/register', { body, headers });
};

type Reply = { ok: boolean; error?: { code: string; retryAfterMs: number } };

const refusals = (replies: Reply[]) => replies.filter(({ ok }) => !ok).map(({ error }) => error);

/** Counts the statuses of what is asked all at once. */
async function statuses(answers: Promise<{ status: number }>[]): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const { status } of await Promise.all(answers)) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

describe('a person who does too much', () => {
  beforeAll(async () => {
    server = await startServer({
      RATE_LIMITS: 'on',
      RATE_LIMIT_REGISTER: `14+${never}`,
      RATE_LIMIT_MESSAGES: `60+${never}`,
      RATE_LIMIT_TYPING: never,
      RATE_LIMIT_REQUESTS: `50+${never}`,
      RATE_LIMIT_LOOKUPS: '2/1',
      RATE_LIMIT_ANONYMOUS: '1000/1',
    });
  });
  afterAll(() => server.stop());

  it('is told when to try again, loses nothing that was accepted, and hurts nobody', async () => {
    const [ana, ben] = await anaAndBen();
    const chat = await ana.direct(ben);
    const [phone, laptop, hers] = [await ana.connect(), await ana.connect(), await ben.connect()];
    const send = (device: typeof phone, index: number): Promise<Reply> =>
      device.ask('message:send', {
        conversationId: chat.id,
        clientId: index < 0 ? `hers${index}` : `flood-${index}`,
        text: `Number ${index}`,
      });
    const flood = times(500, (index) => send(index % 2 ? phone : laptop, index));
    const meanwhile = times(20, (index) => send(hers, -1 - index));
    const replies = await Promise.all(flood);
    expect(replies.filter(({ ok }) => ok)).toHaveLength(60);
    for (const error of refusals(replies)) {
      expect(error).toMatchObject({ code: 'rate_limited', retryAfterMs: expect.any(Number) });
      expect(error?.retryAfterMs).toBeGreaterThan(0);
    }
    expect(refusals(await Promise.all(meanwhile))).toEqual([]);
    const accepted = times(500, (index) => `flood-${index}`).filter(
      (_, index) => replies[index]?.ok,
    );
    const stored = (await ben.history(chat, 'limit=200')).map(({ clientId }) => clientId);
    expect(stored.filter((id) => id.startsWith('flood')).sort()).toEqual(accepted.sort());
    // The other wire counts the same, and says it in HTTP's way too.
    const body = { clientId: randomUUID(), text: 'By REST' };
    const refused = await ana.rest('POST', `/conversations/${chat.id}/messages`, body);
    expect(refused).toMatchObject({ status: 429, body: { status: 429, code: 'rate_limited' } });
    expect(Number(refused.headers.get('retry-after'))).toBe(
      Math.ceil(refused.body.retryAfterMs / 1000),
    );
    // Reading goes on, and so does everything else.
    expect((await ana.view(chat)).lastSeq).toBe(80);
    expect((await phone.ask('receipt:read', { conversationId: chat.id, seq: 80 })).ok).toBe(true);
  });

  it('may do again what was refused when the time has come', async () => {
    const [ana, ben] = await anaAndBen();
    for (let found = 0; found < 6; found++) {
      for (;;) {
        const { status, body } = await ana.rest('GET', '/users?q=ben');
        if (status === 200) break;
        expect(status).toBe(429);
        await new Promise((resolve) => setTimeout(resolve, body.retryAfterMs));
      }
    }
    expect((await ben.rest('GET', '/users?q=ana')).status).toBe(200);
  });

  it('is believed to type once in a while, and to have stopped at once', async () => {
    const [ana, ben] = await anaAndBen();
    const chat = await ana.direct(ben);
    const [phone, hers] = [await ana.connect(), await ben.connect()];
    const type = (typing: boolean): Promise<Reply> =>
      phone.ask('typing', { conversationId: chat.id, typing });
    const replies = await Promise.all(times(200, () => type(true)));
    expect(refusals(replies)).toHaveLength(199);
    expect((await type(false)).ok).toBe(true);
    await hers.heard('typing', ({ typing }) => !typing);
    expect(hers.all('typing')).toHaveLength(2);
  });

  it('has one budget for all other commands and requests, whatever they are', async () => {
    const [ana, ben] = await anaAndBen();
    const phone = await ana.connect();
    const replies: Reply[] = await Promise.all(
      times(80, (index) => phone.ask(index % 2 ? 'conversation:list' : 'no:such:event', {})),
    );
    const codes = refusals(replies).map((error) => error?.code);
    expect(codes.filter((code) => code === 'rate_limited')).toHaveLength(30);
    expect(codes).toContain('not_found');
    expect((await ana.rest('GET', '/users/me')).status).toBe(429);
    expect((await ben.rest('GET', '/users/me')).status).toBe(200);
  });

  it('makes no more accounts by saying that each comes from elsewhere', async () => {
    const forged = (index: number) => ({
      'x-forwarded-for': `203.0.113.${index}`,
      'x-real-ip': `203.0.113.${index}`,
      forwarded: `for=203.0.113.${index}`,
      'x-gatherly-address': `203.0.113.${index}`,
    });
    // Eight of fourteen were made by the tests before, in the ordinary way.
    const counts = await statuses(times(100, (index) => register(forged(index))));
    expect(counts).toEqual({ 201: 6, 429: 94 });
    expect(server.log()).toContain('set TRUSTED_PROXIES');
  });
});

describe('an address', () => {
  beforeAll(async () => {
    server = await startServer({
      RATE_LIMITS: 'on',
      TRUSTED_PROXIES: 'loopback, 198.51.100.0/24',
      RATE_LIMIT_REGISTER: '2/3600',
      RATE_LIMIT_ANONYMOUS: `20+${never}`,
    });
  });
  afterAll(() => server.stop());

  it('is what a trusted proxy says, and not what stands before that', async () => {
    const from = (hops: string) => statuses(times(4, () => register({ 'x-forwarded-for': hops })));
    expect(await from('192.0.2.1')).toEqual({ 201: 2, 429: 2 });
    expect(await from('192.0.2.2, 198.51.100.7')).toEqual({ 201: 2, 429: 2 });
    // Anybody may have written what stands to the left.
    expect(await from('10.9.9.9, 192.0.2.2')).toEqual({ 429: 4 });
    // One customer has all of an IPv6 network of 64 bits.
    expect(await from('2001:db8:1:2::1')).toEqual({ 201: 2, 429: 2 });
    expect(await from('2001:db8:1:2:ffff::2')).toEqual({ 429: 4 });
    expect(await from('2001:db8:1:3::1')).toEqual({ 201: 2, 429: 2 });
  });

  it('asks so much without a session, pages and forged tokens included', async () => {
    const ana = await person(server.url);
    const headers = { 'x-forwarded-for': '192.0.2.77' };
    const ask = (path: string, token?: string) =>
      request(server.url, 'GET', path, { headers, ...(token && { token }) });
    const forged = () => ask('/users/me', 'a.forged.token');
    expect(await statuses(times(10, forged))).toEqual({ 401: 10 });
    const page = () => fetch(`${server.url}/sign-in`, { headers });
    expect(await statuses(times(20, page))).toEqual({ 200: 10, 429: 10 });
    expect(await statuses([forged()])).toEqual({ 429: 1 });
    expect(await statuses([ask('/openapi.json')])).toEqual({ 429: 1 });
    // Probes get their answer in a storm too, and so does whoever is signed in.
    expect(await statuses([ask('/health'), ask('/ready')])).toEqual({ 200: 2 });
    expect(await statuses([ask('/users/me', ana.token)])).toEqual({ 200: 1 });
  });
});
