import mongoose from 'mongoose';
import { beforeAll, describe, expect, it } from 'vitest';
import { callerFromCookies } from '#lib/auth/caller.ts';
import { configureNextAuth } from '#lib/auth/configure.ts';
import { sessionCookieName } from '#lib/auth/cookies.ts';
import { configuredProviders } from '#lib/auth/options.ts';
import { forgetSessions } from '#lib/auth/session-check.ts';
import { SessionModel } from '#lib/models/session.ts';
import { endSession, listSessions } from '#lib/use-cases/sessions.ts';
import { Browser, origin } from './next-auth-browser.ts';
import {
  laptop,
  password,
  phone,
  publishedBy,
  refusalOf,
  signUp,
  withDatabase,
} from './support.ts';

const { connect } = withDatabase();
beforeAll(configureNextAuth);

const cookieName = sessionCookieName();
const callerOf = (browser: Browser) =>
  callerFromCookies((name) => browser.cookies.get(name), laptop);
const signInForm = (username: string) => ({ username, password, json: 'true' });

/** A browser in which this person has just signed in. */
async function signedIn(username: string): Promise<Browser> {
  const browser = new Browser(phone);
  await browser.post('callback/credentials', signInForm(username));
  expect(browser.cookies.has(cookieName)).toBe(true);
  return browser;
}

describe('signing in with a password', () => {
  it('gives a cookie that names a session of this device', async () => {
    const ana = await signUp('ana');
    const browser = new Browser(phone);
    const answer = await browser.post('callback/credentials', {
      ...signInForm('ANA'),
      callbackUrl: '/chats?x=1#y',
    });
    expect(answer).toMatchObject({ status: 200, body: { url: `${origin}/chats?x=1#y` } });
    const set = browser.setCookies.find((line) => line.startsWith(`${cookieName}=`));
    expect(set).toMatch(/; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/);
    const caller = await callerOf(browser);
    expect(caller.userId).toBe(ana.id);
    expect((await listSessions(caller, {})).items).toMatchObject([
      { current: true, device: 'Safari on iPhone' },
    ]);
  });

  it('is refused with one word for every wrong pair, and leaves no session', async () => {
    await signUp('ana');
    const browser = new Browser(laptop);
    for (const wrong of [
      { username: 'ana', password: 'wrong horse' },
      { username: 'nobody', password },
      { username: 'ana' },
      { username: { $gt: '' }, password: { $gt: '' } },
      {},
    ]) {
      const { status, body, failures } = await browser.post('callback/credentials', {
        ...wrong,
        json: 'true',
      });
      expect({ status, failures }).toEqual({ status: 401, failures: [] });
      const { url } = body as { url: string };
      expect(new URL(url).searchParams.get('error')).toBe('CredentialsSignin');
    }
    expect(browser.cookies.has(cookieName)).toBe(false);
    expect(await SessionModel.find().lean()).toEqual([]);
  });

  it('needs the CSRF token', async () => {
    await signUp('ana');
    const browser = new Browser(laptop);
    await browser.send('POST', 'callback/credentials', { ...signInForm('ana'), csrfToken: 'x' });
    expect(browser.cookies.has(cookieName)).toBe(false);
  });

  it('goes on to a page of ours, whatever was asked for', async () => {
    await signUp('ana');
    const elsewhere = [
      ['https://evil.example/', origin],
      ['//evil.example', origin],
      ['/\\evil.example', origin],
      ['javascript:alert(1)', origin],
      ['http://localhost:5001/', origin],
      ['http://[', origin],
      [`${origin}//evil.example`, `${origin}/evil.example`],
      [`http://user:pass@localhost:5000/x`, `${origin}/x`],
      [`${origin}/chats`, `${origin}/chats`],
    ];
    for (const [callbackUrl, url] of elsewhere) {
      const form = { ...signInForm('ana'), callbackUrl };
      const answer = await new Browser(laptop).post('callback/credentials', form);
      expect(answer.body).toEqual({ url });
    }
  });

  it('tells of a failure that is not the person’s', async () => {
    await signUp('ana');
    const browser = new Browser(laptop);
    await mongoose.disconnect();
    try {
      const { failures } = await browser.post('callback/credentials', signInForm('ana'));
      expect(failures).toMatchObject([{ name: expect.stringMatching(/^Mongo/) as string }]);
    } finally {
      await connect();
    }
  });
});

describe('the session', () => {
  it('says who it is, without what is private, and renews its cookie', async () => {
    const ana = await signUp('ana', { displayName: 'Ana', email: 'ana@example.org' });
    const browser = await signedIn('ana');
    const { sessionId } = await callerOf(browser);
    const { body } = await browser.get('session');
    const record = await SessionModel.findById(sessionId).lean();
    expect(body).toEqual({
      user: { id: ana.id, username: 'ana', name: 'Ana', email: 'ana@example.org', image: null },
      sessionId,
      expires: record?.expiresAt.toISOString(),
    });
    expect(await callerOf(browser)).toMatchObject({ userId: ana.id, sessionId });
  });

  it('is empty and the cookie goes when it has been ended', async () => {
    await signUp('ana');
    const browser = await signedIn('ana');
    await endSession(await callerOf(browser), { sessionId: 'current' });
    expect(await browser.get('session')).toMatchObject({ body: {}, failures: [] });
    expect(browser.cookies.has(cookieName)).toBe(false);
  });

  it('is empty for nobody and for a cookie that is none', async () => {
    const browser = new Browser(laptop);
    expect(await browser.get('session')).toMatchObject({ body: {}, failures: [] });
    browser.cookies.set(cookieName, 'nonsense');
    expect(await browser.get('session')).toMatchObject({ body: {}, failures: [] });
  });

  it('is not thought over because the database is away', async () => {
    await signUp('ana');
    const browser = await signedIn('ana');
    forgetSessions([(await callerOf(browser)).sessionId]);
    await mongoose.disconnect();
    try {
      expect((await browser.get('session')).failures).not.toEqual([]);
    } finally {
      await connect();
    }
  });

  it('cannot be changed by the browser', async () => {
    const ana = await signUp('ana');
    await signUp('ben');
    const browser = await signedIn('ana');
    await browser.post('session', { data: { sub: 'f'.repeat(24), user: { id: 'f' } } });
    expect(await callerOf(browser)).toMatchObject({ userId: ana.id });
  });
});

describe('signing out', () => {
  it('ends the session and tells its sockets', async () => {
    await signUp('ana');
    const browser = await signedIn('ana');
    const before = new Map(browser.cookies);
    const { sessionId } = await callerOf(browser);
    const heard = await publishedBy(() => browser.post('signout', { json: 'true' }));
    expect(heard).toEqual([
      { type: 'end-sessions', sessionIds: [sessionId], reason: 'signed_out' },
    ]);
    expect(browser.cookies.has(cookieName)).toBe(false);
    const kept = callerFromCookies((name) => before.get(name), laptop);
    expect(await refusalOf(kept)).toBe('unauthenticated');
  });

  it('is told of when it fails', async () => {
    await signUp('ana');
    const browser = await signedIn('ana');
    await callerOf(browser);
    await mongoose.disconnect();
    try {
      expect((await browser.post('signout', { json: 'true' })).failures).not.toEqual([]);
    } finally {
      await connect();
    }
  });

  it('needs the CSRF token', async () => {
    await signUp('ana');
    const browser = await signedIn('ana');
    await browser.send('POST', 'signout', { csrfToken: 'x' });
    expect(await callerOf(browser)).toMatchObject({ sessionId: expect.any(String) as string });
  });
});

it('offers no provider when none is set up', () => {
  expect(configuredProviders()).toEqual([]);
});
