import { afterAll, beforeAll, expect, it } from 'vitest';
import { Device, password, person, request, type Person } from '../support/people.ts';
import { startServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const server = sharedServer();
let ana: Person;

beforeAll(async () => {
  ana = await person(server.url, 'ana');
});
afterAll(async () => {
  ana?.leave();
});

const signIn = async (username = ana.user.username, secret = password) =>
  request(server.url, 'POST', '/auth/token', { body: { username, password: secret } });
const refused = (device: Device) =>
  device.hear('connect_error') as Promise<Error & { data: { code: string } }>;

it('refuses with problem+json', async () => {
  const answer = await request(server.url, 'POST', '/auth/register', {
    body: { username: 'X', password: 'short', role: 'admin' },
  });
  expect(answer.status).toBe(400);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.body).toMatchObject({ status: 400, code: 'invalid_input' });
  expect(answer.body.issues.map(({ path }: { path: string }) => path).sort()).toEqual([
    'password',
    'role',
    'username',
  ]);
});

it.each([
  ['a body that is no JSON', { body: '{' }, 400, 'invalid_input'],
  ['an array', { body: '[]' }, 400, 'invalid_input'],
  ['nothing', {}, 400, 'invalid_input'],
  [
    'a form',
    { body: 'username=ana', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    415,
    'unsupported_media',
  ],
  ['too much', { body: JSON.stringify({ username: 'x'.repeat(500_000) }) }, 413, 'too_large'],
  [
    'deep nesting',
    { body: `{"username":${'['.repeat(100)}${']'.repeat(100)}}` },
    400,
    'invalid_input',
  ],
])('refuses %s', async (_what, given, status, code) => {
  const answer = await request(server.url, 'POST', '/auth/register', given);
  expect(answer).toMatchObject({ status, body: { code } });
});

it('takes a username once, whatever its case', async () => {
  const username = ana.user.username.toUpperCase();
  const answer = await request(server.url, 'POST', '/auth/register', {
    body: { username, password },
  });
  expect(answer).toMatchObject({ status: 409, body: { code: 'username_taken' } });
});

it('answers a wrong password and an unknown name alike', async () => {
  const wrong = await signIn(ana.user.username, 'not the password');
  const unknown = await signIn('nobody_here', password);
  expect(wrong).toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
  expect(unknown.body).toEqual(wrong.body);
});

it('answers nothing without a session', async () => {
  for (const authorization of ['', 'Bearer nonsense', 'Bearer %%']) {
    const answer = await request(server.url, 'GET', '/conversations', {
      headers: { authorization },
    });
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  }
  expect((await refused(new Device(server.url))).data).toEqual({ code: 'unauthenticated' });
  expect((await refused(new Device(server.url, { token: { $ne: null } }))).data.code).toBe(
    'unauthenticated',
  );
});

it('closes the sockets of a session that ends, and only those', async () => {
  const { token } = (await signIn()).body;
  const device = new Device(server.url, { token });
  const { sessionId } = await device.heard('ready');
  const other = await ana.connect();
  const ended = await ana.rest('DELETE', `/auth/sessions/${sessionId}`);
  expect(ended.status).toBe(200);
  expect(await device.heard('session:ended')).toEqual({ reason: 'revoked' });
  await device.hear('disconnect');
  expect(other.socket.connected).toBe(true);
  const again = await request(server.url, 'GET', '/users/me', { token });
  expect(again.body.code).toBe('unauthenticated');
  expect((await refused(new Device(server.url, { token }))).data.code).toBe('unauthenticated');
});

it('signs out everywhere else', async () => {
  const mine = (await signIn()).body.token as string;
  await signIn();
  const list = await request(server.url, 'GET', '/auth/sessions', { token: mine });
  expect(list.body.items.filter((session: { current: boolean }) => session.current)).toHaveLength(
    1,
  );
  await request(server.url, 'DELETE', '/auth/sessions', { token: mine });
  const left = await request(server.url, 'GET', '/auth/sessions', { token: mine });
  expect(left.body.items).toMatchObject([{ current: true }]);
  expect((await ana.rest('GET', '/users/me')).status).toBe(401);
  ana = await person(server.url, 'ana');
});

it('opens sockets, and nothing else, with a socket token', async () => {
  const { token, expiresAt } = (await ana.rest('POST', '/auth/socket-token')).body;
  expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(5 * 60_000);
  const device = new Device(server.url, { token });
  expect((await device.heard('ready')).user.id).toBe(ana.id);
  device.close();
  expect((await request(server.url, 'GET', '/users/me', { token })).status).toBe(401);
});

it('signs in through next-auth, whose cookie opens pages, REST and sockets', async () => {
  const csrf = await fetch(`${server.url}/api/auth/csrf`);
  const cookieOf = (response: Response) =>
    response.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
  const { csrfToken } = (await csrf.json()) as { csrfToken: string };
  const signedIn = await fetch(`${server.url}/api/auth/callback/credentials`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: cookieOf(csrf), 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ csrfToken, username: ana.user.username, password, json: 'true' }),
  });
  expect(signedIn.headers.getSetCookie().join()).toMatch(/session-token=.*HttpOnly; SameSite=Lax/);
  const cookie = cookieOf(signedIn);
  const me = await request(server.url, 'GET', '/users/me', { headers: { cookie } });
  expect(me.body.user.id).toBe(ana.id);
  const own = { cookie, origin: server.url };
  const device = new Device(server.url, {}, own);
  expect((await device.heard('ready')).user.id).toBe(ana.id);
  const elsewhere = { cookie, origin: 'https://evil.example' };
  expect(
    (await request(server.url, 'PATCH', '/users/me', { headers: elsewhere, body: { about: 'x' } }))
      .status,
  ).toBe(403);
  expect((await refused(new Device(server.url, {}, elsewhere))).data.code).toBe('forbidden');
  await request(server.url, 'DELETE', '/auth/sessions/current', { headers: own });
  await device.heard('session:ended');
});

it('lets pages of allowed origins use the API with a token, and no others', async () => {
  const open = await startServer({ ALLOWED_ORIGINS: 'https://app.example.org' });
  const asked = (origin: string, method: string) =>
    fetch(`${open.url}/api/v1/users/me`, { method, headers: { origin } });
  for (const method of ['OPTIONS', 'GET']) {
    const ours = await asked('https://app.example.org', method);
    const theirs = await asked('https://evil.example', method);
    expect(ours.headers.get('access-control-allow-origin')).toBe('https://app.example.org');
    expect(theirs.headers.get('access-control-allow-origin')).toBeNull();
  }
  await open.stop();
});

it('changes the profile and tells those who know the person', async () => {
  const ben = await person(server.url, 'ben');
  await ana.direct(ben);
  const device = await ben.connect();
  const { body } = await ana.rest('PATCH', '/users/me', { displayName: 'Ana María', about: 'Out' });
  expect(body.user).toMatchObject({ displayName: 'Ana María', about: 'Out' });
  expect((await device.heard('user:updated')).user).toMatchObject({
    id: ana.id,
    displayName: 'Ana María',
  });
  const found = await ben.rest('GET', `/users?q=${encodeURIComponent('maria')}`);
  expect(found.body.items.map(({ id }: { id: string }) => id)).toContain(ana.id);
  ben.leave();
});

it('tells one’s other devices of one’s own settings, and nobody else', async () => {
  const ben = await person(server.url, 'ben');
  await ana.direct(ben);
  const [phone, bens] = [await ana.connect(), await ben.connect()];
  const privacy = { readReceipts: false };
  const { body } = await ana.rest('PATCH', '/users/me', { language: 'de', privacy });
  expect((await phone.heard('account:updated')).user).toEqual({ ...body.user, online: true });
  await bens.ask('presence:visible', { visible: true });
  expect(bens.all('account:updated')).toEqual([]);
  expect(bens.all('user:updated')).toEqual([]);
  ben.leave();
});

it('describes itself', async () => {
  const { body } = await request(server.url, 'GET', '/openapi.json');
  expect(body.openapi).toBe('3.1.0');
  expect(Object.keys(body.paths)).toContain('/conversations/{conversationId}/messages');
  expect((await request(server.url, 'GET', '/health')).body).toEqual({ status: 'ok' });
  expect((await request(server.url, 'GET', '/ready')).body).toEqual({
    status: 'ok',
    database: 'ok',
  });
});
