import type { Page } from 'playwright/test';
import { password } from '../support/people.ts';
import { bubble, composer, expect, findAndOpen, row, say, test, type Guest } from './people.ts';

test.use({ sharesServer: true });

const most = 60;

const focused = (page: Page) => page.locator(':focus');

/** Presses a key until something that matches has the focus: what cannot be reached fails. */
async function keyTo(page: Page, matching: string, key = 'Tab'): Promise<void> {
  for (let press = 0; press < most; press += 1) {
    if ((await page.locator(`:focus:is(${matching})`).count()) > 0) return expectFocusVisible(page);
    await page.keyboard.press(key);
  }
  throw new Error(`${key} does not lead to ${matching}`);
}

/** An edge around what has the focus, or around the field that it is in. */
async function expectFocusVisible(page: Page): Promise<void> {
  const isSeen = await focused(page).evaluate((element) => {
    const hasEdge = (of: Element) => {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(of);
      return (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) || boxShadow !== 'none';
    };
    const around = [
      element,
      element.parentElement,
      element.closest(':has(> div > div > textarea)'),
    ];
    return around.some((candidate) => candidate && hasEdge(candidate));
  });
  expect(isSeen, await focused(page).evaluate((element) => element.outerHTML)).toBe(true);
}

async function signOutAndIn({ page, context, username }: Guest): Promise<void> {
  await context.clearCookies();
  await page.goto('/sign-in');
  await keyTo(page, 'input[autocomplete=username]');
  await page.keyboard.type(username);
  await keyTo(page, 'input[type=password]');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/chats');
}

test('two people chat and make a group without a pointer', async ({ signUp }) => {
  const [ana, ben] = [await signUp('Ana Prado'), await signUp('Ben Okafor')];
  const { page } = ana;
  await signOutAndIn(ana);

  await page.keyboard.press('Alt+N');
  await expect(focused(page)).toHaveRole('searchbox');
  await page.keyboard.type(ben.username);
  // Others have this name too: the one that is left is the one that was looked for.
  await expect(page.getByRole('dialog').getByRole('button', { name: /Ben Okafor/ })).toHaveCount(1);
  await keyTo(page, '[role=dialog] [data-roving]');
  await page.keyboard.press('Enter');
  await expect(composer(ana)).toBeFocused();
  await page.keyboard.type('Hello Ben');
  await page.keyboard.press('Enter');
  await expect(composer(ana)).toBeFocused();

  await expect(row(ben, /Ana Prado.* unread/)).toBeVisible();
  await ben.page.keyboard.press('Alt+ArrowDown');
  await expect(bubble(ben, 'Hello Ben')).toBeVisible();
  await expect(composer(ben)).toBeFocused();
  await ben.page.keyboard.type('Hello Ana');
  await keyTo(ben.page, 'button[aria-label=Send]');
  await ben.page.keyboard.press('Enter');
  await expect(composer(ben)).toBeFocused();
  await expect(bubble(ana, 'Hello Ana')).toBeVisible();
  await expect(page.getByRole('log')).toContainText('Hello Ana');
  await expect(page.getByRole('log')).not.toContainText('Hello Ben');

  await page.keyboard.press('Alt+N');
  await keyTo(page, '[role=dialog] button:has-text("New group")');
  await page.keyboard.press('Enter');
  await page.keyboard.type(ben.username);
  await expect(page.getByRole('checkbox', { name: /Ben Okafor/ })).toHaveCount(1);
  await keyTo(page, '[role=checkbox]');
  await page.keyboard.press('Space');
  await keyTo(page, 'button:has-text("Next")');
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Group name')).toBeFocused();
  await page.keyboard.type('Supper club');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Supper club', level: 2 })).toBeVisible();
  await expect(composer(ana)).toBeFocused();
  await page.keyboard.type('Who cooks?');
  await page.keyboard.press('Enter');
  await expect(row(ben, /Supper club.* unread/)).toBeVisible();
  await ben.page.keyboard.press('Alt+Shift+ArrowUp');
  await expect(bubble(ben, 'Who cooks?')).toBeVisible();
});

test('messages are walked along with the arrows, and have their menu', async ({ signUp }) => {
  const [ana, ben] = [await signUp('Ana Prado'), await signUp('Ben Okafor')];
  const { page } = ana;
  await findAndOpen(ana, ben);
  for (const text of ['One', 'Two', 'Three']) await say(ana, text);
  await expect(bubble(ana, 'Three').getByRole('img', { name: 'Delivered' })).toBeVisible();

  await keyTo(page, '[data-bubble]', 'Shift+Tab');
  await expect(bubble(ana, 'Three')).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(bubble(ana, 'Two')).toBeFocused();
  await expectFocusVisible(page);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menu')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('menu')).toHaveCount(0);
  await expect(bubble(ana, 'Two')).toBeFocused();
  await page.keyboard.press('Delete');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(bubble(ana, 'Two')).toBeFocused();
  await page.keyboard.press('e');
  await expect(composer(ana)).toHaveValue('Two');
  await page.keyboard.press('Escape');
  await expect(composer(ana)).toHaveValue('');
  await expect(page.getByRole('heading', { name: 'Ben Okafor', level: 2 })).toBeVisible();
});

test('Escape closes what is on top, and the focus goes back to where it was', async ({
  signUp,
}) => {
  const [ana, ben] = [await signUp('Ana Prado'), await signUp('Ben Okafor')];
  const { page } = ana;
  await findAndOpen(ana, ben);
  await say(ana, 'Hello');
  await keyTo(page, 'button[aria-label="Chat details"]', 'Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('complementary', { name: 'Details' })).toBeVisible();
  await keyTo(page, 'button[aria-label="Close details"]');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Chat details' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('complementary', { name: 'Details' })).toBeVisible();

  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Shortcuts' })).toBeVisible();
  await page.keyboard.press('Alt+N');
  await expect(page.getByRole('dialog')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('complementary', { name: 'Details' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Chat details' })).toBeFocused();

  await page.keyboard.press('Alt+N');
  await keyTo(page, '[role=dialog] button:has-text("New group")');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Add people' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Chat details' })).toBeFocused();

  // The tooltip of the button, if it is still there, lies on top of everything.
  await keyTo(page, 'textarea');
  await expect(async () => {
    await page.keyboard.press('Escape');
    await expect(page.getByRole('complementary', { name: 'Details' })).toHaveCount(0, {
      timeout: 2_000,
    });
  }).toPass();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('link', { name: /Ben Okafor/ })).toBeFocused();
});

test('the palette jumps to chats and people by a few letters', async ({ signUp }) => {
  const ana = await signUp('Ana Prado');
  const [ben, cleo, dana] = [
    await signUp('Ben Okafor'),
    await signUp('Cleo Bénard'),
    await signUp('Dana Reyes'),
  ];
  const { page } = ana;
  for (const other of [ben, cleo]) {
    await findAndOpen(ana, other);
    await say(ana, `Hello ${other.name}`);
  }
  const field = page.getByRole('combobox');
  const chosen = page.getByRole('option', { selected: true });

  // With nothing typed: the chat before the one that is open.
  await page.keyboard.press('Control+K');
  await expect(field).toBeFocused();
  await expect(chosen).toContainText('Ben Okafor');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Ben Okafor', level: 2 })).toBeVisible();
  await expect(composer(ana)).toBeFocused();

  await page.keyboard.press('Control+K');
  await page.keyboard.type('ben');
  await expect(page.getByRole('option').first()).toContainText('Ben Okafor');
  await page.keyboard.press('ArrowDown');
  await expect(chosen).toContainText('Cleo Bénard');
  await expect(field).toHaveAttribute(
    'aria-activedescendant',
    (await chosen.getAttribute('id')) ?? '',
  );
  await page.keyboard.press('Escape');
  await expect(field).toHaveCount(0);
  await expect(composer(ana)).toBeFocused();

  await page.keyboard.press('Control+K');
  await page.keyboard.type(dana.username);
  await expect(chosen).toContainText('Dana Reyes');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Dana Reyes', level: 2 })).toBeVisible();
});

test('the list of chats is one stop, and its arrows walk along it', async ({ signUp }) => {
  const [ana, ben, cleo] = [
    await signUp('Ana Prado'),
    await signUp('Ben Okafor'),
    await signUp('Cleo Diaz'),
  ];
  for (const other of [ben, cleo]) {
    await findAndOpen(ana, other);
    await say(ana, 'Hello');
  }
  const { page } = ana;
  await keyTo(page, '[data-chat]', 'Shift+Tab');
  await expect(focused(page)).toContainText('Cleo Diaz');
  await page.keyboard.press('ArrowDown');
  await expect(focused(page)).toContainText('Ben Okafor');
  await expectFocusVisible(page);
  await page.keyboard.press('Shift+F10');
  await expect(page.getByRole('menuitem', { name: 'Pin' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(focused(page)).toContainText('Ben Okafor');
  await page.keyboard.press('Home');
  await expect(focused(page)).toContainText('Cleo Diaz');
});
