import { encode } from 'next-auth/jwt';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Device, password, person, request, type Person } from '../support/people.ts';
import { cookiesOf, formType, send, signInByForm, type RawAnswer } from '../support/raw.ts';
import { sharedServer } from '../support/shared-server.ts';

const server = sharedServer();
let ana: Person;

beforeAll(async () => {
  ana = await person(server.url);
});
afterAll(async () => {
  ana.leave();
});

const long = 'x'.repeat(1_000_000);
/** What is no username, password or token, though some databases and languages would take it. */
const strange: unknown[] = [
  { $ne: null },
  { $gt: '' },
  { $regex: '.*' },
  { $where: 'sleep(1000)' },
  { $in: ['ana'] },
  { toString: 'ana' },
  { __proto__: null, constructor: { prototype: { admin: true } } },
  ['ana'],
  [],
  [[]],
  {},
  0,
  1,
  -1,
  1e308,
  true,
  false,
  null,
  long,
];

const post = (to: string, body: string, type: string, more: Record<string, string> = {}) =>
  send(server.url, to, {
    method: 'POST',
    headers: { 'content-type': type, 'content-length': String(Buffer.byteLength(body)), ...more },
    body,
  });
const json = 'application/json';

/** Nobody was signed in by this answer, and nothing broke. */
function expectRefused(about: unknown, answer: RawAnswer): void {
  const isSignedIn = cookiesOf(answer).includes('session-token') || answer.body.includes('"token"');
  // Of a body that is too large, or of no type that is taken, nothing has been read.
  const isRefusal = [400, 401, 413, 415].includes(answer.status);
  expect({ about, status: answer.status, isSignedIn, isRefusal }).toEqual({
    about,
    status: answer.status,
    isSignedIn: false,
    isRefusal: true,
  });
}

describe('a field of signing in that is not a text', () => {
  it('is refused by every way in', async () => {
    const csrf = await send(server.url, '/api/auth/csrf');
    const { csrfToken } = JSON.parse(csrf.body) as { csrfToken: string };
    const cookie = cookiesOf(csrf);
    const { username } = ana.user;
    for (const value of strange) {
      const about = JSON.stringify(value).slice(0, 60);
      for (const pair of [
        { username: value, password },
        { username, password: value },
        { username: value, password: value },
        { username, password, device: value },
        { username, password, ...(value as object), extra: value },
      ]) {
        const body = JSON.stringify(pair);
        expectRefused(about, await post('/api/v1/auth/token', body, json));
        expectRefused(about, await post('/api/v1/auth/register', body, json));
        const form = JSON.stringify({ ...pair, csrfToken, json: 'true' });
        // next-auth leaves what it does not know in a form aside.
        if ('extra' in pair) continue;
        const answer = await post('/api/auth/callback/credentials', form, json, { cookie });
        expectRefused(about, answer);
      }
    }
  });

  it('is refused when a form spells it', async () => {
    const csrf = await send(server.url, '/api/auth/csrf');
    const { csrfToken } = JSON.parse(csrf.body) as { csrfToken: string };
    const cookie = cookiesOf(csrf);
    const name = ana.user.username;
    for (const form of [
      `username[$ne]=&password[$ne]=`,
      `user[$ne]=&pass[$ne]=`,
      `username[$regex]=.*&password=${password}`,
      `username=${name}&password[$gt]=`,
      `username=${name}&username=${name}&password[]=${password}`,
      `username=${name}&password=${password}x&__proto__[admin]=1`,
      `username.$ne=&password.$ne=`,
      `username=${name}%00&password=${password}`,
      `username=%&password=%zz`,
    ]) {
      expectRefused(form, await post('/api/v1/auth/token', form, formType));
      expectRefused(form, await post('/api/v1/auth/register', form, formType));
      const signIn = `${form}&json=true&csrfToken=${csrfToken}`;
      expectRefused(
        form,
        await post('/api/auth/callback/credentials', signIn, formType, { cookie }),
      );
    }
  });

  it('is refused as a token, in a header, in a cookie and in a handshake', async () => {
    const headers = [
      'Bearer %%',
      'Bearer',
      'Bearer ',
      'Bearer null',
      'Bearer undefined',
      'Bearer {"$ne":null}',
      'Bearer [object Object]',
      'Bearer a.b.c',
      'Bearer ....',
      `Bearer ${'x'.repeat(12_000)}`,
      'bearer \u00ff\u00fe',
      'Basic YW5hOmFuYQ==',
      'Bearer Bearer x',
    ];
    for (const authorization of headers) {
      const header = { authorization };
      expectRefused(header, await send(server.url, '/api/v1/users/me', { headers: header }));
      const cookie = `next-auth.session-token=${authorization.slice(7).replace(/[^!-~]/g, '')}`;
      const named = { headers: { cookie } };
      expectRefused(cookie.slice(0, 60), await send(server.url, '/api/v1/users/me', named));
      expect((await send(server.url, '/api/auth/session', named)).body).toBe('{}');
      const page = await send(server.url, '/chats', named);
      expect(page.headers.location).toBe('/sign-in');
    }
    for (const token of [...strange.filter((value) => value !== long), 'x'.repeat(100_000)]) {
      const device = new Device(server.url, { token });
      const error = (await device.hear('connect_error')) as { data: { code: string } };
      expect(error.data.code).toBe('unauthenticated');
      device.close();
    }
  });

  it('is refused when somebody registers or changes a password with it', async () => {
    for (const value of strange) {
      for (const body of [
        { username: 'mallory', password, email: value },
        { username: 'mallory', password, displayName: value === long ? value : { $ne: 1 } },
      ]) {
        // An email address may be left out, and null is no way to say so.
        expectRefused(value, await post('/api/v1/auth/register', JSON.stringify(body), json));
      }
      const { status } = await ana.rest('POST', '/auth/password', {
        currentPassword: value,
        newPassword: 'another good one',
      });
      expect([400, 401, 413]).toContain(status);
    }
    expect((await ana.rest('GET', '/users/me')).status).toBe(200);
  });
});

describe('a token that this server did not make', () => {
  const claims = () => ({ sub: ana.id, sid: 'b'.repeat(24) });
  const secretOf = () => readFileSync(path.join(server.dataDir, 'session-secret'), 'utf8').trim();

  async function expectUseless(token: string): Promise<void> {
    const bearer = { headers: { authorization: `Bearer ${token}` } };
    expect((await send(server.url, '/api/v1/users/me', bearer)).status).toBe(401);
    const cookie = { headers: { cookie: `next-auth.session-token=${token}` } };
    expect((await send(server.url, '/api/v1/users/me', cookie)).status).toBe(401);
    expect((await send(server.url, '/api/auth/session', cookie)).body).toBe('{}');
    const device = new Device(server.url, { token });
    const error = (await device.hear('connect_error')) as { data: { code: string } };
    expect(error.data.code).toBe('unauthenticated');
    device.close();
  }

  it('opens nothing: unsigned, of another key, expired, of no session, or put together', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const good = ana.token;
    const bens = (await person(server.url, 'ben')).token;
    const [header, , ...rest] = good.split('.');
    const swapped = [header, '', bens.split('.')[2], ...rest.slice(1)].join('.');
    const past = { ...claims(), exp: 1 };
    for (const token of [
      `${part({ alg: 'none' })}.${part({ ...claims(), exp: 9e9 })}.`,
      `${part({ alg: 'HS256' })}.${part({ ...claims(), exp: 9e9 })}.${'A'.repeat(43)}`,
      await encode({ token: claims(), secret: 'quite another secret' }),
      await encode({ token: claims(), secret: 'secret' }),
      await encode({ token: past, secret: secretOf(), maxAge: -60 }),
      await encode({ token: claims(), secret: secretOf() }),
      swapped,
      good.slice(0, -2),
      good.split('.').reverse().join('.'),
    ]) {
      await expectUseless(token);
    }
  });

  it('opens nothing when its pieces stand in another order', async () => {
    const cookie = cookiesOf(await signInByForm(server.url, ana.user.username));
    const token = /next-auth\.session-token=([^;]+)/.exec(cookie)?.[1] ?? '';
    const third = Math.ceil(token.length / 3);
    const pieces = [0, 1, 2].map((at) => token.slice(at * third, (at + 1) * third));
    const sent = (order: number[]) => {
      const named = order.map((at, i) => `next-auth.session-token.${i}=${pieces[at]}`);
      return send(server.url, '/api/v1/users/me', { headers: { cookie: named.join('; ') } });
    };
    expect((await sent([0, 1, 2])).status).toBe(200);
    for (const order of [
      [0, 2, 1],
      [1, 0, 2],
      [2, 1, 0],
      [0, 1],
      [1, 2],
      [0, 1, 2, 0],
    ]) {
      expect({ order, status: (await sent(order)).status }).toEqual({ order, status: 401 });
    }
  });

  it('names the person of its session, not of its choice', async () => {
    const ben = await person(server.url, 'ben');
    const sessions = (await ana.rest('GET', '/auth/sessions')).body.items as { id: string }[];
    const anas = sessions[0]?.id ?? '';
    const token = await encode({ token: { sub: ben.id, sid: anas }, secret: secretOf() });
    await expectUseless(token);
  });
});

describe('whether an account exists', () => {
  const checks = async (): Promise<number> => {
    const { body } = await send(server.url, '/metrics');
    return Number(/^gatherly_password_checks_total (\d+)/m.exec(body)?.[1]);
  };
  /** All of an answer that could tell, besides the time, and how much work it took. */
  async function told(work: () => Promise<RawAnswer>) {
    const before = await checks();
    const { status, headers, body } = await work();
    const { date: _date, 'x-request-id': _id, 'set-cookie': cookies = [], ...others } = headers;
    const names = cookies.map((line) => line.split('=', 1)[0]);
    return { status, body, headers: others, names, passwordChecks: (await checks()) - before };
  }

  it('is not told by a failed sign-in, in words or in work', async () => {
    const wrong = 'wrong horse battery';
    const signIn = (username: string) =>
      post('/api/v1/auth/token', JSON.stringify({ username, password: wrong }), json);
    const exists = await told(() => signIn(ana.user.username));
    expect(exists).toMatchObject({ status: 401, passwordChecks: 1 });
    for (const name of ['nobody_at_all', 'nobody@example.org', 'a', 'ANA', 'x'.repeat(300)]) {
      const absent = await told(() => signIn(name));
      // What cannot be a name at all is refused for that, whoever exists.
      if (absent.status !== 400) expect(absent).toEqual(exists);
    }
    const byForm = (username: string) => signInByForm(server.url, username, { password: wrong });
    expect(await told(() => byForm('nobody_at_all'))).toEqual(
      await told(() => byForm(ana.user.username)),
    );
  });

  it('is not told by the work of registering', async () => {
    const register = (username: string, email: string) =>
      post('/api/v1/auth/register', JSON.stringify({ username, password, email }), json);
    await register('carol', 'carol@example.org');
    const taken = await told(() => register('carol2', 'Carol@example.org'));
    const free = await told(() => register('carol3', 'carol3@example.org'));
    expect([taken.passwordChecks, free.passwordChecks]).toEqual([1, 1]);
    // That there is one with this address is not said; only that these details do not do.
    expect(JSON.parse(taken.body)).toMatchObject({ code: 'conflict', status: 409 });
    expect(taken.body).not.toMatch(/mail|exist|taken/i);
  });

  it('is not told to strangers who look for people', async () => {
    for (const username of [ana.user.username, 'nobody_at_all']) {
      const found = await request(server.url, 'GET', `/users?q=${username}`);
      expect(found).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    }
    const [known, unknown] = [ana.id, 'f'.repeat(24)];
    const answers = await Promise.all(
      [known, unknown].map((id) => request(server.url, 'GET', `/users/${id}`)),
    );
    expect(answers[0]?.body).toEqual(answers[1]?.body);
  });
});
