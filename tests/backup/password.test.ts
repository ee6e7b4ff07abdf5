import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { password, patienceMs, people, person, request, type Person } from '../support/people.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { temporaryDirectory } from '../store/support.ts';
import { runTool } from './tools.ts';

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

/** What the tool has made, of which its answer tells once. */
async function newPassword(username: string, ended: string, ...place: string[]): Promise<string> {
  const answer = await runTool('password', username, ...place);
  const [, name, word, sessions] =
    /^The password of (\S+) is now (\S+) \((.+)\)\.\n$/.exec(answer) ?? [];
  expect([name, sessions]).toEqual([username.toLowerCase().replace('@', ''), ended]);
  return word ?? '';
}

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

it('changes nothing for who is not there', async () => {
  const gone = await person(server.url, 'gone');
  await gone.done('POST', '/users/me/delete', { password });
  const place = ['--data', server.dataDir];
  for (const name of ['nobody', gone.user.username, `deleted-${gone.id}`]) {
    await expect(runTool('password', name, ...place)).rejects.toThrow(
      `db:password failed: There is no account with the username ${name}.`,
    );
  }
  await expect(runTool('password', ...place)).rejects.toThrow('USERNAME');
});

it('makes no store where there is none', async () => {
  const nowhere = join(temporary.path, 'nowhere');
  await expect(runTool('password', 'ana', '--data', nowhere)).rejects.toThrow('There is no store');
  expect(existsSync(nowhere)).toBe(false);
});
