import type { CDPSession, Locator, Page } from 'playwright/test';
import { bubble, expect, row, tell, test, type Guest, visit } from './people.ts';

test.use({ sharesServer: true });

const anyMenu = ({ page }: Guest) => page.getByRole('menu');

/** A finger on the middle of something, until it is lifted. */
async function touch(devtools: CDPSession, place: Locator) {
  const { x, y, width, height } = (await place.boundingBox())!;
  const at = { x: x + width / 2, y: y + height / 2 };
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...touchPoints: (typeof at)[]) =>
    devtools.send('Input.dispatchTouchEvent', { type, touchPoints });
  await send('touchStart', at);
  return {
    move: (byPx: number) => send('touchMove', { ...at, y: at.y + byPx }),
    lift: () => send('touchEnd'),
  };
}

/** Back closes what lies on top once that has an entry in the history, which it gets a moment after it is there. */
const expectEntry = (page: Page) =>
  expect
    .poll(() => page.evaluate(() => (history.state as { layers?: number } | null)?.layers))
    .toBe(1);

/** In the application, without loading a page: what is behind it in the history is the application's. */
async function goTo(page: Page, name: 'Chats' | 'Settings'): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name }).click();
  await page.waitForURL(`**/${name.toLowerCase()}`);
}

test('a finger held on a chat opens its menu, though it trembles, and opens nothing else', async ({
  signUp,
  befriend,
}) => {
  const [ana, ben] = [await signUp('Ana Prado'), await befriend('Ben Okafor')];
  await tell(ben, ana, 'Hello');
  const devtools = await ana.context.newCDPSession(ana.page);
  await devtools.send('Emulation.setTouchEmulationEnabled', { enabled: true });
  const chat = await row(ana, /Ben Okafor/).elementHandle();
  const finger = await touch(devtools, row(ana, /Ben Okafor/));
  await finger.move(4);
  // What another pointer does meanwhile is not the finger's.
  await chat?.dispatchEvent('pointermove', { pointerId: 99, clientX: 1, clientY: 1 });
  await expect(anyMenu(ana)).toBeVisible();
  await finger.lift();
  await ana.page.getByRole('menuitem', { name: 'Pin' }).click();
  await expect(anyMenu(ana)).toHaveCount(0);
  await expect(ana.page).toHaveURL(/\/chats$/);
  await row(ana, /Ben Okafor/).click();
  await expect(bubble(ana, 'Hello')).toBeVisible();
});

test('where there is no chat there is no menu, nor anything for Back to close', async ({
  signUp,
  befriend,
}) => {
  const [ana, ben] = [await signUp('Ana Prado'), await befriend('Ben Okafor')];
  await tell(ben, ana, 'Hello');
  const { page } = ana;
  await goTo(page, 'Settings');
  await goTo(page, 'Chats');
  const list = page.getByRole('complementary', { name: 'Chats' });
  const { height } = (await list.boundingBox())!;
  await list.click({ button: 'right', position: { x: 100, y: height - 100 } });
  await page.goBack();
  await expect(page).toHaveURL(/\/settings$/);
  await page.goForward();
  await expect(page).toHaveURL(/\/chats$/);

  await row(ana, /Ben Okafor/).click({ button: 'right' });
  await page.getByRole('menuitem', { name: /^Block/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('heading').click({ button: 'right' });
  await expect(anyMenu(ana)).toHaveCount(0);
  await expectEntry(page);
  await page.goBack();
  await expect(dialog).toHaveCount(0);
  await expect(page).toHaveURL(/\/chats$/);
});

test('Back gives up a dialog whose code has not come yet', async ({ signUp }) => {
  const ana = await signUp('Ana Prado');
  const { page } = ana;
  // Nothing comes by itself.
  await page.addInitScript(() => Object.assign(window, { requestIdleCallback: () => 0 }));
  await visit(page, '/settings');
  await goTo(page, 'Chats');
  await expect(page.getByRole('heading', { name: 'Bring your people together.' })).toBeVisible();
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/_next/static/chunks/*.js', async (route) => {
    await released;
    await route.continue();
  });
  const asked = page.waitForRequest('**/_next/static/chunks/*.js');
  const dialog = page.getByRole('dialog', { name: 'New chat' });
  const button = page.getByRole('button', { name: 'New chat' }).first();
  await button.click();
  const request = await asked;
  await expectEntry(page);
  await page.goBack();
  await expect(page).toHaveURL(/\/chats$/);
  release();
  await (await request.response())?.finished();
  await expect(dialog).toHaveCount(0);
  // Another time it is wanted.
  await button.click();
  await expect(dialog).toBeVisible();
  await expectEntry(page);
  await page.goBack();
  await expect(dialog).toHaveCount(0);
  await expect(page).toHaveURL(/\/chats$/);
  await page.goBack();
  await expect(page).toHaveURL(/\/settings$/);
});
