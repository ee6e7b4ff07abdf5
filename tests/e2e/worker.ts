import type { Page } from 'playwright/test';
import { expect } from './people.ts';

/** Waits until the service worker has the page, and with it everything that it keeps: all files of the build. */
export async function expectWorker(page: Page): Promise<void> {
  const stateOf = () =>
    page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.active?.state);
  await expect.poll(stateOf, { timeout: 60_000 }).toBe('activated');
  const hasPage = () => page.evaluate(() => navigator.serviceWorker.controller !== null);
  // A page that was on its way while the worker took over those that were there is without one until it is loaded.
  if (!(await hasPage())) await page.reload();
  expect(await hasPage()).toBe(true);
}

/** All that Cache Storage holds: what each address was answered, with its headers. */
export const cachedAnswers = (page: Page): Promise<Record<string, string>> =>
  page.evaluate(async () => {
    const found: Record<string, string> = {};
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        const answer = (await cache.match(request, { ignoreVary: true }))!;
        const headers = JSON.stringify([...answer.headers]);
        found[new URL(request.url).pathname] = `${headers}\n${await answer.text()}`;
      }
    }
    return found;
  });
