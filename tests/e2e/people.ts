import {
  test as base,
  expect,
  type BrowserContext,
  type Locator,
  type Page,
} from 'playwright/test';
import { requireChromium } from '../support/chromium.ts';
import { password } from '../support/people.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** Somebody at a browser of their own. */
export interface Guest {
  name: string;
  username: string;
  page: Page;
  context: BrowserContext;
}

interface Fixtures {
  server: TestServer;
  /** Registers somebody new in a browser of their own and leaves them at their chats. */
  signUp: (
    name: string,
    options?: { viewport?: { width: number; height: number } },
  ) => Promise<Guest>;
}

let count = 0;

export const test = base.extend<Fixtures>({
  // One server for each test, so that none sees the people of another.
  // oxlint-disable-next-line no-empty-pattern
  server: async ({}, use) => {
    const server = await startServer();
    await use(server);
    await server.stop();
  },
  signUp: async ({ browser, server }, use) => {
    const contexts: BrowserContext[] = [];
    const failures: string[] = [];
    await use(async (name, { viewport = { width: 1280, height: 800 } } = {}) => {
      const context = await browser.newContext({ baseURL: server.url, viewport });
      contexts.push(context);
      const page = await context.newPage();
      page.on('pageerror', (error) => failures.push(`${name}: ${error.message}`));
      page.on('console', (message) => {
        // A page that goes on by itself while its server is away cannot keep the browser from saying so.
        const expected = /Failed to load resource|WebSocket connection|ERR_/.test(message.text());
        if (message.type() === 'error' && !expected) failures.push(`${name}: ${message.text()}`);
      });
      const username = `${name.toLowerCase().replace(/\W+/g, '.')}.${++count}`;
      await page.goto('/register');
      await page.getByLabel('Name', { exact: true }).fill(name);
      await page.getByLabel('Username').fill(username);
      await page.getByLabel('Password', { exact: true }).fill(password);
      await page.getByRole('button', { name: 'Create account' }).click();
      await page.waitForURL('**/chats');
      return { name, username, page, context };
    });
    await Promise.all(contexts.map((context) => context.close()));
    expect(failures).toEqual([]);
  },
  launchOptions: async ({ launchOptions }, use) => {
    await use({ ...launchOptions, executablePath: requireChromium() });
  },
});

export { expect };

/** Starts a direct chat by looking somebody up. */
export async function findAndOpen({ page }: Guest, other: Guest): Promise<void> {
  await page.getByRole('button', { name: 'New chat' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'New chat' });
  await dialog.getByRole('searchbox').fill(other.username);
  await dialog.getByRole('button', { name: new RegExp(other.name) }).click();
  await expect(page.getByRole('heading', { name: other.name, level: 2 })).toBeVisible();
}

export const composer = ({ page }: Guest): Locator =>
  page.getByRole('textbox', { name: 'Message' });

export async function say(guest: Guest, text: string): Promise<void> {
  await composer(guest).fill(text);
  await composer(guest).press('Enter');
}

/** Where a chat's messages stand. */
export const log = ({ page }: Guest): Locator => page.getByRole('region', { name: 'Messages' });

/** The bubble with this text. */
export const bubble = ({ page }: Guest, text: string | RegExp): Locator =>
  page.getByRole('article').filter({ hasText: text });

/** The row of a chat in the list. */
export const row = ({ page }: Guest, title: string | RegExp): Locator =>
  page.getByRole('complementary', { name: 'Chats' }).getByRole('link', { name: title });

export const tick = (guest: Guest, text: string, name: string): Locator =>
  bubble(guest, text).getByRole('img', { name, exact: true });
