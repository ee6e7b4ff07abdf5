import type { Page } from 'playwright/test';
import { settingsPages } from '../../app/(chat)/views.ts';
import { expectAccessible } from './axe.ts';
import { bubble, expect, findAndOpen, row, say, test, type Guest } from './people.ts';

test.use({ sharesServer: true });

/** Everything animated is at its end at once, and the theme is the one asked for. */
const inTheme = (page: Page, colorScheme: 'light' | 'dark') =>
  page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });

async function expectInBothThemes(page: Page, what: string): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await inTheme(page, theme);
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
    await expectAccessible(page, `${what}, ${theme}`);
  }
}

async function makeGroup({ page }: Guest, others: Guest[], title: string): Promise<void> {
  await page.keyboard.press('Alt+N');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: /New group/ }).click();
  for (const { username } of others) {
    await dialog.getByRole('searchbox').fill(username);
    await dialog.getByRole('checkbox', { name: new RegExp(username) }).click();
  }
  await expectInBothThemes(page, 'choosing people');
  await dialog.getByRole('button', { name: 'Next' }).click();
  await dialog.getByLabel('Group name').fill(title);
  await expectInBothThemes(page, 'naming a group');
  await dialog.getByRole('button', { name: 'Create group' }).click();
  await expect(page.getByRole('heading', { name: title, level: 2 })).toBeVisible();
}

test('axe finds nothing serious before one has signed in', async ({ browser, server }) => {
  const context = await browser.newContext({ baseURL: server.url });
  const page = await context.newPage();
  for (const path of ['/sign-in', '/register', '/offline-shell', '/nowhere']) {
    await page.goto(path);
    await expectInBothThemes(page, path);
  }
  await page.goto('/register');
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.locator('[aria-invalid]').first()).toBeVisible();
  await expectInBothThemes(page, 'register, with errors');
  await context.close();
});

test('axe finds nothing serious in chats, dialogs and menus', async ({ signUp }) => {
  const [ana, ben] = [await signUp('Ana Prado'), await signUp('Ben Okafor')];
  const { page } = ana;
  await expect(page.getByText('No chats yet')).toBeVisible();
  await expectInBothThemes(page, 'no chats');

  await page.keyboard.press('Alt+N');
  await expect(page.getByRole('dialog').getByRole('button', { name: /Ben/ }).first()).toBeVisible();
  await expectInBothThemes(page, 'new chat');
  await page.keyboard.press('Escape');

  await findAndOpen(ana, ben);
  await expectInBothThemes(page, 'say hello');
  await say(ana, 'Hello Ben, see https://example.org and **this**');
  await say(ana, '🎉');
  await row(ben, /Ana Prado/).click();
  await say(ben, 'Hello Ana');
  await expect(bubble(ana, 'Hello Ana')).toBeVisible();
  await expectInBothThemes(page, 'chat');

  await bubble(ana, '🎉').click({ button: 'right' });
  await expect(page.getByRole('menu')).toBeVisible();
  await expectInBothThemes(page, 'menu of a message');
  await page.getByRole('menuitem', { name: /Delete/ }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await expectInBothThemes(page, 'deleting a message');
  await page.keyboard.press('Escape');
  await row(ana, /Ben Okafor/).click({ button: 'right' });
  await expectInBothThemes(page, 'menu of a chat');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'More' }).first().click();
  await expectInBothThemes(page, 'menu of the list');
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expectInBothThemes(page, 'signing out');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+K');
  await page.getByRole('combobox').fill('b');
  await expect(page.getByRole('option', { name: /Ben/ }).first()).toBeVisible();
  await expectInBothThemes(page, 'palette');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Chat details' }).click();
  await expectInBothThemes(page, 'details of a person');

  await makeGroup(ana, [ben], 'Supper club');
  await page.getByRole('button', { name: 'Chat details' }).click();
  await expectInBothThemes(page, 'details of a group');
  await page.getByRole('button', { name: 'Edit group' }).click();
  await expectInBothThemes(page, 'renaming a group');
  await page.keyboard.press('Escape');

  await ana.context.setOffline(true);
  await expect(page.getByText(/You.re offline/).last()).toBeVisible();
  await expectInBothThemes(page, 'offline');
  await ana.context.setOffline(false);
});

test('axe finds nothing serious in people and settings', async ({ signUp }) => {
  const ana = await signUp('Ana Prado');
  const { page } = ana;
  await page.goto('/people');
  await expectInBothThemes(page, 'people');
  await page.getByRole('searchbox').fill('nobody.is.called.this');
  await expect(page.getByText(/No one|Nobody|matches/).first()).toBeVisible();
  await expectInBothThemes(page, 'nobody found');
  await page.getByRole('searchbox').fill('');
  for (const name of settingsPages) {
    await page.goto(`/settings/${name}`);
    await expect(page.getByRole('heading', { level: 2 }).first()).toBeVisible();
    await expectInBothThemes(page, name);
  }
  await page.goto('/chats');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Shortcuts' })).toBeVisible();
  await expectInBothThemes(page, 'shortcuts');
});

test('axe finds nothing serious from right to left, and at 320 pixels everything fits', async ({
  signUp,
}) => {
  const ana = await signUp('سارة الحسن', { viewport: { width: 320, height: 640 } });
  const ben = await signUp('Ben Okafor');
  await findAndOpen(ben, ana);
  await say(ben, `Hello ${'long'.repeat(40)} مرحبا`);
  const { page } = ana;
  await page.goto('/settings/language');
  await page.getByRole('radio', { name: 'العربية' }).check();
  await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
  for (const path of [
    '/chats',
    '/people',
    '/settings',
    ...settingsPages.map((name) => `/settings/${name}`),
  ]) {
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expectInBothThemes(page, `${path}, Arabic`);
  }
  await page.goto(new URL(ben.page.url()).pathname);
  await expect(bubble(ana, 'Hello')).toBeVisible();
  await expectInBothThemes(page, 'chat, Arabic');
  await page.goto(`${new URL(ben.page.url()).pathname}/details`);
  await expectInBothThemes(page, 'details, Arabic');
  await page.goto('/chats');
  await page.keyboard.press('Control+K');
  await expect(page.getByRole('option').first()).toBeVisible();
  await expectInBothThemes(page, 'palette, Arabic');
});
