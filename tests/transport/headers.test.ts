import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { person, type Person } from '../support/people.ts';
import { cookiesOf, freePort, send, signInByForm, type RawAnswer } from '../support/raw.ts';
import { startServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const server = sharedServer();
let ana: Person;
let cookie: string;

beforeAll(async () => {
  ana = await person(server.url);
  cookie = cookiesOf(await signInByForm(server.url, ana.user.username));
});

const polling = '/socket.io/?EIO=4&transport=polling';
const get = (path: string, headers: Record<string, string> = {}) =>
  send(server.url, path, { headers: { cookie, ...headers } });
const styleSheet = async () =>
  /href="(\/_next\/static\/[^"]+\.css)"/.exec((await send(server.url, '/sign-in')).body)?.[1] ?? '';

const directives = ({ headers }: RawAnswer): Record<string, string[]> =>
  Object.fromEntries(
    String(headers['content-security-policy'])
      .split('; ')
      .map((directive) => directive.split(' '))
      .map(([name = '', ...sources]) => [name, sources]),
  );

describe('every answer', () => {
  it('says what browsers may do with it, whoever gives it', async () => {
    const answers: [string, RawAnswer][] = [];
    for (const path of [
      '/',
      '/sign-in',
      '/chats',
      '/nowhere/at/all',
      '/api-docs',
      '/%zz',
      '/icon.svg',
      '/manifest.webmanifest',
      await styleSheet(),
      '/_next/static/nothing.js',
      '/_next/image?url=%2Ficon-192.png&w=64&q=75',
      '/api/auth/csrf',
      '/api/auth/session',
      '/api/auth/nowhere',
      '/api/v1/health',
      '/api/v1/ready',
      '/api/v1/openapi.json',
      '/api/v1/nowhere',
      '/api/v1/users/me',
      '/api/nowhere',
      '/metrics',
      polling,
      '/socket.io/?EIO=9',
      '/socket.io/nowhere',
    ]) {
      answers.push([path, await get(path)]);
    }
    const post = { method: 'POST', headers: { 'content-length': '0' } };
    for (const path of ['/sign-in', '/api/v1/health', '/api/v1/auth/token', polling, '/nowhere']) {
      answers.push([`POST ${path}`, await send(server.url, path, post)]);
    }
    for (const [path, answer] of answers) {
      const {
        'default-src': others = [],
        'script-src': scripts = others,
        ...policy
      } = directives(answer);
      const {
        'x-powered-by': server,
        'strict-transport-security': tls,
        ...headers
      } = answer.headers;
      expect({ path, server, tls, headers }).toMatchObject({
        path,
        server: undefined,
        // It is not behind TLS.
        tls: undefined,
        headers: {
          'x-content-type-options': 'nosniff',
          'x-frame-options': 'DENY',
          'referrer-policy': 'same-origin',
          'permissions-policy': expect.stringContaining('geolocation=()') as string,
          'cross-origin-opener-policy': 'same-origin',
          'cross-origin-resource-policy': 'same-origin',
          'x-request-id': expect.any(String) as string,
        },
      });
      expect({ path, scripts: scripts.join(' ') }).toEqual({
        path,
        scripts: expect.stringMatching(
          /^('none'|'nonce-[\w+/]{22}==' 'strict-dynamic')$/,
        ) as string,
      });
      expect({ path, 'object-src': others, ...policy }).toMatchObject({
        path,
        'frame-ancestors': ["'none'"],
        'base-uri': ["'none'"],
        'object-src': ["'none'"],
      });
    }
  });

  it('is kept by no cache if it is private', async () => {
    const post = { method: 'POST', headers: { cookie, 'content-length': '0' } };
    const answers = [
      ...(await Promise.all(
        ['/chats', '/sign-in', '/settings', '/api/v1/users/me', '/api/v1/conversations'].map(
          (path) => get(path),
        ),
      )),
      await get('/api/v1/users/nobody'),
      await get('/api/auth/session'),
      await get('/api/auth/csrf'),
      await get('/metrics'),
      await get(polling),
      await get('/chats', { rsc: '1' }),
      await send(server.url, '/api/v1/auth/socket-token', post),
      await send(server.url, '/api/v1/auth/token', post),
    ];
    expect(
      answers.map(({ headers }) => /\bno-store\b/.test(headers['cache-control'] ?? '')),
    ).toEqual(answers.map(() => true));
  });

  it('is kept for good if its address names what is in it', async () => {
    const { headers } = await get(await styleSheet());
    expect(headers['cache-control']).toMatch(/immutable/);
  });

  it('has the id of its request: the one that was given, if that is fit for one', async () => {
    const id = randomUUID();
    for (const path of ['/sign-in', '/api/v1/users/me', '/icon.svg', polling, '/%zz']) {
      expect((await get(path, { 'x-request-id': id })).headers['x-request-id']).toBe(id);
      for (const bad of ['short', 'x'.repeat(65), 'with space', '{"level":50}', `${id}é`]) {
        const given = (await get(path, { 'x-request-id': bad })).headers['x-request-id'];
        expect(given).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
      }
    }
  });
});

describe('a page', () => {
  it('runs the scripts that bear its nonce, which nobody can foresee or choose', async () => {
    const nonces = new Set<string>();
    const chosen = "script-src 'nonce-chosen'";
    for (const path of ['/sign-in', '/chats', '/api-docs', '/nowhere', '/settings']) {
      const answer = await get(path, {
        'content-security-policy': chosen,
        'x-gatherly-nonce': 'chosen',
      });
      const [nonce = '', ...others] = directives(answer)['script-src'] ?? [];
      expect(others).toEqual(["'strict-dynamic'"]);
      nonces.add(nonce);
      const value = /^'nonce-([\w+/]{22}==)'$/.exec(nonce)?.[1];
      const scripts = answer.body.match(/<script\b[^>]*>/g) ?? [];
      expect(scripts.length).toBeGreaterThan(0);
      expect(scripts.filter((tag) => !tag.includes(`nonce="${value}"`))).toEqual([]);
      expect(answer.body).not.toMatch(/<[^>]+\son[a-z]+=/);
    }
    expect(nonces.size).toBe(5);
  });

  it('cannot be framed, rebased, or made to send forms elsewhere, and talks to us only', async () => {
    expect(directives(await get('/chats'))).toMatchObject({
      'default-src': ["'self'"],
      'frame-ancestors': ["'none'"],
      'base-uri': ["'none'"],
      'form-action': ["'self'"],
      'object-src': ["'none'"],
      'connect-src': ["'self'"],
    });
  });

  it('takes nothing but reading: there are no actions behind it', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      const answer = await send(server.url, '/chats', {
        method,
        headers: { cookie, 'next-action': 'a'.repeat(40), 'content-length': '2' },
        body: '[]',
      });
      expect(answer.status).toBe(404);
      expect(answer.headers['content-type']).toBe('application/problem+json');
    }
  });

  it('is shown to nobody for what a request says of Next itself', async () => {
    for (const headers of [
      { 'x-middleware-subrequest': 'proxy:proxy:proxy:proxy:proxy' },
      { 'x-middleware-subrequest': 'src/middleware' },
      { 'x-middleware-rewrite': '/settings' },
      { 'x-middleware-override-headers': 'cookie' },
      { 'next-resume': '1' },
      { rsc: '1' },
      { rsc: '1', 'next-router-prefetch': '1' },
      { rsc: '1', 'next-router-segment-prefetch': '/_tree' },
      { purpose: 'prefetch' },
      { 'x-nextjs-data': '1' },
      { 'x-matched-path': '/settings' },
      { 'x-invoke-path': '/settings' },
      { 'x-gatherly-address': '127.0.0.1' },
    ] as Record<string, string>[]) {
      const page = await send(server.url, '/settings', { headers });
      expect({ headers, body: page.body.includes(ana.user.username) }).toEqual({
        headers,
        body: false,
      });
      expect(page.status < 500).toBe(true);
      const answer = await send(server.url, '/api/v1/users/me', { headers });
      // What asks for a part of a page is sent to the address that parts of pages have.
      const expected = headers.rsc ? 307 : 401;
      expect({ headers, status: answer.status }).toEqual({ headers, status: expected });
    }
  });
});

describe('with a public address', () => {
  it('asks for TLS from then on, and sets cookies that no other host can', async () => {
    const secure = await startServer({
      PORT: await freePort(),
      PUBLIC_URL: 'https://chat.example.org',
      SOCKET_URL: 'https://live.example.org',
    });
    const { user } = await person(secure.url);
    for (const path of ['/sign-in', '/icon.svg', '/api/v1/health', polling, '/nowhere']) {
      expect((await send(secure.url, path)).headers['strict-transport-security']).toBe(
        'max-age=31536000',
      );
    }
    const answer = await signInByForm(secure.url, user.username);
    const csrf = await send(secure.url, '/api/auth/csrf');
    for (const { headers } of [answer, csrf]) {
      for (const line of headers['set-cookie'] ?? []) {
        expect(line).toMatch(/^__(Host|Secure)-next-auth\./);
        expect(line).toMatch(/; HttpOnly; Secure; SameSite=Lax$/);
        expect(line).not.toMatch(/domain=/i);
      }
    }
    expect(cookiesOf(answer)).toMatch(/__Host-next-auth\.session-token=/);
    expect(directives(await send(secure.url, '/sign-in'))['connect-src']).toEqual([
      "'self'",
      'https://chat.example.org',
      'wss://chat.example.org',
      'https://live.example.org',
      'wss://live.example.org',
    ]);
    await secure.stop();
  });

  it('and without, cookies are at least out of reach of scripts and other sites', async () => {
    const answer = await signInByForm(server.url, ana.user.username);
    for (const line of answer.headers['set-cookie'] ?? []) {
      expect(line).toMatch(/; HttpOnly; SameSite=Lax$/);
    }
  });
});
