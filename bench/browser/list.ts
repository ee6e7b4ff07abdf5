import { parseArgs } from 'node:util';
import type { Page } from 'playwright';
import { startServer } from '../../tests/support/server.ts';
import { contextOf, crowd, launch, row, say, workDuring } from './support.ts';

// Measures what the list of conversations costs on a processor four times slower:
//   node --import tsx bench/browser/list.ts [--chats 2000]
// The production build has to be there. Ends with status 0 whatever the numbers are.
const { values: options } = parseArgs({
  options: { chats: { type: 'string', default: '2000' } },
});

const list = (page: Page) => page.getByRole('complementary', { name: 'Chats' });

async function scrollBy(page: Page, pixels: number): Promise<void> {
  const box = (await list(page).boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  for (let step = 0; step < 20; step += 1) {
    await page.mouse.wheel(0, pixels / 20);
    await page.waitForTimeout(16);
  }
}

/** Whether this browser keeps so many conversations. */
async function keptChats(count: number): Promise<boolean> {
  const [found] = await indexedDB.databases();
  if (!found?.name) return false;
  const answer = <T>(request: IDBRequest<T>) =>
    new Promise<T>((resolve) => (request.onsuccess = () => resolve(request.result)));
  const db = await answer(indexedDB.open(found.name));
  const hasStore = db.objectStoreNames.contains('conversations');
  const kept = hasStore
    ? await answer(db.transaction('conversations').objectStore('conversations').count())
    : 0;
  db.close();
  return kept >= count;
}

const server = await startServer();
const browser = await launch();
try {
  const { ana, others, chats } = await crowd(server.url, Number(options.chats));
  say(`${chats.length} conversations, on a processor four times slower`);
  const context = await contextOf(browser, ana);
  const page = await context.newPage();
  const isComplete = () =>
    page.waitForFunction(keptChats, chats.length, { polling: 500, timeout: 120_000 });

  const start = async () => {
    await page.goto('/chats');
    await isComplete();
  };
  row('first start, until all are known', await workDuring(page, start));
  const again = async () => {
    await page.goto('/chats');
    await page.waitForTimeout(6000);
  };
  row('start with what the browser keeps', await workDuring(page, again));
  row('scroll 2,000 px', await workDuring(page, () => scrollBy(page, 2_000)));
  row('scroll 60,000 px', await workDuring(page, () => scrollBy(page, 60_000)));
  row('scroll back', await workDuring(page, () => scrollBy(page, -62_000)));

  const arrive = async () => {
    for (const chat of chats.slice(0, 5)) {
      const member = others[chats.indexOf(chat) % others.length]!;
      await member.say(chat, 'Something new');
      await page.waitForTimeout(200);
    }
  };
  row('five messages arrive, rows move to the top', await workDuring(page, arrive));

  const search = async () => {
    await list(page).getByRole('searchbox').pressSequentially('chat 19', { delay: 120 });
  };
  row('type into the search', await workDuring(page, search));
  await list(page).getByRole('searchbox').fill('');
  const filter = async () => {
    for (const name of ['Groups', 'Unread', 'All'])
      await page
        .getByRole('button', { name, exact: false })
        .filter({ hasText: name })
        .first()
        .click();
  };
  row('change the filter', await workDuring(page, filter));

  await list(page).getByRole('link').first().focus();
  const walk = async () => {
    for (let press = 0; press < 20; press += 1) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('End');
    await page.keyboard.press('Home');
  };
  row('walk with the keys', await workDuring(page, walk));
  const open = async () => {
    for (let press = 0; press < 5; press += 1) {
      await page.keyboard.press('Alt+ArrowDown');
      await page.waitForTimeout(300);
    }
  };
  row('next conversation five times', await workDuring(page, open));
} finally {
  await browser.close();
  await server.stop();
}
