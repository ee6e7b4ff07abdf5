import type { Page } from 'playwright/test';
import sharp from 'sharp';
import { settingsPages } from '../../app/(chat)/views.ts';
import { person, type Person } from '../support/people.ts';
import { expectAccessible } from './axe.ts';
import { awayFromApp } from './line.ts';
import {
  bubble,
  composer,
  expect,
  expectAlive,
  row,
  say,
  still,
  test,
  tick,
  visit,
  type Guest,
} from './people.ts';

test.use({ sharesServer: true, ...still });

/** To another view of the application, without loading it anew. */
async function goTo(page: Page, path: string): Promise<void> {
  // What has just closed goes back by itself, which must not be back from there.
  await page.waitForFunction(() => !(history.state as { layers?: number } | null)?.layers);
  await page.evaluate((path) => history.pushState({ visits: 1 }, '', path), path);
}

/** The address answers with what the service worker answers without the network. */
const withoutServer = (page: Page, path: string) =>
  page.route(path, async (route) =>
    route.fulfill({
      response: await route.fetch({ url: new URL('/offline-shell', route.request().url()).href }),
    }),
  );

/** The server takes no message with one of these texts: it refuses the one and ignores the other. */
async function sendsBadly({ page }: Guest, refused: string, ignored: string): Promise<void> {
  await page.routeWebSocket(/\/socket\.io\//, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((packet) => {
      const text = packet.toString();
      if (text.includes(ignored)) return;
      if (!text.includes(refused)) return server.send(packet);
      const error = { code: 'forbidden', message: 'Not here' };
      const [, id] = /^42(\d+)/.exec(text) ?? [];
      socket.send(`43${id}${JSON.stringify([{ ok: false, error }])}`);
    });
  });
  await page.reload();
  await expectAlive(page);
}

/** Somebody without a browser, in a chat with the guest and in a group that the guest owns. */
async function withFriend({ page, username }: Guest, url: string): Promise<Person> {
  const ben = await person(url, 'ben');
  const { items } = await ben.done('GET', `/users?q=${username}`);
  const { conversation } = await ben.done('POST', '/conversations', {
    kind: 'direct',
    userId: items[0].id,
  });
  await ben.say(conversation, 'Hello, see https://example.org and **this**');
  await expect(page.locator(`[data-chat="${conversation.id}"]`)).toBeVisible();
  return ben;
}

async function makeGroup(page: Page, other: Person, title: string): Promise<void> {
  await page.getByRole('button', { name: 'New chat' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: /New group/ }).click();
  await dialog.getByRole('searchbox').fill(other.user.username);
  await dialog.getByRole('checkbox', { name: new RegExp(other.user.username) }).click();
  await expectAccessible(page, 'choosing people');
  await dialog.getByRole('button', { name: 'Next' }).click();
  await dialog.getByLabel('Group name').fill(title);
  await expectAccessible(page, 'naming a group');
  await dialog.getByRole('button', { name: 'Create group' }).click();
  await expect(page.getByRole('heading', { name: title, level: 2 })).toBeVisible();
}

/** Opens it, looks at it and closes it again. */
async function expectOnTop(page: Page, what: string, open: () => Promise<void>): Promise<void> {
  const onTop = page.locator(':is([role=dialog], [role=menu])[data-state=open]');
  await open();
  await expect(onTop.last()).toBeVisible();
  // Until its code has come, it has nothing in it.
  await expect(onTop.last().locator('[aria-busy]')).toHaveCount(0);
  await expectAccessible(page, what);
  await page.keyboard.press('Escape');
  await expect(onTop).toHaveCount(0);
}

test('axe finds nothing serious before one has signed in', async ({ browser, server }) => {
  const context = await browser.newContext({ baseURL: server.url });
  const page = await context.newPage();
  for (const path of ['/sign-in', '/nowhere', '/api-docs']) {
    await page.goto(path);
    await expectAccessible(page, path);
  }
  await visit(page, '/sign-in');
  await page.locator('input[autocomplete=username]').fill('nobody');
  await page.locator('input[type=password]').fill('not their password');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert').first()).toBeVisible();
  await expectAccessible(page, 'sign in, refused');
  await visit(page, '/register');
  await expectAccessible(page, '/register');
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.locator('[aria-invalid]').first()).toBeVisible();
  await expectAccessible(page, 'register, with errors');

  // As by something in the browser that changes pages: React does not find again what it drew.
  await page.locator('button[aria-pressed] svg').evaluate((icon) => icon.remove());
  await page.locator('button[aria-pressed]').click();
  await expect(page.getByRole('button', { name: 'Load again' })).toBeVisible();
  await expectAccessible(page, 'error page');

  await withoutServer(page, '/chats');
  await page.goto('/chats');
  await expect(page.getByText(/We can.t reach/)).toBeVisible();
  await expectAccessible(page, 'without the server, nobody known');
  await context.close();
});

test('axe finds nothing serious in chats, dialogs and menus', async ({ signUp, server }) => {
  const ana = await signUp('Ana Prado');
  const { page } = ana;
  await expect(page.getByText('No chats yet')).toBeVisible();
  await expectAccessible(page, 'no chats');
  const ben = await withFriend(ana, server.url);
  await expectAccessible(page, 'no chat open');
  await expectOnTop(page, 'new chat', async () => {
    await page.keyboard.press('Alt+N');
    await expect(page.getByRole('dialog').locator('[data-roving]').first()).toBeVisible();
  });
  await row(ana, /Ben/).click();
  await say(ana, '🎉');
  await expect(bubble(ana, 'Hello')).toBeVisible();
  // What is on its way has no menu.
  await expect(tick(ana, '🎉', 'Sent')).toBeVisible();
  await expectAccessible(page, 'chat');
  await bubble(ana, '🎉').click({ button: 'right' });
  await expect(page.getByRole('menu')).toBeVisible();
  await expectAccessible(page, 'menu of a message');
  await expectOnTop(page, 'deleting a message', () =>
    page.getByRole('menuitem', { name: /Delete/ }).click(),
  );
  // Beside the link, which has a menu of the browser's.
  await bubble(ana, 'Hello').click({ button: 'right', position: { x: 14, y: 14 } });
  await page.getByRole('menuitem', { name: /Copy/ }).click();
  await expect(page.locator('[data-sonner-toast]')).toBeVisible();
  await composer(ana).press('ArrowUp');
  await expect(composer(ana)).toHaveValue('🎉');
  await expectAccessible(page, 'toast, editing');
  await composer(ana).press('Escape');
  await expectOnTop(page, 'menu of a chat', () => row(ana, /Ben/).click({ button: 'right' }));
  const more = page.getByRole('button', { name: 'More' }).first();
  await expectOnTop(page, 'menu of the list', () => more.click());
  await more.click();
  await expectOnTop(page, 'signing out', () =>
    page.getByRole('menuitem', { name: 'Sign out' }).click(),
  );
  await expectOnTop(page, 'palette', async () => {
    await page.keyboard.press('Control+K');
    await page.getByRole('combobox').fill('b');
    await expect(page.getByRole('option', { name: /Ben/ }).first()).toBeVisible();
  });
  await expectOnTop(page, 'shortcuts', async () => {
    await more.click();
    await page.getByRole('menuitem', { name: /Shortcuts/ }).click();
  });
  await page.getByRole('button', { name: 'Chat details' }).click();
  await expect(page.getByRole('complementary', { name: 'Details' })).toBeVisible();
  await expectAccessible(page, 'details of a person');

  await makeGroup(page, ben, 'Supper club');
  await page.getByRole('button', { name: 'Chat details' }).click();
  const details = page.getByRole('complementary', { name: 'Details' });
  const member = details.getByRole('button', { name: /^Ben/ });
  await expect(member).toBeVisible();
  await expectAccessible(page, 'details of a group');
  await expectOnTop(page, 'muting', () => details.getByRole('button', { name: 'Mute' }).click());
  await expectOnTop(page, 'renaming', () =>
    page.getByRole('button', { name: 'Edit group' }).click(),
  );
  await expectOnTop(page, 'adding people', async () => {
    await details.getByRole('button', { name: 'Add people' }).click();
    await page.getByRole('dialog').getByRole('searchbox').fill(ben.user.username);
    await expect(page.getByText('Already here')).toBeVisible();
  });
  await member.click();
  await expect(page.getByRole('menu')).toBeVisible();
  await expectAccessible(page, 'menu of a member');
  await expectOnTop(page, 'removing somebody', () =>
    page.getByRole('menuitem', { name: 'Remove…' }).click(),
  );
  await details.getByRole('button', { name: 'Leave group' }).click();
  await expectAccessible(page, 'leaving a group');
  await page.getByRole('dialog').getByRole('button', { name: 'Leave group' }).click();
  await expect(page.getByText('no longer a member').first()).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expectAccessible(page, 'a group that was left');
  await goTo(page, `/chats/${'0'.repeat(24)}`);
  await expect(page.getByText('This chat isn’t here')).toBeVisible();
  await expectAccessible(page, 'a chat that is not there');
});

test('axe finds nothing serious where something does not work', async ({ signUp, server }) => {
  const ana = await signUp('Ana Prado');
  const { page } = ana;
  await withFriend(ana, server.url);
  await sendsBadly(ana, 'Never', 'Later');
  await row(ana, /Ben/).click();
  await say(ana, 'Never');
  await expect(page.getByText('Not sent').first()).toBeVisible();
  await say(ana, 'Later');
  await expect(tick(ana, 'Later', 'Sending')).toBeVisible();
  await expectAccessible(page, 'not sent, and on its way');
  await ana.context.setOffline(true);
  await expect(page.getByText(/You.re offline/).last()).toBeVisible();
  await expectAccessible(page, 'offline');
  await ana.context.setOffline(false);
  await withoutServer(page, '/chats');
  await page.goto('/chats');
  await expect(row(ana, /Ben/)).toBeVisible();
  await expectAccessible(page, 'without the server');
});

test('axe finds nothing serious in people and settings', async ({ signUp }) => {
  const { page } = await signUp('Ana Prado');
  await goTo(page, '/people');
  const search = page.getByRole('searchbox', { name: 'Name or username' });
  await expect(search).toBeVisible();
  await expectAccessible(page, 'people');
  await search.fill('nobody.is.called.this');
  await expect(page.getByText(/No one|Nobody|matches/).first()).toBeVisible();
  await expectAccessible(page, 'nobody found');
  for (const name of settingsPages) {
    await goTo(page, `/settings/${name}`);
    await expect(page.locator(`a[href="/settings/${name}"][aria-current]`).last()).toBeVisible();
    await expectAccessible(page, name);
  }
  await goTo(page, '/settings/profile');
  const colour = { width: 300, height: 200, channels: 3, background: '#7d2e60' } as const;
  const buffer = await sharp({ create: colour }).png().toBuffer();
  const chooser = page.locator('input[type=file]');
  await expectOnTop(page, 'framing a photo', () =>
    chooser.setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer }),
  );
  await chooser.setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: Buffer.from('no') });
  await expect(page.getByText('This photo can’t be read.')).toBeVisible();
  await expectAccessible(page, 'an error that stays');
});

test('axe finds nothing serious on a phone', async ({ signUp, server }) => {
  const ana = await signUp('Ana Prado', { viewport: { width: 360, height: 740 } });
  const { page } = ana;
  const ben = await withFriend(ana, server.url);
  await expectAccessible(page, 'list');
  await expectOnTop(page, 'menu of the list', () =>
    page.getByRole('button', { name: 'More' }).first().click(),
  );
  await page.getByRole('searchbox').fill('zz');
  await expect(page.getByText('Nothing found').first()).toBeVisible();
  await expectAccessible(page, 'nothing found');
  await page.getByRole('button', { name: 'Close search' }).click();
  await row(ana, /Ben/).click();
  await expect(bubble(ana, 'Hello')).toBeVisible();
  await expectAccessible(page, 'chat');
  await expectOnTop(page, 'message held', () =>
    bubble(ana, 'Hello').dispatchEvent('pointerdown', { pointerType: 'touch', isPrimary: true }),
  );
  await page.getByRole('link', { name: /Chat details/ }).click();
  await expect(page.getByRole('complementary', { name: 'Details' })).toBeVisible();
  await expectAccessible(page, 'details');
  await goTo(page, '/chats');
  await makeGroup(page, ben, 'Supper club');
  await goTo(page, '/settings');
  await expectAccessible(page, 'settings');
});

test('axe finds nothing serious from right to left, and at 320 pixels everything fits', async ({
  signUp,
  server,
}) => {
  const ana = await signUp('سارة الحسن', { viewport: { width: 320, height: 640 } });
  const ben = await withFriend(ana, server.url);
  const [chat] = (await ben.done('GET', '/conversations')).items;
  await ben.say(chat, `Hello ${'long'.repeat(40)} مرحبا`);
  const { page } = ana;
  await goTo(page, '/settings/language');
  await page.getByRole('radio', { name: 'العربية' }).check();
  await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
  const places = ['', ...settingsPages.map((name) => `/${name}`)].map((name) => `/settings${name}`);
  for (const path of ['/chats', '/people', ...places]) {
    await goTo(page, path);
    await expect(page).toHaveURL((url) => url.pathname === path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expectAccessible(page, `${path}, Arabic`);
  }
  await goTo(page, `/chats/${chat.id}`);
  await expect(bubble(ana, 'long')).toBeVisible();
  await expectAccessible(page, 'chat, Arabic');
  await expectOnTop(page, 'menu of a message, Arabic', () =>
    bubble(ana, 'long').click({ button: 'right' }),
  );
  await goTo(page, `/chats/${chat.id}/details`);
  await expect(page.getByRole('complementary').last()).toBeVisible();
  await expectAccessible(page, 'details, Arabic');
  await goTo(page, '/chats');
  await expectOnTop(page, 'palette, Arabic', async () => {
    await page.keyboard.press('Control+K');
    await expect(page.getByRole('option').first()).toBeVisible();
  });
  await page.getByRole('searchbox').fill('ben');
  await expect(page.getByRole('link', { name: /Ben/ }).first()).toBeVisible();
  await expectAccessible(page, 'search, Arabic');
  await awayFromApp(page);
  await page.context().clearCookies();
  for (const path of ['/sign-in', '/register']) {
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expectAccessible(page, `${path}, at 320 pixels`);
  }
});
