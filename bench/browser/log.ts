import { parseArgs } from 'node:util';
import type { Page } from 'playwright';
import { fillLog } from '../../tests/support/long-log.ts';
import { people, type Person } from '../../tests/support/people.ts';
import { startServer } from '../../tests/support/server.ts';
import { contextOf, launch, row, say, throttle, workDuring } from './support.ts';

// Measures what the message log of a long conversation costs on a processor four times slower:
//   node --import tsx bench/browser/log.ts [--messages 100000]
// The production build has to be there. Ends with status 0 whatever the numbers are.
const { values: options } = parseArgs({
  options: { messages: { type: 'string', default: '100000' } },
});
const count = Number(options.messages);

const log = (page: Page) => page.getByRole('region', { name: 'Messages' });

/** Turns the wheel in many small steps, as a hand does. */
async function wheel(page: Page, pixels: number, steps: number): Promise<void> {
  await log(page).hover({ position: { x: 300, y: 200 } });
  for (let step = 0; step < steps; step += 1) {
    await page.mouse.wheel(0, pixels / steps);
    await page.waitForTimeout(16);
  }
}

/** How many frames were shown, and the share of them that came more than 50 ms after the one before. */
async function framesDuring(page: Page, act: () => Promise<void>): Promise<string> {
  // As text: what tsx makes of a function needs a helper that the page does not have.
  await page.evaluate(`(() => {
    const noted = (window.noted = { times: [], isOn: true });
    const note = (time) => {
      noted.times.push(time);
      if (noted.isOn) requestAnimationFrame(note);
    };
    requestAnimationFrame(note);
  })()`);
  await act();
  const times = await page.evaluate<number[]>('window.noted.isOn = false, window.noted.times');
  const late = times.filter((time, index) => index > 0 && time - (times[index - 1] ?? 0) > 50);
  return `${times.length} frames, ${((100 * late.length) / times.length).toFixed(1)} % later than 50 ms`;
}

const server = await startServer();
const browser = await launch();
try {
  const [ana, ben] = (await people(server.url, 'ana', 'ben')) as [Person, Person];
  const chat = await ana.direct(ben);
  await fillLog(server, [ana, ben], chat, { count, read: count - 40, now: Date.now() });
  say(`${count.toLocaleString('en')} messages, processor slowed down four times`);
  const context = await contextOf(browser, ana);
  const page = await context.newPage();
  await page.goto('/chats');
  await page.getByRole('link', { name: 'Ben' }).waitFor();
  const release = await throttle(page);

  const open = async () => {
    await page.getByRole('link', { name: 'Ben' }).click();
    await page.getByRole('separator').first().waitFor();
  };
  row('open at the unread divider', await workDuring(page, open));
  row('wheel up 20,000 px, pages come in', await workDuring(page, () => wheel(page, -20_000, 100)));
  row('wheel up 60,000 px', await workDuring(page, () => wheel(page, -60_000, 100)));
  row('wheel down 60,000 px', await workDuring(page, () => wheel(page, 60_000, 100)));
  say(`  ${await framesDuring(page, () => wheel(page, -60_000, 100))}`);
  const toEnd = async () => {
    await page.getByRole('button', { name: /go to the newest/i }).click();
    await page.getByText(`No. ${count}.`).waitFor();
  };
  row('to the newest message', await workDuring(page, toEnd));
  const hear = async () => {
    for (let n = 0; n < 20; n += 1) await ben.say(chat, `News ${n}.`);
    await page.getByText('News 19.').first().waitFor();
  };
  row('20 messages come in', await workDuring(page, hear));
  await release();
} finally {
  await browser.close();
  await server.stop();
}
