import { fillLog, sentAt, textOf } from '../support/long-log.ts';
import { bubble, expect, log, row, test, visit, wireOf, type Guest } from './people.ts';

const count = 100_000;
const unread = 40;
const mostRows = 120;

/** The bubble of the message that `fillLog` has given this seq. */
const numbered = (guest: Guest, seq: number) => bubble(guest, `No. ${seq}.`);

const rows = (guest: Guest) => log(guest).locator('li[data-key]');

/** The first message whose top is in view, and where that is. */
const firstInView = (guest: Guest) =>
  log(guest).evaluate((box) => {
    const edge = box.getBoundingClientRect().top;
    const found = [...box.querySelectorAll('article')].find(
      (article) => article.getBoundingClientRect().top >= edge,
    );
    return { id: found?.closest('li')?.dataset['key'], top: found?.getBoundingClientRect().top };
  });

const topOf = (guest: Guest, key = '') =>
  log(guest)
    .locator(`li[data-key="${key}"] article`)
    .evaluate((article) => article.getBoundingClientRect().top);

/** Notes by how much a row in view goes up at most from one frame to the next, while one scrolls up. */
async function watchBackwards(guest: Guest): Promise<() => Promise<number>> {
  await log(guest).evaluate((box) => {
    let before = new Map<string, number>();
    let worst = 0;
    const sample = () => {
      const view = box.getBoundingClientRect();
      const now = new Map<string, number>();
      for (const row of box.querySelectorAll<HTMLElement>('li[data-key]')) {
        const { top } = row.getBoundingClientRect();
        if (top >= view.top && top < view.bottom) now.set(row.dataset['key'] ?? '', top);
      }
      for (const [key, top] of now) worst = Math.max(worst, (before.get(key) ?? top) - top);
      before = now;
      box.dataset['backwards'] = String(worst);
      // After it has been painted.
      requestAnimationFrame(() => setTimeout(sample));
    };
    sample();
  });
  return async () => Number(await log(guest).getAttribute('data-backwards'));
}

test('a conversation of 100,000 messages', async ({ signUp, befriend, server }) => {
  test.slow();
  const now = Date.now();
  const ana = await signUp('Ana Prado');
  const ben = await befriend('Ben Okafor');
  const [reader, writer] = [await wireOf(server, ana), ben.wire];
  const chat = await reader.direct(writer);
  await fillLog(server, [reader, writer], chat, { count, read: count - unread, now });
  await visit(ana.page, '/chats');

  await test.step('opens at what is unread, a third from the top', async () => {
    await row(ana, /Ben Okafor/).click();
    const divider = ana.page.getByRole('separator', { name: 'new messages' });
    await expect(divider).toBeInViewport();
    const offAThird = async () => {
      const box = (await log(ana).boundingBox())!;
      return Math.abs(((await divider.boundingBox())!.y - box.y) / box.height - 0.335);
    };
    await expect.poll(offAThird).toBeLessThan(0.025);
    await expect(numbered(ana, count - unread)).toBeInViewport();
  });

  await test.step('stays where it is while somebody writes', async () => {
    const before = await firstInView(ana);
    for (let n = 1; n <= 30; n += 1) await writer.say(chat, `News ${n}.`);
    await expect(ana.page.getByRole('button', { name: /new messages, go to/ })).toBeVisible();
    expect(await topOf(ana, before.id)).toBe(before.top);
  });

  await test.step('scrolls up through pages, and no frame goes backwards', async () => {
    const backwards = await watchBackwards(ana);
    await log(ana).hover();
    let most = 0;
    for (let turn = 0; turn < 80; turn += 1) {
      await ana.page.mouse.wheel(0, -600);
      most = Math.max(most, await rows(ana).count());
    }
    expect(most).toBeLessThan(mostRows);
    expect(await backwards()).toBeLessThanOrEqual(1);
    await expect(numbered(ana, count - unread)).toHaveCount(0);
  });

  await test.step('goes to a day far away, and marks where it begins', async () => {
    const day = new Date(sentAt(30_000, count, now));
    const [year, month, date] = [day.getFullYear(), day.getMonth() + 1, day.getDate()];
    const pad = (part: number) => String(part).padStart(2, '0');
    await ana.page.getByRole('button', { name: 'Go to a day' }).focus();
    await ana.page.keyboard.press('Enter');
    await ana.page.getByLabel('Day', { exact: true }).fill(`${year}-${pad(month)}-${pad(date)}`);
    await ana.page.keyboard.press('Enter');
    const midnight = new Date(year, month - 1, date).getTime();
    const first = count - Math.floor((now - midnight) / 60_000) + 1;
    await expect(numbered(ana, first)).toBeInViewport();
    await expect(numbered(ana, first - 1)).toBeInViewport();
    expect(await rows(ana).count()).toBeLessThan(mostRows);
  });

  await test.step('walks with the keys over rows that are not in the document', async () => {
    const walked = log(ana).locator('article:focus');
    await log(ana).locator('article[tabindex="0"]').focus();
    for (const key of ['Home', 'PageDown', 'End', 'PageUp', 'ArrowUp']) {
      const before = await walked.textContent();
      await ana.page.keyboard.press(key);
      await expect.poll(() => walked.textContent()).not.toBe(before);
      await expect(walked).toBeInViewport();
    }
  });

  await test.step('holds a part of it, and comes back to the end', async () => {
    for (let turn = 0; turn < 60; turn += 1) {
      await ana.page.mouse.wheel(0, 1_500);
      await rows(ana).count();
    }
    await ana.page.getByRole('button', { name: /go to/i }).last().click();
    await expect(bubble(ana, 'News 30.')).toBeInViewport();
    await writer.say(chat, 'One more.');
    await expect(bubble(ana, 'One more.')).toBeInViewport();
    expect(await rows(ana).count()).toBeLessThan(mostRows);
  });
  expect(textOf(1)).toContain('No. 1.');
});
