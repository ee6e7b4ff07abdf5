import type { Page } from 'playwright/test';
import { password } from '../support/people.ts';
import { awayFromApp, databases, expectUnsent, lineOf, openTab, rowsIn } from './line.ts';
import {
  bubble,
  composer,
  expect,
  expectSaid,
  say,
  signOut,
  test,
  tick,
  visit,
  still,
} from './people.ts';

// Several people, servers and pages in each.
test.slow();
test.use({ sharesServer: true, ...still });

/** What local storage has of an account. */
const keysKept = (page: Page): Promise<string[]> =>
  page.evaluate(() => Object.keys(localStorage).filter((key) => /[0-9a-f]{24}/.test(key)));

async function expectNothingKept(page: Page): Promise<void> {
  await expect.poll(() => databases(page)).toEqual([]);
  await expect.poll(() => keysKept(page)).toEqual([]);
}

test('signing out leaves nothing of the account in the browser', async ({ signUp, befriend }) => {
  const ben = await befriend('Ben Okafor');
  const ana = await signUp('Ana Prado', { to: ben });
  await say(ana, 'Hello');
  await composer(ana).fill('An unfinished');
  const tab = await openTab(ana, '/chats');
  await expect.poll(() => databases(ana.page)).toHaveLength(1);
  await expect.poll(async () => (await rowsIn(ana.page, 'logs')).length).toBe(1);
  await signOut(tab);
  for (const { page } of [ana, tab]) await page.waitForURL('**/sign-in**');
  await expectNothingKept(ana.page);
});

test('nor does it when the session was over before', async ({ signUp, befriend }) => {
  const ben = await befriend('Ben Okafor');
  const ana = await signUp('Ana Prado', { to: ben });
  await say(ana, 'Hello');
  await expect(tick(ana, 'Hello', 'Sent')).toBeVisible();
  await composer(ana).fill('An unfinished');
  await expect.poll(async () => (await rowsIn(ana.page, 'logs')).length).toBe(1);
  await expect.poll(() => keysKept(ana.page)).toContainEqual(expect.stringMatching(/draft/));
  // A page that asks for something else is told first that its session is over, and leaves by itself.
  await ana.page.route('**/api/v1/**', async (route) => {
    if (route.request().method() === 'DELETE') await route.continue();
  });
  await ana.context.clearCookies();
  await signOut(ana);
  await ana.page.waitForURL('**/sign-in**');
  await expectNothingKept(ana.page);
});

test('nor what is typed at the last moment in another tab', async ({ signUp, befriend }) => {
  const ben = await befriend('Ben Okafor');
  const ana = await signUp('Ana Prado', { to: ben });
  await say(ana, 'Hello');
  const tab = await openTab(ana, '/chats');
  await ana.page.evaluate(() => {
    const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')!.set!;
    const type = () => {
      const box = document.querySelector('textarea')!;
      set.call(box, 'An unfinished');
      box.dispatchEvent(new Event('input', { bubbles: true }));
    };
    window.addEventListener('pagehide', type, { capture: true });
  });
  await signOut(tab);
  for (const { page } of [ana, tab]) await page.waitForURL('**/sign-in**');
  await expectNothingKept(ana.page);
});

test('without a connection it says so, and everything stays as it was', async ({
  signUp,
  befriend,
}) => {
  const ben = await befriend('Ben Okafor');
  const ana = await signUp('Ana Prado', { to: ben });
  await say(ana, 'Hello');
  await expect(tick(ana, 'Hello', 'Sent')).toBeVisible();
  const line = await lineOf(ana);
  await expect(bubble(ana, 'Hello')).toBeVisible();
  await line.cut();
  await signOut(ana);
  await expect(ana.page.getByText('You’re offline. Try again when you’re back.')).toBeVisible();
  await ana.page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await expect(bubble(ana, 'Hello')).toBeVisible();
  expect(await databases(ana.page)).toHaveLength(1);

  await line.mend();
  await signOut(ana);
  await ana.page.waitForURL('**/sign-in**');
  await expectNothingKept(ana.page);
});

test('what waits when a session runs out is for nobody but its writer', async ({
  signUp,
  befriend,
}) => {
  const ben = await befriend('Ben Okafor');
  const ana = await signUp('Ana Prado', { to: ben });
  await say(ana, 'Before');
  const line = await lineOf(ana);
  await expect(bubble(ana, 'Before').getByRole('img', { name: /Sent|Delivered/ })).toBeVisible();
  await line.cut();
  await say(ana, 'A secret');
  await expectUnsent(ana.page, 1);
  await expect.poll(() => rowsIn(ana.page, 'logs')).toHaveLength(1);
  await awayFromApp(ana.page);
  await ana.context.clearCookies();
  await line.mend();

  await visit(ana.page, '/register');
  await ana.page.getByLabel('Name', { exact: true }).fill('Cleo Diaz');
  await ana.page.getByLabel('Username').fill(`cleo.${ana.username}`);
  await ana.page.getByLabel('Password', { exact: true }).fill(password);
  await ana.page.getByRole('button', { name: 'Create account' }).click();
  await ana.page.waitForURL('**/chats');
  await expect(ana.page.getByText('No chats yet')).toBeVisible();
  await expect.poll(() => databases(ana.page)).toHaveLength(2);
  await signOut(ana);
  await ana.page.waitForURL('**/sign-in**');

  // Cleo's is gone. Ana's has what is unsent, and nothing else.
  await expect.poll(() => databases(ana.page)).toHaveLength(1);
  await expectUnsent(ana.page, 1);
  for (const store of ['logs', 'conversations']) {
    await expect.poll(() => rowsIn(ana.page, store)).toEqual([]);
  }

  await ana.page.getByLabel('Email or username').fill(ana.username);
  await ana.page.getByLabel('Password', { exact: true }).fill(password);
  await ana.page.getByRole('button', { name: 'Sign in' }).click();
  await ana.page.waitForURL('**/chats');
  await expectSaid(ben, ana, 'A secret');
});
