import type { Page } from 'playwright/test';
import { expect, findAndOpen, say, test } from './people.ts';

test.use({ sharesServer: true });

/** Of scripts as they cross the wire; a kilobyte is 1024 bytes here, as Lighthouse counts. */
const mostBytes = 180 * 1024;

const phone = { width: 412, height: 823 };

const scriptsOf = (page: Page) =>
  page.evaluate(() => {
    const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
    return entries
      .map(({ name, encodedBodySize, decodedBodySize }) => ({
        path: new URL(name).pathname,
        encodedBodySize,
        decodedBodySize,
      }))
      .filter(({ path }) => path.endsWith('.js'));
  });

/** What the page names is what it needs. What comes later, by itself or when it is wanted, does not count. */
async function expectWithinBudget(what: string, page: Page): Promise<void> {
  const scripts = await scriptsOf(page);
  const html = await (await page.context().request.get(page.url())).text();
  const first = scripts.filter(({ path }) => html.includes(path));
  const bytes = first.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
  const all = scripts.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
  test.info().annotations.push({
    type: 'first-load JavaScript',
    description: `${what}: ${bytes} bytes in ${first.length} files; ${all} once idle`,
  });
  expect(first.length).toBeGreaterThan(5);
  for (const { path, encodedBodySize, decodedBodySize } of first)
    if (decodedBodySize > 4096) expect(encodedBodySize, path).toBeLessThan(decodedBodySize / 2);
  expect(bytes, `${what}: ${bytes} bytes of scripts`).toBeLessThanOrEqual(mostBytes);
}

test('a conversation takes little script to be on the screen', async ({
  signUp,
  befriend,
  browser,
  server,
}) => {
  const [ana, ben] = [await signUp('Ana Prado'), await befriend('Ben Okafor')];
  await findAndOpen(ana, ben);
  await say(ana, 'Hello Ben');
  await expect(ana.page.getByRole('article')).toHaveCount(1);
  // As on a phone that has nothing of it yet.
  const context = await browser.newContext({
    baseURL: server.url,
    viewport: phone,
    storageState: { cookies: await ana.context.cookies(), origins: [] },
    serviceWorkers: 'block',
  });
  const page = await context.newPage();
  await page.goto(new URL(ana.page.url()).pathname);
  await expect(page.getByRole('article')).toHaveText(/Hello Ben/);
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeEditable();
  // What was left out comes by itself, and with it what keeps the page up to date.
  await expect
    .poll(async () => (await scriptsOf(page)).length, { timeout: 60_000 })
    .toBeGreaterThan(25);
  await expectWithinBudget('conversation', page);
  const [largest] = (await scriptsOf(page)).sort((a, b) => b.decodedBodySize - a.decodedBodySize);
  const code = await (await context.request.get(largest?.path ?? '')).text();
  // What asks for it to be compiled while it is fetched.
  expect(code.slice(0, 40)).toMatch(/^\/\/# allFunctionsCalledOnLoad\n/);
  await context.close();
});

test('so does the sign-in page', async ({ browser, server }) => {
  const context = await browser.newContext({ baseURL: server.url, viewport: phone });
  const page = await context.newPage();
  await page.goto('/sign-in', { waitUntil: 'load' });
  await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeEnabled();
  await expectWithinBudget('sign-in page', page);
  await context.close();
});
