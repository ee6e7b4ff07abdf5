import type { Page } from 'playwright';
import type { Measure } from './measure.ts';
import type { World } from './world.ts';

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

/** Opens the page and waits until this browser keeps the whole list. */
export async function openList(page: Page, { chats }: World): Promise<void> {
  await page.goto('/chats');
  await page.waitForFunction(keptChats, chats.length, { polling: 500, timeout: 120_000 });
}

/** What the list of conversations costs. */
export async function measureList(page: Page, measure: Measure, world: World): Promise<void> {
  const { frames } = measure;
  await frames('list: start with what the browser keeps', async () => {
    await page.goto('/chats');
    await page.waitForTimeout(6000);
  });
  await frames('list: scroll 2,000 px', () => scrollBy(page, 2_000));
  await frames('list: scroll 60,000 px', () => scrollBy(page, 60_000));
  await frames('list: scroll back', () => scrollBy(page, -62_000));
  await frames('list: five messages arrive, rows move to the top', async () => {
    for (const chat of world.short.slice(0, 5)) {
      const member = world.others[world.short.indexOf(chat) % world.others.length]!;
      await member.say(chat, 'Something new');
      await page.waitForTimeout(200);
    }
  });
  const box = list(page).getByRole('searchbox');
  await frames(
    'list: type into the search',
    () => box.pressSequentially('chat 19', { delay: 120 }),
    () => box.fill(''),
  );
  await box.fill('');
  await frames('list: change the filter', async () => {
    for (const name of ['Groups', 'Unread', 'All'])
      await page
        .getByRole('button', { name, exact: false })
        .filter({ hasText: name })
        .first()
        .click();
  });
  await list(page).getByRole('link').first().focus();
  await frames('list: walk with the keys', async () => {
    for (let press = 0; press < 20; press += 1) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('End');
    await page.keyboard.press('Home');
  });
}
