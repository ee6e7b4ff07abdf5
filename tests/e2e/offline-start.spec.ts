import type { Page } from 'playwright/test';
import { password } from '../support/people.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { crash, databases, expectUnsent, rowsIn } from './line.ts';
import {
  bubble,
  chatOf,
  composer,
  expect,
  expectAlive,
  expectSaid,
  log,
  row,
  say,
  signOut,
  tell,
  test,
  visit,
  tick,
  wireOf,
  type Guest,
  type People,
  still,
} from './people.ts';
import { cachedAnswers, expectWorker } from './worker.ts';

// Several people, servers and pages in each.
test.slow();
test.use(still);

/** Closes the application; a later page of it fails the test by any error of its scripts or policy. */
async function reopen(guest: Guest, path: string): Promise<Guest & { faults: string[] }> {
  await guest.page.close();
  const page = await guest.context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy|hydrat/i.test(message.text())) faults.push(message.text());
  });
  await visit(page, path);
  return { ...guest, page, faults };
}

const comeBack = (server: TestServer) =>
  startServer({ PORT: new URL(server.url).port }, server.dataDir);

const expectKept = (page: Page, text: string) =>
  expect.poll(async () => JSON.stringify(await rowsIn(page, 'logs'))).toContain(text);

const draftsKept = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    Object.entries(localStorage).flatMap(([key, text]) => (key.includes('draft') ? [text] : [])),
  );

/** Ana has said something in her chat with Ben, at a browser whose worker keeps all that opens without the server. */
async function chatKept({ signUp, befriend }: People, text: string) {
  const ben = await befriend('Ben Okafor');
  const ana = await signUp('Ana Prado', { worker: true, to: ben });
  await say(ana, text);
  await expect(tick(ana, text, 'Sent')).toBeVisible();
  await expectWorker(ana.page);
  await expectKept(ana.page, text);
  return { ana, ben, path: new URL(ana.page.url()).pathname };
}

/** The addresses of the pages that the worker has of somebody signed in. */
const pagesKept = async (page: Page): Promise<string[]> =>
  Object.keys(await cachedAnswers(page)).filter((path) => path.startsWith('/chats'));

test('without the server it opens with the last chats; what is written leaves when it is back', async ({
  signUp,
  befriend,
  server,
}) => {
  const { ana, ben } = await chatKept({ signUp, befriend }, 'Hello Ben');
  await tell(ben, ana, 'Hello Ana');
  await expect(bubble(ana, 'Hello Ana')).toBeVisible();
  await expectKept(ana.page, 'Hello Ana');
  await server.kill('SIGKILL');

  const later = await reopen(ana, '/chats');
  await row(later, /Ben Okafor/).click();
  await expect(log(later).getByRole('article')).toHaveText([/Hello Ben/, /Hello Ana/]);
  await say(later, 'From the train');
  await expect(tick(later, 'From the train', 'Sending')).toBeVisible();
  await expect(
    later.page
      .getByText(/^(You’re offline|Connecting)/)
      .filter({ visible: true })
      .first(),
  ).toBeVisible();
  await expectUnsent(later.page, 1);
  await composer(later).fill('Half a thou');
  // A browser that is told to close a page does not wait long for what it does yet.
  await expect.poll(() => draftsKept(later.page)).toEqual(['Half a thou']);
  // Straight into the chat, too, as from a link.
  const again = await reopen(later, new URL(later.page.url()).pathname);
  await expect(tick(again, 'From the train', 'Sending')).toBeVisible();
  await expect(composer(again)).toHaveValue('Half a thou');

  const back = await comeBack(server);
  await expect(tick(again, 'From the train', 'Sent')).toBeVisible({ timeout: 60_000 });
  await expectSaid(ben, ana, 'From the train');
  await expect(log(again).getByRole('article')).toHaveText([/Hello Ben/, /Hello Ana/, /From the/]);
  expect([...later.faults, ...again.faults]).toEqual([]);
  await back.stop();
});

test('what the worker keeps is the build, and the last pages of who is signed in', async ({
  signUp,
  befriend,
  server,
}) => {
  const { ana, path } = await chatKept({ signUp, befriend }, 'A secret');
  await ana.page.reload();
  await expect(bubble(ana, 'A secret')).toBeVisible();
  await expect.poll(() => pagesKept(ana.page)).toContain(path);
  const answers = await cachedAnswers(ana.page);
  expect(answers[path]).toContain('A secret');
  for (const [path, answer] of Object.entries(answers)) {
    if (path.startsWith('/chats')) continue;
    expect(path).toMatch(/^\/(_next\/static\/chunks\/|[\w-]+\.(png|svg)$|offline-shell$|speech$)/);
    expect(answer).not.toMatch(/A secret|Ana Prado|ana\.prado|Ben Okafor|^.*"set-cookie"/i);
  }
  expect(Object.keys(answers)).toContain('/offline-shell');

  // The page that is kept has a policy as strict as any other, and a nonce of its own each time.
  await server.kill('SIGKILL');
  const nonces = new Set<string>();
  for (let load = 0; load < 2; load += 1) {
    const answer = await ana.page.goto('/chats');
    const policy = (await answer!.headerValue('content-security-policy')) ?? '';
    const scripts = policy.split('; ').find((part) => part.startsWith('script-src'));
    const nonce = /^script-src 'nonce-([^']{24})' 'strict-dynamic'$/.exec(scripts ?? '')?.[1];
    expect(nonce).toBeDefined();
    nonces.add(nonce!);
    await expect(row(ana, /Ben Okafor/)).toBeVisible();
  }
  expect(nonces.size).toBe(2);
});

test('after signing out there is nothing to open', async ({ signUp, befriend, server }) => {
  const { ana } = await chatKept({ signUp, befriend }, 'Hello');
  await signOut(ana);
  await ana.page.waitForURL('**/sign-in**');
  await expect.poll(() => databases(ana.page)).toEqual([]);
  await server.kill('SIGKILL');

  const later = await reopen(ana, '/chats');
  await expect(later.page.getByRole('heading', { name: /^We can’t reach/ })).toBeVisible();
  await expect(later.page.getByText('Ben Okafor')).toHaveCount(0);
  const back = await comeBack(server);
  await expect(later.page.getByRole('heading', { name: 'Welcome back' })).toBeVisible({
    timeout: 60_000,
  });
  await back.stop();
});

test('a server that takes its time does not keep the chats from opening', async ({
  signUp,
  befriend,
  server,
}) => {
  const { ana } = await chatKept({ signUp, befriend }, 'Hello');
  process.kill(server.pid, 'SIGSTOP');
  const later = await reopen(ana, '/chats');
  await expect(row(later, /Ben Okafor/)).toBeVisible();
  process.kill(server.pid, 'SIGCONT');
  await row(later, /Ben Okafor/).click();
  await say(later, 'Still there?');
  await expect(tick(later, 'Still there?', 'Sent')).toBeVisible({ timeout: 60_000 });
  expect(later.faults).toEqual([]);
});

test('a page that was kept is there at once, and becomes what the server has', async ({
  signUp,
  befriend,
  server,
}) => {
  const { ana, ben, path } = await chatKept({ signUp, befriend }, 'Hello Ben');
  const chat = await chatOf(ben, ana);
  await ana.page.reload();
  await expect.poll(() => pagesKept(ana.page)).toContain(path);
  await ben.wire.say(chat, 'Seen before');
  await expect(bubble(ana, 'Seen before')).toBeVisible();
  await expectKept(ana.page, 'Seen before');
  // One that is left has the worker keep it as it is then, which may be after what is said next.
  await crash(ana);
  await ben.wire.say(chat, 'Said meanwhile');

  // Nothing comes from a server that is silent, and it is there: also what the page does not have.
  process.kill(server.pid, 'SIGSTOP');
  const later = await reopen(ana, path);
  expect(await later.page.content()).toContain('data-kept');
  await expect(log(later).getByRole('article')).toHaveText([/Hello Ben/, /Seen before/]);
  process.kill(server.pid, 'SIGCONT');
  await expect(log(later).getByRole('article')).toHaveText([/Hello/, /Seen/, /Said meanwhile/]);
  await expect(later.page.getByText('1 new message')).toBeVisible();
  // Whoever loads it anew gets it anew, if the server does not take its time.
  await expect(async () => {
    await later.page.reload();
    expect(await later.page.content()).not.toContain('data-kept');
  }).toPass();
  await expect(log(later).getByRole('article')).toHaveCount(3);

  await expectAlive(later.page);
  await signOut(later);
  await later.page.waitForURL('**/sign-in**');
  await expect.poll(() => pagesKept(later.page)).toEqual([]);
  await later.page.goto(path);
  await later.page.waitForURL('**/sign-in**');
  expect(later.faults).toEqual([]);
});

test('of an account that was deleted meanwhile nothing stays', async ({
  signUp,
  befriend,
  server,
}) => {
  const { ana, path } = await chatKept({ signUp, befriend }, 'A secret');
  await ana.page.reload();
  await expect.poll(() => pagesKept(ana.page)).toContain(path);
  await ana.page.close();
  const elsewhere = await wireOf(server, ana);
  await elsewhere.done('POST', '/users/me/delete', { password });

  const later = await reopen(ana, path);
  await later.page.waitForURL('**/sign-in**');
  await expect.poll(() => pagesKept(later.page)).toEqual([]);
  await later.page.goto(path);
  await later.page.waitForURL('**/sign-in**');
});

test('a page that was kept is not for another account', async ({ signUp, befriend, server }) => {
  const { ana, ben, path } = await chatKept({ signUp, befriend }, 'A secret');
  const cleo = await befriend('Cleo Diaz');
  await ana.page.reload();
  await expect.poll(() => pagesKept(ana.page)).toContain(path);

  // Her session is over, and somebody else uses the browser, as far as the sign-in page.
  await ana.page.close();
  await ana.context.clearCookies();
  const other = await reopen(ana, '/sign-in');
  await expect.poll(() => pagesKept(other.page)).toEqual([]);
  await other.page.getByLabel('Email or username').fill(cleo.username);
  await other.page.getByLabel('Password', { exact: true }).fill(password);
  await other.page.getByRole('button', { name: 'Sign in' }).click();
  await other.page.waitForURL('**/chats');
  await expect(other.page.getByText('No chats yet')).toBeVisible();
  // What is kept of another account goes with the first page of this one.
  const hers = [expect.stringContaining(cleo.wire.user.id)];
  await expect.poll(() => databases(other.page)).toEqual(hers);

  // Even where the worker could see nothing of a change, the server's page takes its place.
  const again = await reopen(other, '/chats');
  await expect(again.page.getByText('No chats yet')).toBeVisible();
  await expect.poll(() => pagesKept(again.page)).toEqual(['/chats']);
  const cookie = { name: 'next-auth.session-token', value: ben.wire.token, url: server.url };
  await ana.context.addCookies([{ ...cookie, httpOnly: true, sameSite: 'Lax' }]);
  const last = await reopen(again, '/chats');
  await expect(row(last, /Ana Prado/)).toBeVisible();
  // It may be on its way to the server's page yet.
  const everything = async () => JSON.stringify(await cachedAnswers(last.page));
  await expect(async () => expect(await everything()).not.toContain('Cleo Diaz')).toPass();
  expect([...other.faults, ...again.faults, ...last.faults]).toEqual([]);
});
