import { randomBytes } from 'node:crypto';
import {
  test as base,
  expect,
  type BrowserContext,
  type Locator,
  type Page,
} from 'playwright/test';
import type { Conversation } from '#lib/contract/records.ts';
import { requireChromium } from '../support/chromium.ts';
import { Person, bodyOf, password, request } from '../support/people.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** What others see of somebody. */
export interface Known {
  name: string;
  username: string;
}

/** Somebody at a browser of their own. */
export interface Guest extends Known {
  page: Page;
  context: BrowserContext;
}

/** Somebody who needs no browser: who is only there for others, or reads and writes by the API. */
export interface Friend extends Known {
  wire: Person;
}

/** How people come into a test. */
export interface People {
  /** Registers somebody new in a browser of their own and leaves them at their chats. */
  signUp: (name: string, options?: SignUp) => Promise<Guest>;
  /** Registers somebody new without a browser. */
  befriend: (name: string) => Promise<Friend>;
}

interface Fixtures extends People {
  /** Whether it has its server together with others of its kind: then it may not end it. */
  sharesServer: boolean;
  server: TestServer;
}

interface SignUp {
  viewport?: { width: number; height: number };
  /** Another address than the server's. */
  url?: string;
  /** With the service worker, past which no route of a test gets hold of a page. */
  worker?: boolean;
  /** On the page for it; otherwise they come with a session, which is quicker. */
  byForm?: boolean;
  /** At the direct chat with somebody, instead of at their chats. */
  to?: Known;
}

export const test = base.extend<Fixtures, { shared: () => Promise<TestServer> }>({
  sharesServer: [false, { option: true }],
  // Whoever signs up has a name of their own, and meets those only whom the test introduces.
  shared: [
    // oxlint-disable-next-line no-empty-pattern
    async ({}, use) => {
      let server: Promise<TestServer> | undefined;
      await use(() => (server ??= startServer()));
      await (await server)?.stop();
    },
    { scope: 'worker' },
  ],
  // Its start, which takes longer than most tests, is not of their time.
  server: [
    async ({ sharesServer, shared }, use) => {
      if (sharesServer) return use(await shared());
      const server = await startServer();
      await use(server);
      await server.stop();
    },
    { timeout: 180_000 },
  ],
  signUp: async ({ browser, server }, use) => {
    const contexts: BrowserContext[] = [];
    const failures: string[] = [];
    await use(async (name, options = {}) => {
      const { url = server.url, viewport, worker = false, byForm = false, to } = options;
      const serviceWorkers = worker ? 'allow' : 'block';
      const context = await browser.newContext({
        baseURL: url,
        viewport: viewport ?? { width: 1280, height: 800 },
        serviceWorkers,
      });
      contexts.push(context);
      const page = await context.newPage();
      onFailure(page, (failure) => failures.push(`${name}: ${failure}`));
      const username = usernameFor(name);
      await (byForm ? fillForm(page, name, username) : beginSession(page, url, name, username, to));
      await page.waitForURL(to ? '**/chats/*' : '**/chats');
      await expectAlive(page);
      return { name, username, page, context };
    });
    await Promise.all(contexts.map((context) => context.close()));
    expect(failures).toEqual([]);
  },
  befriend: async ({ server }, use) => {
    await use(async (name) => {
      const username = usernameFor(name);
      return { name, username, wire: await register(server, name, username) };
    });
  },
  launchOptions: async ({ launchOptions }, use) => {
    await use({ ...launchOptions, executablePath: requireChromium() });
  },
});

export { expect };

/** For `test.use` where nothing hangs on how things move: a press waits until what it is for stands still. */
export const still = { contextOptions: { reducedMotion: 'reduce' } } as const;

/** Tells of what goes wrong in a page, where nobody looks. */
export function onFailure(page: Page, tell: (failure: string) => void): void {
  page.on('pageerror', ({ message }) => tell(message));
  page.on('console', (message) => {
    // A page that goes on by itself while its server is away cannot keep the browser from saying so.
    const expected =
      /Failed to load resource|WebSocket (connection|is already in CLOSING)|ERR_/.test(
        message.text(),
      );
    if (message.type() === 'error' && !expected) tell(message.text());
  });
}

export const usernameFor = (name: string): string =>
  `${name.toLowerCase().replace(/\W+/g, '.')}.${randomBytes(3).toString('hex')}`;

/** Waits until React has taken over what the server drew: keys and presses before that are lost. */
export const expectAlive = (page: Page): Promise<unknown> =>
  page.waitForFunction(() => {
    const parts = [...document.querySelectorAll('main, main textarea')];
    // This React notes while it is still on its way through the page, a part at a time.
    const isTaken = (part: Element) =>
      Object.keys(part).some((key) => key.startsWith('__reactProps'));
    // Next puts its own in this place in an effect of what is around everything, which is the last to run.
    const hasBegun = Object.hasOwn(history, 'pushState');
    return hasBegun && parts.length > 0 && parts.every(isTaken);
  });

/** Opens an address and waits until React has taken over: presses before that are lost. */
export async function visit(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await expectAlive(page);
}

async function fillForm(page: Page, name: string, username: string): Promise<void> {
  await visit(page, '/register');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Create account' }).click();
}

async function beginSession(
  page: Page,
  url: string,
  displayName: string,
  username: string,
  to?: Known,
): Promise<void> {
  const wire = await register({ url }, displayName, username);
  const cookie = { name: 'next-auth.session-token', value: wire.token, url };
  await page.context().addCookies([{ ...cookie, httpOnly: true, sameSite: 'Lax' }]);
  await page.goto(to ? `/chats/${(await chatOf({ wire }, to)).id}` : '/chats');
}

async function register(
  { url }: Pick<TestServer, 'url'>,
  displayName: string,
  username: string,
): Promise<Person> {
  const account = { username, password, displayName };
  bodyOf(await request(url, 'POST', '/auth/register', { body: account }));
  return wireOf({ url }, { username });
}

/** Somebody as they are without their browser, by a session of its own. */
export async function wireOf(
  { url }: Pick<TestServer, 'url'>,
  { username }: Pick<Known, 'username'>,
): Promise<Person> {
  const body = bodyOf(await request(url, 'POST', '/auth/token', { body: { username, password } }));
  return new Person(url, body.user, body.token);
}

/** The direct chat of a friend with somebody, made if there is none. */
export async function chatOf(
  { wire }: Pick<Friend, 'wire'>,
  { username }: Known,
): Promise<Conversation> {
  const { items } = await wire.done('GET', `/users?q=${username}`);
  const { conversation } = await wire.done('POST', '/conversations', {
    kind: 'direct',
    userId: items[0].id,
  });
  return conversation as Conversation;
}

/** What a friend says to somebody. */
export const tell = async (friend: Friend, to: Known, text: string): Promise<void> =>
  void (await friend.wire.say(await chatOf(friend, to), text));

/** Waits until this has been said in the friend's chat with somebody, and then once. */
export async function expectSaid(friend: Friend, by: Known, text: string): Promise<void> {
  const chat = await chatOf(friend, by);
  const said = async () =>
    (await friend.wire.history(chat)).filter((message) => message.text === text).length;
  await expect.poll(said, { timeout: 60_000 }).toBe(1);
}

/** Starts a direct chat by looking somebody up; where a test is about something else, `signUp` with `to` is quicker. */
export async function findAndOpen({ page }: Guest, other: Known): Promise<void> {
  await page.getByRole('button', { name: 'New chat' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'New chat' });
  await dialog.getByRole('searchbox').fill(other.username);
  await dialog.getByRole('button', { name: new RegExp(other.username) }).click();
  await expect(page.getByRole('heading', { name: other.name, level: 2 })).toBeVisible();
}

export const composer = ({ page }: Guest): Locator =>
  page.getByRole('textbox', { name: 'Message' });

/** Signs out by the menu of the list. */
export async function signOut({ page }: Guest): Promise<void> {
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
}

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
