import type { Page } from 'playwright/test';
import { expect } from './people.ts';

/** Waits until the service worker has the page, and with it everything that it keeps. */
export const expectWorker = (page: Page) =>
  expect
    .poll(() => page.evaluate(() => navigator.serviceWorker.controller?.state ?? null))
    .toBe('activated');

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
