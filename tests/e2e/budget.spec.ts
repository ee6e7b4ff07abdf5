import type { Page } from 'playwright/test';
import { expect, findAndOpen, say, test } from './people.ts';

test.use({ sharesServer: true });

/** Of scripts as they cross the wire; a kilobyte is 1024 bytes here, as Lighthouse counts. */
const mostBytes = 180 * 1024;

const phone = { width: 412, height: 823 };

interface Load {
  /** When what the page is for was on it and could be used, in ms since it was asked for. */
  shownAt: number;
  scripts: { name: string; startTime: number; encodedBodySize: number; decodedBodySize: number }[];
}

/** Notes when the first element that matches appears: it is drawn by scripts, so these are all there. */
const watchFor = (page: Page, selector: string) =>
  page.addInitScript((wanted) => {
    const seen = new MutationObserver(() => {
      if (!document.querySelector(wanted)) return;
      Object.assign(window, { shownAt: performance.now() });
      seen.disconnect();
    });
    seen.observe(document, { childList: true, subtree: true });
  }, selector);

const loadOf = (page: Page): Promise<Load> =>
  page.evaluate(() => {
    const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
    const scripts = entries.filter(({ name }) => new URL(name).pathname.endsWith('.js'));
    const [page] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    const { shownAt = page?.loadEventEnd ?? NaN } = window as { shownAt?: number };
    return {
      shownAt,
      scripts: scripts.map(({ name, startTime, encodedBodySize, decodedBodySize }) => ({
        name,
        startTime,
        encodedBodySize,
        decodedBodySize,
      })),
    };
  });

/** What was asked for before it was shown. What comes later, by itself or when it is wanted, does not count. */
function expectWithinBudget(what: string, { shownAt, scripts }: Load): void {
  const first = scripts.filter(({ startTime }) => startTime <= shownAt);
  const bytes = first.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
  const all = scripts.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
  test.info().annotations.push({
    type: 'first-load JavaScript',
    description: `${what}: ${bytes} bytes in ${first.length} files; ${all} once idle`,
  });
  expect(first.length).toBeGreaterThan(5);
  for (const { name, encodedBodySize, decodedBodySize } of first)
    if (decodedBodySize > 4096) expect(encodedBodySize, name).toBeLessThan(decodedBodySize / 2);
  expect(bytes, `${what}: ${bytes} bytes of scripts`).toBeLessThanOrEqual(mostBytes);
}

test('a conversation takes little script to be on the screen', async ({
  signUp,
  browser,
  server,
}) => {
  const [ana, ben] = [await signUp('Ana Prado'), await signUp('Ben Okafor')];
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
  await watchFor(page, 'article');
  await page.goto(new URL(ana.page.url()).pathname);
  await expect(page.getByRole('article')).toHaveText(/Hello Ben/);
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeEditable();
  // What was left out comes by itself, and with it what keeps the page up to date.
  await expect
    .poll(async () => (await loadOf(page)).scripts.length, { timeout: 30_000 })
    .toBeGreaterThan(25);
  expectWithinBudget('conversation', await loadOf(page));
  await context.close();
});

test('so does the sign-in page', async ({ browser, server }) => {
  const context = await browser.newContext({ baseURL: server.url, viewport: phone });
  const page = await context.newPage();
  await page.goto('/sign-in', { waitUntil: 'load' });
  await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeEnabled();
  expectWithinBudget('sign-in page', await loadOf(page));
  await context.close();
});
