import { randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { it } from 'vitest';
import { request } from '../support/people.ts';
import { startServer } from '../support/server.ts';

it.concurrent('keeps its secret and its store to itself', async ({ expect }) => {
  const server = await startServer();
  const mode = (name: string) => statSync(path.join(server.dataDir, name)).mode & 0o777;
  expect(mode('session-secret')).toBe(0o600);
  expect(mode('store.sock')).toBe(0o600);
  expect(mode('store.lmdb')).toBe(0o600);
  await expect(startServer({}, server.dataDir)).rejects.toThrow(/another|already/i);
  expect((await request(server.url, 'GET', '/ready')).status).toBe(200);
  await server.stop();
  expect(existsSync(server.dataDir)).toBe(false);
});

// One that goes away later: `tests/faults/database-away.test.ts`.
it.concurrent(
  'answers unavailable until the database is there, and goes on when it is',
  async ({ expect }) => {
    const owner = await startServer();
    const uri = owner.databaseUri;
    const secret = { SESSION_SECRET: randomUUID() };
    await owner.stop({ keepData: true });

    const server = await startServer({ ...secret, MONGODB_URI: uri, LOG_LEVEL: 'silent' });
    const body = { username: 'somebody', password: 'long enough' };
    const signInPage = async () => (await fetch(`${server.url}/sign-in`)).text();
    expect(await signInPage()).toContain('Welcome back');
    const early = await request(server.url, 'POST', '/auth/register', { body });
    expect(early).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect((await request(server.url, 'GET', '/health')).status).toBe(200);
    expect((await request(server.url, 'GET', '/ready')).status).toBe(503);

    const back = await startServer({}, owner.dataDir);
    await expect
      .poll(async () => (await request(server.url, 'GET', '/ready')).status, { timeout: 60_000 })
      .toBe(200);
    // Nobody is back where nobody has been.
    expect(await signInPage()).toContain('Nobody has an account here yet');
    expect((await request(server.url, 'POST', '/auth/register', { body })).status).toBe(201);
    expect(await signInPage()).toContain('Welcome back');

    await server.stop();
    await back.stop();
  },
  120_000,
);
