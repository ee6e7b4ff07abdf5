import type { Locator, Page } from 'playwright/test';
import { password } from '../support/people.ts';
import { awayFromApp } from './line.ts';
import {
  bubble,
  composer,
  expect,
  expectAlive,
  findAndOpen,
  row,
  say,
  tell,
  test,
  tick,
  visit,
  type Guest,
} from './people.ts';

test.use({ sharesServer: true });

const most = 60;

const focused = (page: Page) => page.locator(':focus');

/** A key for what has to have the focus first: however slow the page is, it goes nowhere else. */
async function press(at: Locator, key: string): Promise<void> {
  await expect(at).toBeFocused();
  await at.page().keyboard.press(key);
}

async function type(at: Locator, text: string): Promise<void> {
  await expect(at).toBeFocused();
  await at.page().keyboard.type(text);
  await expect(at).toHaveValue(text);
}

/** Presses a key until something that matches has the focus: what cannot be reached fails. */
async function keyTo(page: Page, matching: string, key = 'Tab'): Promise<Locator> {
  await expect(page.locator(matching).first()).toBeVisible();
  // What has just opened takes the focus by itself, a moment later than it is seen.
  await expect(page.locator('[role=dialog]:not(:focus-within)')).toHaveCount(0);
  for (let pressed = 0; pressed < most; pressed += 1) {
    if ((await page.locator(`:focus:is(${matching})`).count()) > 0) {
      await expectFocusVisible(page);
      return page.locator(`:is(${matching}):focus`);
    }
    await page.keyboard.press(key);
  }
  throw new Error(`${key} does not lead to ${matching}`);
}

/** Closes the dialog or menu on top; before it has taken the focus, it hears no key. */
async function leave(page: Page): Promise<void> {
  const onTop = page.locator(':is([role=dialog], [role=menu])');
  await expect(onTop.and(page.locator(':focus-within'))).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(onTop).toHaveCount(0);
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

const dialogIn = (page: Page, name?: string) =>
  page.getByRole('dialog', name === undefined ? {} : { name });
const details = (page: Page) => page.getByRole('complementary', { name: 'Details' });
const detailsButton = (page: Page) => page.getByRole('button', { name: 'Chat details' });
const chat = (page: Page, name: string) => page.getByRole('heading', { name, level: 2 });

async function signOutAndIn({ page, context, username }: Guest): Promise<void> {
  // Who is signed out by an answer goes to sign in by themselves, which would be in the way.
  await awayFromApp(page);
  await context.clearCookies();
  await visit(page, '/sign-in');
  await type(await keyTo(page, 'input[autocomplete=username]'), username);
  const field = await keyTo(page, 'input[type=password]');
  await type(field, password);
  await press(field, 'Enter');
  await page.waitForURL('**/chats');
  await expectAlive(page);
}

test('two people chat and make a group without a pointer', async ({ signUp }) => {
  const [ana, ben] = [await signUp('Ana Prado'), await signUp('Ben Okafor')];
  const { page } = ana;
  await signOutAndIn(ana);

  await page.keyboard.press('Alt+N');
  const search = dialogIn(page).getByRole('searchbox');
  await type(search, ben.username);
  // Others have this name too: the one that is left is the one that was looked for.
  await expect(dialogIn(page).locator('[data-roving]')).toHaveCount(1);
  await press(await keyTo(page, '[role=dialog] [data-roving]'), 'Enter');
  await expect(chat(page, 'Ben Okafor')).toBeVisible();
  await type(composer(ana), 'Hello Ben');
  await press(composer(ana), 'Enter');
  await expect(composer(ana)).toHaveValue('');
  await expect(composer(ana)).toBeFocused();

  await expect(row(ben, /Ana Prado.* unread/)).toBeVisible();
  await ben.page.keyboard.press('Alt+ArrowDown');
  await expect(bubble(ben, 'Hello Ben')).toBeVisible();
  await type(composer(ben), 'Hello Ana');
  await press(await keyTo(ben.page, 'button[aria-label=Send]'), 'Enter');
  await expect(composer(ben)).toBeFocused();
  await expect(bubble(ana, 'Hello Ana')).toBeVisible();
  await expect(page.getByRole('log')).toContainText('Hello Ana');
  await expect(page.getByRole('log')).not.toContainText('Hello Ben');

  await page.keyboard.press('Alt+N');
  await expect(search).toBeFocused();
  await press(await keyTo(page, '[role=dialog] button:has-text("New group")'), 'Enter');
  await expect(dialogIn(page, 'Add people')).toBeVisible();
  await type(search, ben.username);
  // Before that it shows others too, and the first of them would be taken.
  await expect(page.getByRole('checkbox')).toHaveCount(1);
  await press(await keyTo(page, '[role=checkbox]'), 'Space');
  await expect(page.getByRole('checkbox', { name: /Ben Okafor/ })).toBeChecked();
  await press(await keyTo(page, 'button:has-text("Next")'), 'Enter');
  await type(page.getByLabel('Group name'), 'Supper club');
  await press(page.getByLabel('Group name'), 'Enter');
  await expect(chat(page, 'Supper club')).toBeVisible();
  await type(composer(ana), 'Who cooks?');
  await press(composer(ana), 'Enter');
  await expect(row(ben, /Supper club.* unread/)).toBeVisible();
  await ben.page.keyboard.press('Alt+Shift+ArrowUp');
  await expect(bubble(ben, 'Who cooks?')).toBeVisible();
});

test('messages are walked along with the arrows, and have their menu', async ({
  signUp,
  befriend,
}) => {
  const [ana, ben] = [await signUp('Ana Prado'), await befriend('Ben Okafor')];
  const { page } = ana;
  await findAndOpen(ana, ben);
  for (const text of ['One', 'Two', 'Three']) await say(ana, text);
  await expect(tick(ana, 'Three', 'Sent')).toBeVisible();

  await press(await keyTo(page, '[data-bubble]', 'Shift+Tab'), 'ArrowUp');
  await expect(bubble(ana, 'Two')).toBeFocused();
  await expectFocusVisible(page);
  await press(bubble(ana, 'Two'), 'Enter');
  await expect(page.getByRole('menu').locator(':focus')).toBeVisible();
  await leave(page);
  await press(bubble(ana, 'Two'), 'Delete');
  await leave(page);
  await press(bubble(ana, 'Two'), 'e');
  await expect(composer(ana)).toHaveValue('Two');
  await press(composer(ana), 'Escape');
  await expect(composer(ana)).toHaveValue('');
  await expect(chat(page, 'Ben Okafor')).toBeVisible();
});

test('a message that is deleted leaves the focus to the next one, the last to the composer', async ({
  signUp,
  befriend,
}) => {
  const [ana, ben] = [await signUp('Ana Prado'), await befriend('Ben Okafor')];
  const { page } = ana;
  await findAndOpen(ana, ben);
  for (const text of ['One', 'Two', 'Three']) await say(ana, text);
  await expect(tick(ana, 'Three', 'Sent')).toBeVisible();
  const remove = async (text: string) => {
    await press(bubble(ana, text), 'Delete');
    await press(await keyTo(page, '[role=dialog] button:has-text("Delete for me")'), 'Enter');
    await expect(bubble(ana, text)).toHaveCount(0);
  };
  await press(await keyTo(page, '[data-bubble]', 'Shift+Tab'), 'ArrowUp');
  await remove('Two');
  await remove('Three');
  await remove('One');
  await expect(composer(ana)).toBeFocused();
});

test('F6 goes around the parts of the page, and single keys can be switched off', async ({
  signUp,
  befriend,
}) => {
  const [ana, ben] = [await signUp('Ana Prado'), await befriend('Ben Okafor')];
  const { page } = ana;
  await findAndOpen(ana, ben);
  await say(ana, 'Hello');
  const parts = [
    page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Chats' }),
    row(ana, /Ben Okafor/),
    bubble(ana, 'Hello'),
    composer(ana),
  ];
  // What is on its way is no stop yet.
  await expect(tick(ana, 'Hello', 'Sent')).toBeVisible();
  for (const part of [...parts, ...parts.slice(0, 2)]) {
    await page.keyboard.press('F6');
    await expect(part).toBeFocused();
  }
  for (const part of [parts[0], parts[3], parts[2]]) {
    await page.keyboard.press('Control+Shift+F6');
    await expect(part!).toBeFocused();
  }
  await press(bubble(ana, 'Hello'), '?');
  const keys = dialogIn(page, 'Shortcuts').getByRole('switch', { name: 'Single keys' });
  await press(await keyTo(page, '[role=dialog] [role=switch]'), 'Space');
  await expect(keys).not.toBeChecked();
  await leave(page);
  await press(bubble(ana, 'Hello'), '?');
  await press(bubble(ana, 'Hello'), 'e');
  // Both have had their chance by the time that this, which is no single key, has had its own.
  await press(bubble(ana, 'Hello'), 'Enter');
  await expect(page.getByRole('menu')).toBeVisible();
  await expect(dialogIn(page)).toHaveCount(0);
  await expect(composer(ana)).toHaveValue('');
});

test('Escape closes what is on top, and the focus goes back to where it was', async ({
  signUp,
  befriend,
}) => {
  const [ana, ben] = [await signUp('Ana Prado'), await befriend('Ben Okafor')];
  const { page } = ana;
  await findAndOpen(ana, ben);
  await say(ana, 'Hello');
  await expect(tick(ana, 'Hello', 'Sent')).toBeVisible();
  await press(await keyTo(page, 'button[aria-label="Chat details"]', 'Shift+Tab'), 'Enter');
  await expect(details(page)).toBeVisible();
  await press(await keyTo(page, 'button[aria-label="Close details"]'), 'Enter');
  await expect(details(page)).toHaveCount(0);
  await press(detailsButton(page), 'Enter');
  await expect(details(page)).toBeVisible();

  await press(detailsButton(page), '?');
  await expect(dialogIn(page, 'Shortcuts')).toBeVisible();
  await page.keyboard.press('Alt+N');
  await expect(dialogIn(page)).toHaveCount(1);
  await leave(page);
  await expect(details(page)).toBeVisible();

  await press(detailsButton(page), 'Alt+N');
  await expect(dialogIn(page).getByRole('searchbox')).toBeFocused();
  await press(await keyTo(page, '[role=dialog] button:has-text("New group")'), 'Enter');
  await expect(dialogIn(page, 'Add people').getByRole('searchbox')).toBeFocused();
  await leave(page);

  // What a button is called shows when one comes to it, and is in nobody's way.
  await press(detailsButton(page), 'Tab');
  await expect(detailsButton(page)).not.toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await expect(detailsButton(page)).toBeFocused();
  await expect(page.getByRole('tooltip')).toBeVisible();
  await press(detailsButton(page), 'Escape');
  await expect(details(page)).toHaveCount(0);
  await expect(page.getByRole('tooltip')).toHaveCount(0);
  await press(detailsButton(page), 'Escape');
  await expect(row(ana, /Ben Okafor/)).toBeFocused();
});

test('the palette jumps to chats and people by a few letters', async ({ signUp, befriend }) => {
  const ana = await signUp('Ana Prado');
  const [ben, cleo, dana] = [
    await befriend('Ben Okafor'),
    await befriend('Cleo Bénard'),
    await befriend('Dana Reyes'),
  ];
  const { page } = ana;
  for (const other of [ben, cleo]) {
    await findAndOpen(ana, other);
    await say(ana, `Hello ${other.name}`);
    await expect(tick(ana, 'Hello', 'Sent')).toBeVisible();
  }
  const field = page.getByRole('combobox');
  const chosen = page.getByRole('option', { selected: true });

  // With nothing typed: the chat before the one that is open.
  await press(composer(ana), 'Control+K');
  await expect(chosen).toContainText('Ben Okafor');
  await press(field, 'Enter');
  await expect(chat(page, 'Ben Okafor')).toBeVisible();

  await press(composer(ana), 'Control+K');
  await type(field, 'ben');
  await expect(page.getByRole('option').first()).toContainText('Ben Okafor');
  await press(field, 'ArrowDown');
  await expect(chosen).toContainText('Cleo Bénard');
  await expect(field).toHaveAttribute(
    'aria-activedescendant',
    (await chosen.getAttribute('id')) ?? '',
  );
  await press(field, 'Escape');
  await expect(field).toHaveCount(0);

  await press(composer(ana), 'Control+K');
  await type(field, dana.username);
  await expect(chosen).toContainText('Dana Reyes');
  await press(field, 'Enter');
  await expect(chat(page, 'Dana Reyes')).toBeVisible();
});

test('the list of chats is one stop, and its arrows walk along it', async ({
  signUp,
  befriend,
}) => {
  const [ana, ben, cleo] = [
    await signUp('Ana Prado'),
    await befriend('Ben Okafor'),
    await befriend('Cleo Diaz'),
  ];
  for (const other of [ben, cleo]) {
    await findAndOpen(ana, other);
    await say(ana, 'Hello');
    // One after the other: it is by that they are in order.
    await expect(tick(ana, 'Hello', 'Sent')).toBeVisible();
  }
  const { page } = ana;
  await expect(row(ana, /Cleo Diaz.*Hello/)).toBeVisible();
  await keyTo(page, '[data-chat]', 'Shift+Tab');
  await press(row(ana, /Cleo Diaz/), 'ArrowDown');
  await expect(row(ana, /Ben Okafor/)).toBeFocused();
  await expectFocusVisible(page);
  await press(row(ana, /Ben Okafor/), 'Shift+F10');
  await expect(page.getByRole('menuitem', { name: 'Pin' })).toBeVisible();
  await leave(page);
  await press(row(ana, /Ben Okafor/), 'Home');
  await expect(row(ana, /Cleo Diaz/)).toBeFocused();
});

test('the focus goes to details that cover the chat, and comes back from them', async ({
  signUp,
  befriend,
}) => {
  const ana = await signUp('Ana Prado', { viewport: { width: 360, height: 740 } });
  const ben = await befriend('Ben Okafor');
  await tell(ben, ana, 'Hello');
  const { page } = ana;
  await row(ana, /Ben Okafor/).click();
  await expect(bubble(ana, 'Hello')).toBeVisible();
  const link = page.getByRole('link', { name: /Chat details/ });
  await link.focus();
  await press(link, 'Enter');
  await expect(page.getByRole('heading', { name: 'Contact details' })).toBeFocused();
  await page.goBack();
  await expect(link).toBeFocused();

  // On a tablet they lie over what has the focus.
  await page.setViewportSize({ width: 800, height: 740 });
  await detailsButton(page).focus();
  await press(detailsButton(page), 'Enter');
  await expect(page.getByRole('heading', { name: 'Contact details' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(detailsButton(page)).toBeFocused();
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goBack();
  await expect(row(ana, /Ben Okafor/)).toBeFocused();
});
