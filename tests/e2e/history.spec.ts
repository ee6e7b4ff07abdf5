import { randomUUID } from 'node:crypto';
import { Device, password, Person, request } from '../support/people.ts';
import { bubble, composer, expect, findAndOpen, row, say, test } from './people.ts';

test.use({ sharesServer: true });

test('history loads while one scrolls up, and nothing jumps', async ({ signUp, server }) => {
  const [ana, ben] = [await signUp('Ana Prado'), await signUp('Ben Okafor')];
  await findAndOpen(ana, ben);
  const { body } = await request(server.url, 'POST', '/auth/token', {
    body: { username: ben.username, password },
  });
  const writer = new Person(server.url, body.user, body.token);
  const [chat] = (await writer.done('GET', '/conversations')).items;
  const device = new Device(server.url, { token: writer.token });
  await device.heard('ready');
  // One after the other, without waiting for answers.
  await Promise.all(
    Array.from({ length: 180 }, (_, i) =>
      device.ask('message:send', {
        conversationId: chat.id,
        clientId: randomUUID(),
        text: `line ${i + 1}.`,
      }),
    ),
  );
  device.close();
  await expect(bubble(ana, 'line 180.')).toBeVisible();

  const log = ana.page.getByRole('region', { name: 'Messages' });
  await log.hover();
  for (let i = 0; i < 60; i++) {
    const before = await firstShown();
    await ana.page.mouse.wheel(0, -400);
    // What was read first may only move down, by as much as was scrolled.
    const moved = await positionOf(before.text);
    if (moved !== null) expect(moved - before.top).toBeGreaterThanOrEqual(-2);
    if (await bubble(ana, 'line 1.').first().isVisible()) break;
  }
  await expect(bubble(ana, 'line 1.').first()).toBeVisible();

  await composer(ana).fill('Back at the end');
  await composer(ana).press('Enter');
  await expect(bubble(ana, 'Back at the end')).toBeInViewport();

  async function firstShown(): Promise<{ text: string; top: number }> {
    return log.evaluate((element) => {
      const edge = element.getBoundingClientRect().top;
      const shown = [...element.querySelectorAll('article')].find(
        (article) => article.getBoundingClientRect().top >= edge,
      );
      return { text: shown?.textContent ?? '', top: shown?.getBoundingClientRect().top ?? 0 };
    });
  }
  async function positionOf(text: string): Promise<number | null> {
    return log.evaluate(
      (element, wanted) =>
        [...element.querySelectorAll('article')]
          .find((article) => article.textContent === wanted)
          ?.getBoundingClientRect().top ?? null,
      text,
    );
  }
});

test('a chat opens at what is unread, under a divider that stays', async ({ signUp }) => {
  const [ana, ben] = [await signUp('Ana Prado'), await signUp('Ben Okafor')];
  await findAndOpen(ana, ben);
  await say(ana, 'one');
  await say(ana, 'two');
  await expect(row(ben, /Ana Prado/)).toContainText('2 unread');
  await row(ben, /Ana Prado/).click();
  await expect(ben.page.getByText('2 new messages')).toBeVisible();
  await say(ana, 'three');
  await expect(bubble(ben, 'three')).toBeVisible();
  await expect(ben.page.getByText('2 new messages')).toBeVisible();
  await say(ben, 'Got them');
  await expect(ben.page.getByText('2 new messages')).toHaveCount(0);
});
