import type { Page } from 'playwright';
import type { Measure } from './measure.ts';
import type { World } from './world.ts';

const log = (page: Page) => page.getByRole('region', { name: 'Messages' });

/** Turns the wheel in many small steps, as a hand does. */
async function wheel(page: Page, pixels: number, steps: number): Promise<void> {
  await log(page).hover({ position: { x: 300, y: 200 } });
  for (let step = 0; step < steps; step += 1) {
    await page.mouse.wheel(0, pixels / steps);
    await page.waitForTimeout(16);
  }
}

async function toEnd(page: Page): Promise<void> {
  const button = page.getByRole('button', { name: /go to the newest/i });
  await button.click();
  await button.waitFor({ state: 'hidden' });
}

/** What the log of a very long conversation costs. */
export async function measureLog(page: Page, measure: Measure, world: World): Promise<void> {
  const { frames } = measure;
  const { ana, long } = world;
  const ben = world.others[0]!;
  const name = (what: string) => `${world.messages.toLocaleString('en')} messages: ${what}`;
  await page.locator(`[data-chat="${long.id}"]`).click();
  await log(page).waitFor();
  const composer = page.getByRole('textbox', { name: 'Message' });
  await frames(
    name('type 30 characters'),
    () => composer.pressSequentially('Shall we meet at the harbour? ', { delay: 60 }),
    () => composer.fill(''),
  );
  await composer.fill('');
  await frames(name('20 messages come in'), async (round) => {
    for (let n = 0; n < 20; n += 1) await ben.say(long, `News ${round} ${n}.`);
    await page.getByText(`News ${round} 19.`).first().waitFor();
  });
  const own = async (round: number) => {
    for (let n = 0; n < 12; n += 1) await ana.say(long, `Own ${round} ${n}.`);
    await page.getByText(`Own ${round} 11.`).first().waitFor();
    await page.waitForTimeout(500);
  };
  await frames(
    name('12 ticks change'),
    async () => {
      const { lastSeq } = await ana.view(long);
      await ben.done('POST', `/conversations/${long.id}/read`, { seq: lastSeq });
      await page.waitForTimeout(300);
    },
    own,
  );
  await frames(name('wheel up 20,000 px, pages come in'), () => wheel(page, -20_000, 100));
  await frames(name('wheel down 15,000 px'), () => wheel(page, 15_000, 75));
  await frames(name('20 messages come in, scrolled up'), async (round) => {
    for (let n = 0; n < 20; n += 1) await ben.say(long, `Later ${round} ${n}.`);
  });
  await frames(
    name('to the newest message'),
    () => toEnd(page),
    () => wheel(page, -6_000, 30),
  );
}
