import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Device, person, type Person } from '../support/people.ts';
import {
  cookiesOf,
  formType,
  freePort,
  send,
  signInByForm,
  upgrade,
  type RawAnswer,
} from '../support/raw.ts';
import { startServer, type TestServer } from '../support/server.ts';

const allowed = 'https://app.example.org';
let server: TestServer;
let ana: Person;
let cookie: string;

beforeAll(async () => {
  server = await startServer({ ALLOWED_ORIGINS: allowed });
  ana = await person(server.url);
  cookie = cookiesOf(await signInByForm(server.url, ana.user.username));
});
afterAll(async () => {
  ana.leave();
  await server.stop();
});

const host = () => new URL(server.url).host;

/** Origins that are not ours, however much they look like it. */
const foreign = (): string[] => [
  'https://evil.example',
  'null',
  'undefined',
  '',
  'http://localhost',
  'http://localhost:1',
  `http://evil.${host()}`,
  `http://${host()}.evil.example`,
  `http://evil${host()}`,
  `http://${host()}0`,
  `http://${host()}@evil.example`,
  'http://127.0.0.1',
  `${allowed}.evil.example`,
  `${allowed}:8443`,
  'http://app.example.org',
  'https://evilapp.example.org',
  'file://',
  `https://evil.example/${host()}`,
];

/** What a page of that origin can have a browser send, with the cookies of the person who looks at it. */
function from(headers: Record<string, string>, type = 'application/json') {
  return { cookie, host: host(), 'content-type': type, ...headers };
}

const rename = (headers: Record<string, string>): Promise<RawAnswer> =>
  send(server.url, '/api/v1/users/me', {
    method: 'PATCH',
    headers: { ...headers, 'content-length': '21' },
    body: '{"displayName":"Evil"}'.slice(0, 21),
  });

describe('a change asked for with a cookie', () => {
  it('is refused when it comes from elsewhere', async () => {
    const changes = [
      ['POST', '/api/v1/conversations'],
      ['POST', '/api/v1/auth/socket-token'],
      ['POST', '/api/v1/auth/password'],
      ['DELETE', '/api/v1/auth/sessions/current'],
      ['DELETE', '/api/v1/auth/sessions'],
      ['PATCH', '/api/v1/users/me'],
      ['POST', '/api/v1/auth/token'],
      ['POST', '/api/v1/auth/register'],
      ['POST', '/api/auth/signout'],
      ['POST', '/api/auth/callback/credentials'],
      ['POST', '/api/auth/session'],
    ] as const;
    for (const origin of foreign()) {
      for (const [method, path] of changes) {
        const headers = { ...from({ origin }), 'content-length': '2' };
        const { status, body } = await send(server.url, path, { method, headers, body: '{}' });
        expect({ origin, path, status, code: JSON.parse(body).code }).toEqual({
          origin,
          path,
          status: 403,
          code: 'forbidden',
        });
      }
    }
    const me = await send(server.url, '/api/v1/users/me', { headers: from({}) });
    expect(JSON.parse(me.body)).toMatchObject({ user: { displayName: ana.user.displayName } });
  });

  it('is refused when the browser keeps its origin to itself, but says that it is another site', async () => {
    for (const site of ['cross-site', 'same-site']) {
      expect((await rename(from({ 'sec-fetch-site': site }))).status).toBe(403);
    }
  });

  it('is refused when a form of another site asks for it', async () => {
    for (const type of [formType, 'text/plain', 'multipart/form-data; boundary=x']) {
      for (const origin of ['https://evil.example', 'null']) {
        const headers = { ...from({ origin, 'sec-fetch-site': 'cross-site' }, type) };
        for (const path of ['/api/v1/conversations', '/api/v1/auth/token', '/api/auth/signout']) {
          const body = '{"title":"x","a=":"b"}';
          const answer = await send(server.url, path, {
            method: 'POST',
            headers: { ...headers, 'content-length': String(body.length) },
            body,
          });
          expect({ path, status: answer.status }).toEqual({ path, status: 403 });
        }
      }
    }
  });

  it('is refused when nothing says where it comes from', async () => {
    for (const headers of [
      {},
      { authorization: 'Basic YW5hOmFuYQ==' },
      { referer: 'https://evil.example/' },
      { referer: `https://evil.example/${server.url}/` },
      { referer: 'about:blank' },
    ] as Record<string, string>[]) {
      expect((await rename(from(headers))).status).toBe(403);
      const signOut = { ...from(headers, formType), 'content-length': '0' };
      const answer = await send(server.url, '/api/auth/signout', {
        method: 'POST',
        headers: signOut,
      });
      expect(answer.status).toBe(403);
    }
  });

  it('is refused to another site behind a proxy that asks for a password of its own', async () => {
    const authorization = 'Basic YW5hOmFuYQ==';
    expect((await rename(from({ authorization, origin: 'https://evil.example' }))).status).toBe(
      403,
    );
  });

  it('is done for our own pages, for those that are allowed, and for programs', async () => {
    for (const headers of [
      from({ origin: server.url }),
      from({ origin: allowed, 'sec-fetch-site': 'cross-site' }),
      from({ 'sec-fetch-site': 'same-origin' }),
      from({ referer: `${server.url}/settings` }),
      from({ authorization: `Bearer ${ana.token}` }),
    ]) {
      const body = '{"about":"Here"}';
      const answer = await send(server.url, '/api/v1/users/me', {
        method: 'PATCH',
        headers: { ...headers, 'content-length': String(body.length) },
        body,
      });
      expect(answer.status).toBe(200);
    }
  });
});

describe('an answer', () => {
  it('may be read by pages of allowed origins only', async () => {
    for (const origin of foreign()) {
      for (const path of ['/api/v1/users/me', '/socket.io/?EIO=4&transport=polling', '/chats']) {
        const { headers } = await send(server.url, path, { headers: from({ origin }) });
        expect({ origin, allowed: headers['access-control-allow-origin'] }).toEqual({
          origin,
          allowed: undefined,
        });
      }
    }
    const { headers } = await send(server.url, '/api/v1/users/me', {
      headers: from({ origin: allowed }),
    });
    expect(headers['access-control-allow-origin']).toBe(allowed);
  });
});

describe('a socket', () => {
  const attempt = async (headers: Record<string, string>, auth = {}): Promise<string> => {
    const device = new Device(server.url, auth, headers);
    const outcome = await Promise.race([
      device.hear('ready').then(() => 'ready'),
      device
        .hear('connect_error')
        .then((error) => (error as { data?: { code: string } }).data?.code ?? 'closed'),
    ]);
    device.close();
    return outcome;
  };

  it('is refused to pages of other sites, cookie or not', async () => {
    for (const origin of foreign().filter(Boolean)) {
      expect({ origin, outcome: await attempt({ cookie, origin }) }).toEqual({
        origin,
        outcome: 'forbidden',
      });
    }
    expect(await attempt({ cookie, 'sec-fetch-site': 'cross-site' })).toBe('forbidden');
  });

  it('is refused to a cookie that comes from nowhere', async () => {
    expect(await attempt({ cookie })).toBe('forbidden');
    expect(await attempt({ cookie, referer: 'https://evil.example/' })).toBe('forbidden');
  });

  it('opens for our own pages, for allowed ones, and for programs', async () => {
    const known: Record<string, string>[] = [
      { origin: server.url },
      { origin: allowed },
      { 'sec-fetch-site': 'same-origin' },
      { referer: `${server.url}/chats` },
    ];
    for (const headers of known) {
      expect(await attempt({ cookie, ...headers })).toBe('ready');
    }
    expect(await attempt({ cookie }, { token: ana.token })).toBe('ready');
  });

  it('is opened by no script element', async () => {
    for (const query of ['&j=0', '&x=?&j=0', '&%6a=0', '&j=']) {
      const path = `/socket.io/?EIO=4&transport=polling${query}`;
      const { status, body } = await send(server.url, path, { headers: from({}) });
      expect({ query, status, hasId: body.includes('sid') }).toEqual({
        query,
        status: 403,
        hasId: false,
      });
    }
  });
});

describe('a request that names another host', () => {
  let canary: Server;
  let met = 0;
  beforeAll(async () => {
    canary = createServer((socket) => {
      met++;
      socket.destroy();
    });
    await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => canary.close());

  it('has the server open no connection, whatever its form', async () => {
    const { port } = canary.address() as AddressInfo;
    const there = `127.0.0.1:${port}`;
    const paths = [
      `http://${there}/`,
      `http://${there}/socket.io/?EIO=4&transport=websocket`,
      `ws://${there}/`,
      `//${there}/`,
      `/\\${there}/`,
      `/_next/image?url=${encodeURIComponent(`http://${there}/x.png`)}&w=64&q=75`,
      `/_next/webpack-hmr`,
      `/api/auth/signin?callbackUrl=http://${there}/`,
    ];
    for (const path of paths) {
      for (const headers of [
        { host: there },
        { host: host(), 'x-forwarded-host': there },
        { host: there, origin: `http://${there}`, 'x-middleware-rewrite': `http://${there}/` },
        { host: host(), 'x-invoke-path': `http://${there}/`, 'x-matched-path': `//${there}/` },
      ] as Record<string, string>[]) {
        expect({ path, outcome: await upgrade(server.url, path, headers) }).toEqual({
          path,
          outcome: expect.not.stringContaining('upgraded') as string,
        });
        const { status } = await send(server.url, path, { headers });
        expect({ path, fine: status < 500 }).toEqual({ path, fine: true });
        const post = { method: 'POST', headers: { ...headers, 'next-action': 'x' }, body: '' };
        expect((await send(server.url, path, post)).status).toBeLessThan(500);
      }
    }
    expect(met).toBe(0);
  });

  it('is refused a socket and changes there, if it is known where we are', async () => {
    const settings = { PORT: await freePort(), PUBLIC_URL: 'http://chat.example.org' };
    const known = await startServer(settings);
    const ben = await person(known.url, 'ben');
    const bens = cookiesOf(await signInByForm(known.url, ben.user.username));
    const rebound = `evil.example:${settings.PORT}`;
    const tryWith = async (name: string, origin: string) => {
      const headers = { host: name, origin, cookie: bens, 'content-type': 'application/json' };
      const { status } = await send(known.url, '/api/v1/users/me', {
        method: 'PATCH',
        headers: { ...headers, 'content-length': '2' },
        body: '{}',
      });
      return status;
    };
    expect(await tryWith(rebound, `http://${rebound}`)).toBe(403);
    expect(await tryWith('chat.example.org', 'http://chat.example.org')).toBe(200);
    expect(await tryWith('evil.example', 'http://chat.example.org')).toBe(200);
    const local = `localhost:${settings.PORT}`;
    expect(await tryWith(local, `http://${local}`)).toBe(200);
    await known.stop();
  });
});

describe('what a request says of its way here', () => {
  const forged = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' };
  const told = async (url: string): Promise<string[]> => {
    const headers = { host: new URL(url).host, ...forged };
    const csrf = await send(url, '/api/auth/csrf?callbackUrl=https://evil.example/', { headers });
    const signIn = await send(url, '/api/auth/signin', { headers });
    const providers = await send(url, '/api/auth/providers', { headers });
    const set = [...(csrf.headers['set-cookie'] ?? []), signIn.headers.location, providers.body];
    return set.map((text) => decodeURIComponent(String(text)));
  };

  it('leads nobody elsewhere', async () => {
    const texts = (await told(server.url)).join();
    expect(texts).not.toContain('evil.example');
    expect(texts).not.toContain('https:');
  });

  it('is believed of a proxy of ours in nothing but that it came by TLS', async () => {
    const behind = await startServer({ TRUSTED_PROXIES: 'loopback' });
    const texts = (await told(behind.url)).join();
    expect(texts).not.toContain('evil.example');
    expect(texts).toContain(`https://${new URL(behind.url).host}`);
    await behind.stop();
  });
});

describe('where one is sent after signing in', () => {
  const targets = () => [
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    `http://${host()}@evil.example/`,
    `http://${host()}.evil.example/`,
    '/%09/evil.example',
    '\t//evil.example',
  ];
  const paths = [
    '/api/auth/signin?callbackUrl=',
    '/api/auth/signout?callbackUrl=',
    '/api/auth/error?callbackUrl=',
    '/api/auth/callback/credentials?callbackUrl=',
    '/sign-in?next=',
    '/sign-in?callbackUrl=',
    '/register?next=',
  ];
  /** Where this answer leads to, at once or, by a cookie, later. */
  const leadsTo = ({ headers }: RawAnswer): string[] => {
    const kept = (headers['set-cookie'] ?? []).flatMap(
      (line) => /callback-url=([^;]+)/.exec(line)?.[1] ?? [],
    );
    return [headers.location ?? '/', ...kept.map(decodeURIComponent)].map(
      (address) => new URL(address, server.url).origin,
    );
  };

  it('is never another site', async () => {
    const asked = paths.flatMap((path) =>
      targets().map((target) => path + encodeURIComponent(target)),
    );
    for (const path of asked) {
      for (const who of ['', cookie]) {
        const headers = { host: host(), ...(who && { cookie: who }) };
        const answer = await send(server.url, path, { headers });
        expect({ path, isFine: answer.status < 500 }).toEqual({ path, isFine: true });
        expect({ path, origins: new Set(leadsTo(answer)) }).toEqual({
          path,
          origins: new Set([server.url]),
        });
      }
    }
  });
});
