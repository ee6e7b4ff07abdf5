import type { Locator, Route } from 'playwright/test';
import sharp from 'sharp';
import { limits } from '#lib/contract/limits.ts';
import { password } from '../support/people.ts';
import { databases } from './line.ts';
import {
  bubble,
  composer,
  expect,
  expectAlive,
  findAndOpen,
  log,
  row,
  say,
  signOut,
  tell,
  test,
  tick,
  visit,
  type Guest,
} from './people.ts';

// Several people and pages in each.
test.slow();
test.use({ sharesServer: true });

/** Left half red, right half blue. */
async function photo(): Promise<Buffer> {
  const half = (background: string) =>
    ({ width: 300, height: 300, channels: 3, background }) as const;
  const blue = await sharp({ create: half('#0000ff') })
    .png()
    .toBuffer();
  return sharp({ create: { ...half('#ff0000'), width: 600 } })
    .composite([{ input: blue, left: 300, top: 0 }])
    .png()
    .toBuffer();
}

const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'image/png', buffer });

const openSettings = async ({ page }: Guest, name: string) => {
  await visit(page, '/settings');
  await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name }).click();
};

test('a photo is framed by keys and shown to others', async ({ signUp }) => {
  const ben = await signUp('Ben Ochieng');
  const ana = await signUp('Ana Vidal', { to: ben });
  await say(ana, 'Do you see me?');
  await expect(row(ben, 'Ana Vidal')).toBeVisible();

  const { page } = ana;
  await openSettings(ana, 'Ana Vidal');
  const chooser = page.locator('input[type=file]');
  await chooser.setInputFiles(file('broken.png', Buffer.from('no picture')));
  await expect(page.getByText('This photo can’t be read.')).toBeVisible();
  await chooser.setInputFiles(file('me.png', await photo()));
  const dialog = page.getByRole('dialog', { name: 'Adjust the photo' });
  const frame = dialog.getByRole('button', { name: /^Photo: drag it/ });
  /** The leftmost pixel on half the height of what is shown. */
  const edge = () =>
    frame.locator('canvas').evaluate((canvas) => {
      const context = (canvas as HTMLCanvasElement).getContext('2d');
      return [...(context?.getImageData(0, 280, 1, 1).data ?? [])].slice(0, 3);
    });
  await expect.poll(edge).toEqual([255, 0, 0]);
  await frame.focus();
  for (let step = 0; step < 10; step += 1) await page.keyboard.press('ArrowRight');
  await expect.poll(async () => (await edge())[2]).toBeGreaterThan(180);
  await frame.hover();
  await page.mouse.wheel(0, -200);
  await page.keyboard.press('+');
  await expect(dialog.getByRole('slider', { name: 'Zoom' })).not.toHaveValue('1');
  await dialog.getByRole('button', { name: 'Use photo' }).click();
  // It goes by itself.
  await expect(page.getByText('Photo changed')).toBeVisible();
  await expect(dialog).toBeHidden();
  // Its middle would be half red; what was moved to is blue from edge to edge.
  const shown = row(ben, 'Ana Vidal').locator('img');
  await expect(shown).toBeVisible();
  const path = (await shown.getAttribute('src')) ?? '';
  const { channels } = await sharp(await (await page.request.get(path)).body()).stats();
  expect(channels[0]?.max).toBeLessThan(60);
  expect(channels[2]?.min).toBeGreaterThan(190);

  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(row(ben, 'Ana Vidal').locator('img')).toHaveCount(0);
});

test('read receipts and presence go both ways, and can be hidden', async ({ signUp }) => {
  const ben = await signUp('Ben Ochieng');
  const ana = await signUp('Ana Vidal', { to: ben });
  await say(ana, 'First');
  const header = ana.page.getByRole('main').getByRole('link', { name: /Ben Ochieng/ });
  await expect(header).toContainText('Online');

  await openSettings(ben, 'Privacy');
  const receipts = ben.page.getByRole('switch', { name: 'Read receipts' });
  await receipts.click();
  await expect(receipts).not.toBeChecked();
  await ben.page.getByRole('button', { name: 'Last seen', exact: false }).first().click();
  const choices = ben.page.getByRole('dialog', { name: 'Last seen' });
  await choices.getByRole('radio', { name: 'Nobody' }).check();
  await ben.page.keyboard.press('Escape');
  await ben.page.getByRole('button', { name: /^Online/ }).click();
  await ben.page.getByRole('radio', { name: 'Same as last seen' }).check();
  await ben.page.keyboard.press('Escape');
  await expect(header).not.toContainText('Online');
  await ben.page.reload();
  await expect(receipts).not.toBeChecked();

  await visit(ben.page, '/chats');
  await row(ben, 'Ana Vidal').click();
  await expect(log(ben).getByText('First')).toBeVisible();
  await say(ben, 'I see nothing');
  await expect(log(ana).getByText('I see nothing')).toBeVisible();
  await expect(tick(ana, 'First', 'Delivered')).toBeVisible();
  await expect(tick(ana, 'First', 'Read')).toHaveCount(0);
});

test('what is chosen stays chosen while an earlier choice fails', async ({ signUp }) => {
  const { page } = await signUp('Ana Vidal');
  await visit(page, '/settings/privacy');
  const held: Route[] = [];
  await page.route('**/api/v1/users/me', (route) => void held.push(route));
  const receipts = page.getByRole('switch', { name: 'Read receipts' });
  await receipts.click();
  await page.getByRole('button', { name: /^Last seen/ }).click();
  const nobody = page.getByRole('radio', { name: 'Nobody' });
  await nobody.check();
  await expect.poll(() => held.length).toBe(2);
  await held[0]!.abort();
  await expect(page.getByRole('alert').filter({ hasText: 'Not changed' })).toBeVisible();
  await expect(nobody).toBeChecked();
  await held[1]!.continue();
  await page.keyboard.press('Escape');
  await expect(receipts).toBeChecked();
  await expect(page.getByRole('button', { name: /^Last seen/ })).toContainText('Nobody');
});

test('what Enter does and what moves is set for the device', async ({ signUp, befriend }) => {
  const [ana, ben] = [await signUp('Ana Vidal'), await befriend('Ben Ochieng')];
  const { page } = ana;
  await openSettings(ana, 'Appearance');
  const motion = page.getByRole('switch', { name: 'Reduce motion' });
  const enter = page.getByRole('switch', { name: 'Enter sends the message' });
  const durations = () =>
    page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--dur-3'));
  expect(parseFloat(await durations())).toBeGreaterThan(0);
  await motion.click();
  await enter.click();
  await expect(page.getByText(/Enter makes a new line$/)).toBeVisible();
  await page.reload();
  await expect(motion).toBeChecked();
  await expect(enter).not.toBeChecked();
  expect(parseFloat(await durations())).toBe(0);

  await visit(page, '/chats');
  await findAndOpen(ana, ben);
  await composer(ana).pressSequentially('One line');
  await composer(ana).press('Enter');
  await composer(ana).pressSequentially('and another');
  await expect(composer(ana)).toHaveValue('One line\nand another');
  await composer(ana).press('Control+Enter');
  await expect(composer(ana)).toHaveValue('');
  await expect(log(ana).getByText('One line')).toBeVisible();
});

test('rows end where they are reckoned to end, whatever the size of texts', async ({
  signUp,
  befriend,
}) => {
  const ben = await befriend('Ben Ochieng');
  const ana = await signUp('Ana Vidal', { to: ben });
  for (let n = 1; n <= 12; n++) await tell(ben, ana, `Line ${n}`);
  await expect(bubble(ana, 'Line 12')).toBeVisible();
  const roomBelow = () =>
    log(ana)
      .locator('ul')
      .first()
      .evaluate((list) => {
        const last = list.lastElementChild?.getBoundingClientRect().bottom ?? 0;
        return list.getBoundingClientRect().bottom - last;
      });
  let usual = NaN;
  // Once it stands still.
  await expect(async () => {
    const before = usual;
    usual = await roomBelow();
    expect(usual).toBe(before);
  }).toPass();
  await ana.page.evaluate(() => localStorage.setItem('gatherly.text-size', '112.5'));
  await ana.page.reload();
  await expect(bubble(ana, 'Line 12')).toBeVisible();
  await expect.poll(async () => Math.abs((await roomBelow()) - usual)).toBeLessThan(1);
});

test('what is told while a dialog is open can be reached', async ({ signUp }) => {
  const { page } = await signUp('Ana Vidal');
  await visit(page, '/settings/privacy');
  await page.route('**/api/v1/users/me', (route) => route.abort());
  await page.getByRole('button', { name: /^Last seen/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Last seen' });
  const toast = dialog.getByRole('alert').filter({ hasText: 'Not changed' });
  const close = dialog.getByRole('listitem').getByRole('button', { name: 'Close' });
  await dialog.getByRole('radio', { name: 'Nobody' }).click();
  await expect(toast).toBeVisible();
  await close.click();
  await expect(toast).toHaveCount(0);
  await expect(dialog).toBeVisible();

  // By keys too, and it outlives the dialog.
  await dialog.getByRole('radio', { name: 'Nobody' }).click();
  await expect(toast).toBeVisible();
  await expect(async () => {
    await page.keyboard.press('Tab');
    await expect(close).toBeFocused({ timeout: 1 });
  }).toPass();
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('alert').filter({ hasText: 'Not changed' })).toBeVisible();

  // On a phone it covers nothing that can be chosen.
  await page.setViewportSize({ width: 360, height: 740 });
  await page.getByRole('button', { name: /^Last seen/ }).click();
  await expect(toast).toBeVisible();
  await expect.poll(() => gapOver(dialog, toast)).toBeGreaterThanOrEqual(0);
});

test('what is told covers no button of a dialog', async ({ signUp }) => {
  const { page } = await signUp('Ana Vidal', { viewport: { width: 360, height: 740 } });
  await visit(page, '/settings/profile');
  await page.route('**/api/v1/users/me/picture', (route) => route.abort());
  const picture = await photo();
  await page.locator('input[type=file]').setInputFiles(file('me.png', picture));
  const dialog = page.getByRole('dialog', { name: 'Adjust the photo' });
  const use = dialog.getByRole('button', { name: 'Use photo' });
  await use.click();
  const toast = dialog.getByRole('listitem').filter({ has: page.getByRole('alert') });
  await expect(toast).toBeVisible();
  // Above the dialog, and where there is no room for that, above its buttons.
  for (const height of [740, 560]) {
    await page.setViewportSize({ width: 360, height });
    await expect.poll(() => gapOver(use, toast)).toBeGreaterThanOrEqual(0);
  }
});

/** How far (px) above this the toast ends, once it stands still. */
async function gapOver(what: Locator, toast: Locator): Promise<number> {
  await toast.evaluate((shown) =>
    Promise.allSettled(shown.getAnimations().map(({ finished }) => finished)),
  );
  const [under, over] = [await what.boundingBox(), await toast.boundingBox()];
  return (under?.y ?? 0) - (over?.y ?? Infinity) - (over?.height ?? 0);
}

test('what this browser keeps is counted, and can be fetched anew', async ({
  signUp,
  befriend,
}) => {
  const ben = await befriend('Ben Ochieng');
  const ana = await signUp('Ana Vidal', { to: ben });
  await expect(composer(ana)).toBeFocused();
  // As for a page that is being left: it is drawn no more.
  await ana.page.evaluate(() => Object.assign(window, { requestAnimationFrame: () => 0 }));
  await say(ana, 'Kept here');
  await expect(
    tick(ana, 'Kept here', 'Sent').or(tick(ana, 'Kept here', 'Delivered')),
  ).toBeVisible();
  const count = (name: string) =>
    ana.page
      .getByRole('region', { name: 'Storage' })
      .getByText(name, { exact: true })
      .locator('../..');
  // At once: what has not been saved yet is saved as the page is left.
  await openSettings(ana, 'Storage');
  await expect(count('Messages')).toHaveText(/Messages\s*1$/);
  await expect(count('Chats')).toHaveText(/Chats\s*1$/);
  const loaded = ana.page.waitForEvent('load');
  await ana.page.getByRole('button', { name: 'Clear the copy' }).click();
  await loaded;
  await visit(ana.page, '/chats');
  await row(ana, 'Ben Ochieng').click();
  await expect(log(ana).getByText('Kept here')).toBeVisible();
});

test('an email address is added by the password, and signs in', async ({ signUp }) => {
  const ben = await signUp('Ben Ochieng');
  const ana = await signUp('Ana Vidal');
  const email = `${ana.username}@example.org`;
  const give = async ({ page }: Guest, typed: string, word = password) => {
    await page.getByRole('textbox', { name: 'Email' }).fill(typed);
    await page.getByLabel('Current password').fill(word);
    await page.getByRole('button', { name: 'Save changes' }).click();
  };
  await openSettings(ana, 'Email');
  await give(ana, email, 'not my password');
  await expect(ana.page.getByText('This is not your password. Try again.')).toBeVisible();
  await ana.page.getByLabel('Current password').fill('');
  await give(ana, email, 'x'.repeat(limits.passwordLength.max + 1));
  await expect(ana.page.getByText('This is not your password. Try again.')).toBeVisible();
  await give(ana, 'ana@');
  await expect(ana.page.getByText('Write it like name@example.org.')).toBeVisible();
  await give(ana, email);
  await expect(ana.page.getByText('Saved', { exact: true })).toBeVisible();

  await openSettings(ben, 'Email');
  await give(ben, email.toUpperCase());
  await expect(ben.page.getByText('This address can’t be used here.')).toBeVisible();

  await visit(ana.page, '/chats');
  await signOut(ana);
  await ana.page.waitForURL('**/sign-in**');
  await expectAlive(ana.page);
  await ana.page.getByLabel('Email or username').fill(email);
  await ana.page.getByLabel('Password', { exact: true }).fill(password);
  await ana.page.getByRole('button', { name: 'Sign in' }).click();
  await ana.page.waitForURL('**/chats');
});

test('an account is deleted by its password, and what it wrote stays', async ({ signUp }) => {
  const ben = await signUp('Ben Ochieng');
  const ana = await signUp('Ana Vidal', { to: ben });
  await say(ana, 'Remember me');
  await row(ben, 'Ana Vidal').click();
  await expect(log(ben).getByText('Remember me')).toBeVisible();

  const { page } = ana;
  await openSettings(ana, 'Delete my account');
  await expect(page.getByText('What you wrote stays')).toBeVisible();
  const field = page.getByLabel('Password', { exact: true });
  const confirm = async (typed: string) => {
    await field.fill(typed);
    await page.getByRole('button', { name: 'Delete my account' }).click();
    await page.getByRole('button', { name: 'Delete account', exact: true }).click();
  };
  await confirm('not my password');
  await expect(page.getByText('This is not your password. Try again.')).toBeVisible();
  await confirm(password);
  await page.waitForURL('**/sign-in');
  await expect.poll(() => databases(page)).toEqual([]);

  await expect(row(ben, 'Deleted account')).toBeVisible();
  await expect(log(ben).getByText('Remember me')).toBeVisible();
  await expect(composer(ben)).toHaveCount(0);
  await expect(ben.page.getByText('You can’t send messages here')).toBeVisible();
});

test('on a phone, settings are a list and then a page', async ({ signUp }) => {
  const { page } = await signUp('Ana Vidal', { viewport: { width: 360, height: 740 } });
  await visit(page, '/settings');
  const nav = page.getByRole('navigation', { name: 'Settings' });
  for (const name of ['Privacy', 'Devices', 'Appearance', 'Storage', 'Delete my account']) {
    await nav.getByRole('link', { name }).click();
    await expect(
      page.getByRole('heading', { name, level: 1 }).or(page.getByRole('heading', { name })),
    ).toBeVisible();
    await expect(nav).toBeHidden();
    await page.goBack();
    await expect(nav).toBeVisible();
  }
});
