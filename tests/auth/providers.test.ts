import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerFromCookies } from '#lib/auth/caller.ts';
import { configureNextAuth } from '#lib/auth/configure.ts';
import { sessionCookieName } from '#lib/auth/cookies.ts';
import { configuredProviders } from '#lib/auth/options.ts';
import { UserModel, type UserDoc } from '#lib/models/user.ts';
import { changePassword, readAccount } from '#lib/use-cases/accounts.ts';
import { endSession } from '#lib/use-cases/sessions.ts';
import { Browser, origin, type Answer } from './next-auth-browser.ts';
import { startIssuer, type Person } from './openid-issuer.ts';
import { laptop, password, phone, refusalOf, signIn, signUp, withDatabase } from './support.ts';

withDatabase();

let issuer: Awaited<ReturnType<typeof startIssuer>>;
beforeAll(async () => {
  issuer = await startIssuer('gatherly', 'club-secret');
  Object.assign(process.env, {
    OIDC_ISSUER: `${issuer.issuer}/`,
    OIDC_CLIENT_ID: 'gatherly',
    OIDC_CLIENT_SECRET: 'club-secret',
    OIDC_NAME: 'The club',
    GITHUB_ID: 'id',
    GITHUB_SECRET: 'secret',
  });
  configureNextAuth();
});
afterAll(() => issuer.close());

const nora: Person = { sub: 'n-1', name: 'Nora Lindqvist', preferred_username: 'Nora.L' };
const users = () => UserModel.find().sort({ createdAt: 1 }).lean<UserDoc[]>();
const callerOf = (browser: Browser) =>
  callerFromCookies((name) => browser.cookies.get(name), laptop);

/** Goes to the provider and back. */
async function visit(browser: Browser, person: Person): Promise<Answer> {
  const { body } = await browser.post('signin/oidc', { json: 'true', callbackUrl: '/chats' });
  const back = issuer.consent(person, (body as { url: string }).url);
  expect(back.origin + back.pathname).toBe(`${origin}/api/auth/callback/oidc`);
  return browser.get(`callback/oidc${back.search}`);
}

describe('a provider', () => {
  it('is offered by its name', () => {
    expect(configuredProviders()).toEqual([
      { id: 'github', name: 'GitHub' },
      { id: 'oidc', name: 'The club' },
    ]);
  });

  it('makes an account at the first visit and opens it at the next', async () => {
    const browser = new Browser(phone);
    expect(await visit(browser, nora)).toMatchObject({ location: `${origin}/chats`, failures: [] });
    const caller = await callerOf(browser);
    expect((await readAccount(caller, {})).user).toMatchObject({
      username: 'nora.l',
      displayName: 'Nora Lindqvist',
      email: null,
      hasPassword: false,
    });
    const again = new Browser(laptop);
    await visit(again, { ...nora, name: 'Somebody Else', preferred_username: 'other' });
    expect(await callerOf(again)).toMatchObject({ userId: caller.userId });
    expect(await users()).toMatchObject([
      { search: ['nora.l', 'nora lindqvist', 'nora', 'lindqvist'] },
    ]);
  });

  it('keeps no token of the provider', async () => {
    await visit(new Browser(laptop), nora);
    const [kept] = await mongoose.connection.collection('oauth_accounts').find().toArray();
    const [user] = await users();
    expect(kept).toEqual({
      _id: kept?._id,
      provider: 'oidc',
      providerAccountId: 'n-1',
      type: 'oauth',
      userId: user?._id,
    });
  });

  it('gives a free username, from what it knows', async () => {
    await signUp('nora.l');
    await visit(new Browser(laptop), nora);
    await visit(new Browser(laptop), { sub: '2', name: 'Zoë  Ångström-Lund' });
    await visit(new Browser(laptop), { sub: '3', name: '王伟', email: 'Wei+x@example.org' });
    await visit(new Browser(laptop), { sub: '4' });
    await visit(new Browser(laptop), { sub: '5' });
    const found = (await users()).map(({ username, displayName }) => [username, displayName]);
    expect(found.slice(1)).toEqual([
      ['nora.l2', 'Nora Lindqvist'],
      ['zoe.angstrom.lund', 'Zoë  Ångström-Lund'],
      ['weix', '王伟'],
      ['member', 'member'],
      ['member2', 'member2'],
    ]);
  });

  it('never opens the account of somebody who gave the same email here', async () => {
    const ana = await signUp('ana', { email: 'ana@example.org' });
    const browser = new Browser(laptop);
    await visit(browser, { sub: '9', email: 'ana@example.org', email_verified: true });
    const { userId } = await callerOf(browser);
    expect(userId).not.toBe(ana.id);
    expect((await readAccount(await signIn('ana'), {})).user.email).toBe('ana@example.org');
  });

  it('is linked by whoever visits it while signed in', async () => {
    const ana = await signUp('ana');
    const browser = new Browser(laptop);
    await browser.post('callback/credentials', { username: 'ana', password, json: 'true' });
    await visit(browser, nora);
    expect(await callerOf(browser)).toMatchObject({ userId: ana.id });
    const elsewhere = new Browser(phone);
    await visit(elsewhere, nora);
    expect(await callerOf(elsewhere)).toMatchObject({ userId: ana.id });
    expect(await users()).toHaveLength(1);
  });

  it('is not linked by a cookie whose session has ended', async () => {
    const ana = await signUp('ana');
    const browser = new Browser(laptop);
    await browser.post('callback/credentials', { username: 'ana', password, json: 'true' });
    await endSession(await callerOf(browser), { sessionId: 'current' });
    await visit(browser, nora);
    expect((await callerOf(browser)).userId).not.toBe(ana.id);
  });

  it('that belongs to one person is not given to another', async () => {
    await visit(new Browser(laptop), nora);
    await signUp('ana');
    const browser = new Browser(laptop);
    await browser.post('callback/credentials', { username: 'ana', password, json: 'true' });
    const { location } = await visit(browser, nora);
    expect(location).toBe(`${origin}/api/auth/error?error=OAuthAccountNotLinked`);
  });

  it('leaves no way in by password', async () => {
    const browser = new Browser(laptop);
    await visit(browser, nora);
    const change = changePassword(await callerOf(browser), {
      currentPassword: 'x',
      newPassword: password,
    });
    expect(await refusalOf(change)).toBe('invalid_credentials');
    expect(await refusalOf(signIn('nora.l'))).toBe('invalid_credentials');
  });

  it('that brings somebody back whom we did not send opens nothing', async () => {
    const browser = new Browser(laptop);
    const { body } = await browser.post('signin/oidc', { json: 'true' });
    const back = issuer.consent(nora, (body as { url: string }).url);
    const stranger = new Browser(laptop);
    const { location } = await stranger.get(`callback/oidc${back.search}`);
    expect(location).toBe(`${origin}/api/auth/error?error=OAuthCallback`);
    expect(stranger.cookies.has(sessionCookieName())).toBe(false);
    expect(await users()).toEqual([]);
  });
});
