import { encode } from 'next-auth/jwt';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { callerFromCookies, callerFromRequest, callerFromToken } from '#lib/auth/caller.ts';
import { sessionCookie, sessionTokenIn } from '#lib/auth/cookies.ts';
import { sessionSecret } from '#lib/auth/secret.ts';
import { decodeToken, encodeSessionToken, encodeSocketToken } from '#lib/auth/tokens.ts';
import { forget } from '#lib/runtime.ts';
import { createSocketToken } from '#lib/use-cases/sessions.ts';
import { laptop, refusalOf, signIn, signUp, withDatabase } from './support.ts';

withDatabase();
afterEach(() => {
  vi.useRealTimers();
});

const sub = 'a'.repeat(24);
const sid = 'b'.repeat(24);
const secret = sessionSecret();
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const withHeaders = (headers: Record<string, string>) => callerFromRequest(new Headers(headers));

describe('a token', () => {
  it('names the person and the session, and is opaque', async () => {
    const token = await encodeSessionToken({ sub, sid });
    expect(await decodeToken(token, 'session')).toEqual({ sub, sid });
    expect(Buffer.from(token, 'base64url').toString('latin1')).not.toContain(sub);
  });

  it('is refused when it was made with another key', async () => {
    const token = await encode({ token: { sub, sid }, secret: `${secret}!` });
    expect(await decodeToken(token, 'session')).toBeNull();
  });

  it('is refused when it has expired, without grace', async () => {
    const token = await encode({ token: { sub, sid }, secret, maxAge: 60 });
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + 58_000);
    expect(await decodeToken(token, 'session')).toEqual({ sub, sid });
    vi.setSystemTime(Date.now() + 2_000);
    expect(await decodeToken(token, 'session')).toBeNull();
  });

  it('is refused when it names nobody or no session', async () => {
    for (const claims of [{}, { sub }, { sid }, { sub, sid: 'x' }, { sub: '1', sid }]) {
      expect(await decodeToken(await encode({ token: claims, secret }), 'session')).toBeNull();
    }
    const numbers = { sub: 1, sid: 2 } as unknown as Parameters<typeof encode>[0]['token'];
    expect(await decodeToken(await encode({ token: numbers!, secret }), 'session')).toBeNull();
  });

  it('is refused when next-auth made it for something else, such as an OAuth state', async () => {
    const salted = await encode({ token: { sub, sid }, secret, salt: 'next-auth.state' });
    expect(await decodeToken(salted, 'session')).toBeNull();
  });

  it('is refused in every malformed shape', async () => {
    const good = await encodeSessionToken({ sub, sid });
    const [header = '', , iv = '', text = '', tag = ''] = good.split('.');
    const unsigned = `${base64({ alg: 'none' })}.${base64({ sub, sid, exp: 9e9 })}.`;
    const cipher = [iv, text, tag].join('.');
    const malformed: unknown[] = [
      undefined,
      null,
      7,
      true,
      {},
      [],
      [good],
      Symbol('x'),
      () => good,
      '',
      '.',
      '....',
      '%%',
      'null',
      good.slice(1),
      good.slice(0, -1),
      `${good}.`,
      ` ${good}`,
      unsigned,
      `${unsigned}x`,
      `${base64({ alg: 'none' })}..${cipher}`,
      `${base64({ alg: 'PBES2-HS256+A128KW', enc: 'A256GCM', p2c: 1e9, p2s: 'x' })}.x.${cipher}`,
      `${base64({ alg: 'ECDH-ES', enc: 'A256GCM' })}..${cipher}`,
      `${base64({ alg: 'dir', enc: 'A256GCM', zip: 'DEF' })}..${cipher}`,
      `${header}..${iv}.${text}.${'A'.repeat(tag.length)}`,
      'x'.repeat(10_000_000),
      `${header}..${iv}.${'A'.repeat(1_000_000)}.${tag}`,
    ];
    for (const token of malformed) {
      for (const kind of ['session', 'socket'] as const) {
        expect(await decodeToken(token, kind)).toBeNull();
        expect(await refusalOf(callerFromToken(token, laptop, kind))).toBe('unauthenticated');
      }
    }
  });
});

describe('a socket token', () => {
  it('opens sockets, and nothing else', async () => {
    await signUp('ana');
    const ana = await signIn('ana');
    const { token } = await createSocketToken(ana, {});
    const { userId, sessionId } = ana;
    expect(await callerFromToken(token, laptop, 'socket')).toEqual({
      ...laptop,
      userId,
      sessionId,
    });
    expect(await refusalOf(callerFromToken(token, laptop, 'session'))).toBe('unauthenticated');
    expect(await refusalOf(withHeaders({ authorization: `Bearer ${token}` }))).toBe(
      'unauthenticated',
    );
    const cookie = `${sessionCookie().name}=${token}`;
    expect(await refusalOf(callerFromCookies(cookie, laptop))).toBe('unauthenticated');
  });

  it('lives five minutes and not a second more', async () => {
    const { token, expiresAt } = await encodeSocketToken({ sub, sid });
    expect(expiresAt.getTime()).toBeLessThanOrEqual(Date.now() + 300_000);
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + 297_000);
    expect(await decodeToken(token, 'socket')).not.toBeNull();
    vi.setSystemTime(Date.now() + 3_000);
    expect(await decodeToken(token, 'socket')).toBeNull();
  });

  it('is not needed where a session token is at hand', async () => {
    await signUp('ana');
    const ana = await signIn('ana');
    expect(await callerFromToken(ana.token, laptop, 'socket')).toMatchObject({
      userId: ana.userId,
    });
  });
});

describe('a request', () => {
  it('is its bearer’s, whatever the case and spacing', async () => {
    await signUp('ana');
    const { token, userId } = await signIn('ana');
    for (const authorization of [`Bearer ${token}`, `bearer  ${token} `, `BEARER\t${token}`]) {
      expect(await withHeaders({ authorization, 'user-agent': 'bot/1' })).toMatchObject({
        userId,
        device: 'bot/1',
      });
    }
  });

  it('with a bad bearer token is nobody’s, even beside a good cookie', async () => {
    await signUp('ana');
    const { token, userId } = await signIn('ana');
    const cookie = `a=b; ${sessionCookie().name}=${token}; c`;
    expect(await withHeaders({ cookie })).toMatchObject({ userId });
    expect(await withHeaders({ cookie, authorization: 'Basic YTpi' })).toMatchObject({ userId });
    for (const authorization of [
      'Bearer',
      'Bearer ',
      'Bearer %%',
      'bearer x y',
      'Bearer %E0%A4%A',
    ]) {
      expect(await refusalOf(withHeaders({ cookie, authorization }))).toBe('unauthenticated');
    }
    expect(await refusalOf(withHeaders({}))).toBe('unauthenticated');
  });
});

describe('the session cookie', () => {
  const { name } = sessionCookie();

  it('may come in chunks, in any order', async () => {
    await signUp('ana');
    const { token, userId } = await signIn('ana');
    const [a, b, c] = [token.slice(0, 100), token.slice(100, 150), token.slice(150)];
    const cookie = `x=1; ${name}.2=${c}; ${name}.0=${a}; ${name}.1=${b}`;
    expect(await callerFromCookies(cookie, laptop)).toMatchObject({ userId });
    const jar = new Map([
      [`${name}.0`, a],
      [`${name}.1`, b + c],
    ]);
    expect(await callerFromCookies((key) => jar.get(key), laptop)).toMatchObject({ userId });
    const missing = `${name}.0=${a}; ${name}.2=${c}`;
    expect(await refusalOf(callerFromCookies(missing, laptop))).toBe('unauthenticated');
  });

  it('is found among whatever else a header holds', () => {
    expect(sessionTokenIn(`;;=; =x; ${name}x=1; y${name}=2; ${name}=a=b; ${name}=c`)).toBe('a=b');
    for (const header of [null, '', ';', '=', name, `${name}.1=x`, '\0']) {
      expect(sessionTokenIn(header)).toBeUndefined();
    }
    expect(sessionTokenIn(`${name}=`)).toBe('');
  });

  it('is for this host and https only, where the site has https', () => {
    expect(sessionCookie()).toMatchObject({
      name: 'next-auth.session-token',
      options: { secure: false },
    });
    process.env.PUBLIC_URL = 'https://chat.example.org';
    forget('env');
    try {
      expect(sessionCookie()).toEqual({
        name: '__Host-next-auth.session-token',
        options: { httpOnly: true, sameSite: 'lax', path: '/', secure: true },
      });
    } finally {
      delete process.env.PUBLIC_URL;
      forget('env');
    }
  });
});
