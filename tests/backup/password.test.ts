import { existsSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { password, patienceMs, people, person, request, type Person } from '../support/people.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { temporaryDirectory } from '../store/support.ts';
import { runTool, runToolIn } from './tools.ts';

let temporary: Awaited<ReturnType<typeof temporaryDirectory>>;
let server: TestServer;
let guests: Person[] = [];

beforeEach(async () => {
  temporary = await temporaryDirectory();
  server = await startServer({}, join(temporary.path, 'data'));
});
afterEach(async () => {
  for (const guest of guests) guest.leave();
  guests = [];
  await server.stop();
  await temporary.remove();
});

async function some(...names: string[]): Promise<Person[]> {
  const those = await people(server.url, ...names);
  guests.push(...those);
  return those;
}

const signIn = ({ user }: Person, word: string) =>
  request(server.url, 'POST', '/auth/token', {
    body: { username: user.username, password: word },
  });

const announced = /^The new password of (\S+) is to be (\S+)$/m;

/** What the tool has made, of which its answer tells once. */
async function newPassword(username: string, ended: string, ...place: string[]): Promise<string> {
  const [first = '', ...rest] = (await runTool('password', username, ...place)).split('\n');
  const [, name, word] = announced.exec(first) ?? [];
  expect(name).toBe(username.toLowerCase().replace('@', ''));
  expect(rest).toEqual([`It is set, and ${ended}.`, '']);
  return word ?? '';
}

/** Where somebody listens whom `hears` is told of. */
async function listen(hears: (socket: Socket) => void) {
  const listener = createServer(hears);
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  return { port, shut: () => new Promise((resolve) => listener.close(resolve)) };
}

/** The server's database, whose connection is cut by whoever asks for sessions. */
const listenWithoutSessions = () =>
  listen((client) => {
    const upstream = connect(join(server.dataDir, 'store.sock'));
    client.on('data', (bytes) => {
      if (bytes.includes('sessions')) client.destroy();
      else upstream.write(bytes);
    });
    upstream.pipe(client);
    for (const socket of [client, upstream]) {
      socket.on('error', () => socket.destroy());
      socket.on('close', () => [client, upstream].forEach((each) => each.destroy()));
    }
  });

it.each([
  ['the directory', () => ['--data', server.dataDir]],
  ['the URI', () => ['--uri', server.databaseUri]],
])(
  'gives an account another password and ends its sessions, by %s of a running server',
  async (_, place) => {
    const [ana, ben] = (await some('ana', 'ben')) as [Person, Person];
    const other = (await signIn(ana, password)).body.token as string;
    const [anas, bens] = [await ana.connect(), await ben.connect()];
    const word = await newPassword(
      `@${ana.user.username.toUpperCase()}`,
      '2 sessions have ended',
      ...place(),
    );

    await anas.heard('session:ended');
    await anas.hear('disconnect');
    for (const token of [ana.token, other]) {
      await expect
        .poll(async () => (await request(server.url, 'GET', '/users/me', { token })).status, {
          timeout: patienceMs,
        })
        .toBe(401);
    }
    expect((await signIn(ana, password)).body.code).toBe('invalid_credentials');
    expect((await signIn(ana, word)).status).toBe(200);
    expect(await bens.ask('conversation:list', {})).toMatchObject({ ok: true });
    expect((await signIn(ben, password)).status).toBe(200);
    expect(server.log()).not.toContain(word);
  },
);

it('works on a stopped store, each time with another password', async () => {
  const [ana] = (await some('ana')) as [Person];
  const { username } = ana.user;
  await server.stop({ keepData: true });
  const place = ['--data', server.dataDir];
  const first = await newPassword(username, '1 session has ended', ...place);
  const second = await newPassword(username, '0 sessions have ended', ...place);
  server = await startServer({}, server.dataDir);
  expect((await request(server.url, 'GET', '/users/me', { token: ana.token })).status).toBe(401);
  expect((await signIn(ana, first)).body.code).toBe('invalid_credentials');
  expect((await signIn(ana, second)).status).toBe(200);
});

it('has told of the password where the sessions cannot be ended', async () => {
  const [ana] = (await some('ana')) as [Person];
  const { port, shut } = await listenWithoutSessions();
  const uri = `mongodb://127.0.0.1:${port}/gatherly?directConnection=true`;
  const failure = runTool('password', ana.user.username, '--uri', uri).catch(String);
  expect(await failure).toMatch(/db:password failed/);
  const [, , word = ''] = announced.exec(await failure) ?? [];
  expect((await signIn(ana, word)).status).toBe(200);
  expect((await signIn(ana, password)).body.code).toBe('invalid_credentials');
  await shut();
});

it('tells the other processes, where the settings beside it name a Redis', async () => {
  const [ana] = (await some('ana')) as [Person];
  let asked = 0;
  const { port, shut } = await listen((socket) => {
    asked++;
    socket.destroy();
  });
  writeFileSync(join(temporary.path, '.env'), `REDIS_URL=redis://127.0.0.1:${port}\n`);
  const place = ['--data', server.dataDir];
  const answer = await runToolIn(temporary.path, 'password', ana.user.username, ...place);
  // Without it, it is done all the same: the sessions are gone from the database.
  expect(answer).toContain('1 session has ended');
  expect(asked).toBeGreaterThan(0);
  await shut();
});

it('takes no file for a name', async () => {
  const [ana] = (await some('ana')) as [Person];
  const place = ['--data', server.dataDir];
  const given = runTool('password', '--out', ana.user.username, ...place);
  await expect(given).rejects.toThrow('--out');
  expect((await signIn(ana, password)).status).toBe(200);
});

it('changes nothing for who is not there', async () => {
  const gone = await person(server.url, 'gone');
  await gone.done('POST', '/users/me/delete', { password });
  const place = ['--data', server.dataDir];
  for (const name of ['nobody', gone.user.username, `deleted-${gone.id}`]) {
    const failure = `db:password failed: There is no account with the username ${name}.\n`;
    // Nor is it told of a password.
    await expect(runTool('password', name, ...place)).rejects.toThrow(new Error(failure));
  }
  await expect(runTool('password', ...place)).rejects.toThrow('USERNAME');
});

it('makes no store where there is none', async () => {
  const nowhere = join(temporary.path, 'nowhere');
  await expect(runTool('password', 'ana', '--data', nowhere)).rejects.toThrow('There is no store');
  expect(existsSync(nowhere)).toBe(false);
});
