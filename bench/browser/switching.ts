import type { Page } from 'playwright';
import type { Measure, Press } from './measure.ts';
import type { World } from './world.ts';

/** The press on a row, until messages of its conversation are in the log. */
const toChat = (page: Page, id: string): Press => ({
  shows: `main:has(a[href="/chats/${id}/details"]) [data-bubble]`,
  async press() {
    const box = (await page.locator(`[data-chat="${id}"]`).boundingBox())!;
    // Not by the locator, which looks into the page once more.
    await page.mouse.click(box.x + 100, box.y + box.height / 2);
  },
});

/** How long it takes to go from one conversation to another. */
export async function measureSwitching(
  page: Page,
  measure: Measure,
  { near, long }: World,
): Promise<void> {
  const { presses } = measure;
  const go = (chats: { id: string }[]) => chats.map(({ id }) => toChat(page, id));
  const half = near.length / 2;
  await presses('switch, for the first time', go(near.slice(0, half)), go(near.slice(half)));
  await presses('switch, seen before', go(near), go(near));
  const andLong = near.slice(0, half).flatMap((chat) => [chat, long]);
  await presses('switch to the long one and away', go(andLong), go(andLong));
}
