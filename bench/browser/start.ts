import type { BrowserContext, Page } from 'playwright';
import { startServer } from '../../tests/support/server.ts';
import { startSlowLine } from './slow-line.ts';
import { contextOf, crowd, launch, say, throttle } from './support.ts';

// Measures how long somebody waits on a mid-range phone (a processor four times slower, slow 4G) who has
// opened Gatherly before:
//   node --import tsx bench/browser/start.ts
// The production build has to be there. Ends with status 0 whatever the numbers are.

const rounds = 7;
const phone = { width: 412, height: 823 };
const tablet = { width: 1024, height: 800 };

/** Notes when the first message is on the screen. */
function noteFirstMessage(): void {
  const noted = window as unknown as { shownAt?: number; listAt?: number };
  const look = () => {
    if (!noted.listAt && document.querySelector('[data-chat]')) noted.listAt = performance.now();
    if (!document.querySelector('article')) return void requestAnimationFrame(look);
    // Painted by then.
    requestAnimationFrame(() => setTimeout(() => (noted.shownAt = performance.now())));
  };
  requestAnimationFrame(look);
}

const shownAt = (page: Page): Promise<number> =>
  page
    .waitForFunction(() => (window as unknown as { shownAt?: number }).shownAt, null, {
      timeout: 60_000,
    })
    .then((handle) => handle.jsonValue() as Promise<number>);

const median = (all: number[]): number => all.toSorted((a, b) => a - b)[all.length >> 1] ?? 0;
const numbers = (all: number[]): string => all.map((ms) => ms.toFixed(0)).join(', ');

async function open(context: BrowserContext, path: string): Promise<number> {
  const page = await context.newPage();
  await page.addInitScript(noteFirstMessage);
  const release = await throttle(page);
  await page.goto(path, { waitUntil: 'commit' });
  const at = await shownAt(page);
  await release();
  await page.close();
  return at;
}

async function starts(context: BrowserContext, path: string, name: string): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) times.push(await open(context, path));
  say(`${name}: median ${median(times).toFixed(0)} ms (${numbers(times)})`);
}

/** From the press on its row until its messages are painted. */
const switchTo = (page: Page, id: string): Promise<number> =>
  page.evaluate(
    (id) =>
      new Promise<number>((resolve) => {
        const row = document.querySelector<HTMLElement>(`[data-chat="${id}"]`)!;
        const from = performance.now();
        row.click();
        const look = () => {
          const isThere = row.ariaCurrent === 'page' && location.pathname.endsWith(id);
          if (!isThere || !document.querySelector('main article'))
            return requestAnimationFrame(look);
          return setTimeout(() => resolve(performance.now() - from));
        };
        requestAnimationFrame(look);
      }),
    id,
  );

const server = await startServer();
const line = await startSlowLine(Number(new URL(server.url).port));
const slowUrl = `http://localhost:${line.port}`;
const browser = await launch();
try {
  const { ana, chats } = await crowd(server.url, 40, 30);
  const { id } = chats.at(-1)!;
  const path = `/chats/${id}`;
  const context = await contextOf(browser, ana, phone, slowUrl);
  const first = await context.newPage();
  await first.goto(path);
  await first.waitForFunction(() => navigator.serviceWorker.controller?.state === 'activated');
  await first.locator('article').first().waitFor();
  // What it keeps is on disk.
  await first.waitForTimeout(3_000);
  await first.close();
  line.slowDown();
  await starts(context, path, 'warm start of a conversation, slow 4G, 4x');
  await line.shut();
  await starts(context, path, 'the same without any network, 4x');
  await context.close();

  const wide = await contextOf(browser, ana, tablet);
  const page = await wide.newPage();
  await page.goto('/chats');
  // Those that the list has on the screen: it draws no others, and what was made together stands in any order.
  const rows = page.locator('[data-chat]');
  await rows.nth(7).waitFor();
  const shown = await rows.evaluateAll((all) => all.map((row) => row.getAttribute('data-chat')!));
  const near = shown.slice(0, 8);
  for (const chat of near) {
    await page.locator(`[data-chat="${chat}"]`).click();
    await page.locator('main article').first().waitFor();
  }
  const release = await throttle(page);
  const times: number[] = [];
  for (const chat of [...near, ...near]) {
    times.push(await switchTo(page, chat));
    await page.waitForTimeout(500);
  }
  await release();
  say(
    `switch to a cached conversation, 4x: median ${median(times).toFixed(0)} ms (${numbers(times)})`,
  );
} finally {
  await browser.close();
  await server.stop();
}
