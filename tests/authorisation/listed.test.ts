import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Socket } from 'socket.io';
import { afterAll, expect, it, vi } from 'vitest';
import { encodeSessionToken } from '#lib/auth/tokens.ts';
import { commandEvents } from '#lib/contract/event-names.ts';
import { operations, type Operation } from '#lib/contract/operations.ts';
import { closeDatabase, connected } from '#lib/database/connect.ts';
import { startSocketHost } from '#lib/transport/socket.ts';
import { register } from '#lib/use-cases/accounts.ts';
import { startSession } from '#lib/use-cases/sessions.ts';
import { databaseUriOf, dropDatabase } from '../support/database.ts';
import { Device, password } from '../support/people.ts';
import { cases } from './cases.ts';
import { otherRoutes, roles, table } from './table.ts';

const dataDir = mkdtempSync(path.join(os.tmpdir(), 'gatherly-listed-'));
const uri = databaseUriOf(dataDir);
Object.assign(process.env, { DATA_DIR: dataDir, RATE_LIMITS: 'off', LOG_LEVEL: 'warn' });
process.env.SESSION_SECRET = 'a secret for tests only';
if (uri) process.env.MONGODB_URI = uri;
afterAll(async () => {
  await closeDatabase();
  if (uri) await dropDatabase(uri);
  rmSync(dataDir, { recursive: true, force: true });
});

it('has an expectation for everybody in every line, and a case for every line', () => {
  for (const { name, expected } of table) {
    expect(Object.keys(expected), name).toEqual(['anonymous', ...roles]);
    for (const cell of Object.values(expected)) expect(cell, name).toMatch(/^[a-z_]+$/);
  }
  expect(table.map(({ name }) => name).sort()).toEqual(Object.keys(cases).sort());
});

it('has every operation, and nobody anonymous passes where one has to be signed in', () => {
  expect([...new Set(table.map(({ operation }) => operation))].sort()).toEqual(
    Object.keys(operations).sort(),
  );
  for (const { name, operation, expected } of table) {
    const { access }: Operation = operations[operation];
    expect([name, expected.anonymous]).toEqual([
      name,
      access === 'anyone' ? 'ok' : 'unauthenticated',
    ]);
  }
});

it('has every page and route file that answers no operation', () => {
  const root = new URL('../../app', import.meta.url).pathname;
  const paths = new Set(
    (Object.values(operations) as Operation[]).flatMap(({ rest }) =>
      rest ? [`api/v1${rest.path.replaceAll(/\{(\w+)\}/g, '[$1]')}/route.ts`] : [],
    ),
  );
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => /(^|\/)(route|page)\.tsx?$/.test(file))
    .filter((file) => !paths.has(file));
  expect(files.sort()).toEqual(otherRoutes.map(({ file }) => file).sort());
});

it('has every event that the server listens to on a socket: the commands of the contract, and none by name', async () => {
  const listened = vi.spyOn(Socket.prototype, 'on');
  const httpServer = createServer();
  const host = startSocketHost(httpServer);
  await new Promise<void>((resolve) => httpServer.listen(0, '127.0.0.1', resolve));
  await connected(20_000);
  const visitor = { device: 'test', address: '127.0.0.1' };
  const { user } = await register(visitor, { username: 'ana', password });
  const { _id } = await startSession(user.id, 'test');
  const token = await encodeSessionToken({ sub: user.id, sid: _id.toHexString() });
  const { port } = httpServer.address() as AddressInfo;
  const device = new Device(`http://127.0.0.1:${port}`, { token });
  await device.heard('ready');
  const byName = new Set(listened.mock.calls.map(([event]) => String(event)));
  const codeOf = async (event: string) => {
    const reply = await device.ask(event, { nothing: 'of the contract' });
    return reply.ok ? 'ok' : reply.error.code;
  };
  for (const event of Object.values(commandEvents)) {
    expect([event, await codeOf(event)]).toEqual([event, 'invalid_input']);
  }
  expect(await codeOf('message:steal')).toBe('not_found');
  device.close();
  await host.close();
  // Socket.io's own.
  for (const event of ['disconnect', 'error']) byName.delete(event);
  expect([...byName]).toEqual([]);
});
