import type { Page } from 'playwright/test';
import type { Conversation } from '#lib/contract/records.ts';
import { fillLog } from '../support/long-log.ts';
import type { Person } from '../support/people.ts';
import { lineOf, rowsIn } from './line.ts';
import {
  bubble,
  chatOf,
  composer,
  expect,
  expectAlive,
  expectSaid,
  findAndOpen,
  log,
  row,
  say,
  tell,
  test,
  tick,
  visit,
  wireOf,
  type Guest,
} from './people.ts';

test.use({ sharesServer: true });

test('history loads while one scrolls up, and nothing jumps', async ({
  signUp,
  befriend,
  server,
}) => {
  const [ana, ben] = [await signUp('Ana Prado'), await befriend('Ben Okafor')];
  const [reader, writer] = [await wireOf(server, ana), ben.wire];
  const chat = await reader.direct(writer);
  await fillLog(server, [reader, writer], chat, { count: 180, read: 180, now: Date.now() });
  await visit(ana.page, `/chats/${chat.id}`);
  await expect(bubble(ana, 'No. 180.')).toBeInViewport();

  await log(ana).hover();
  while (!(await bubble(ana, 'No. 1.').isVisible())) {
    const before = await firstShown();
    await ana.page.mouse.wheel(0, -400);
    // What was read first may only move down, by as much as was scrolled.
    const moved = await positionOf(before.text);
    if (moved !== null) expect(moved - before.top).toBeGreaterThanOrEqual(-2);
  }

  await composer(ana).fill('Back at the end');
  await composer(ana).press('Enter');
  await expect(bubble(ana, 'Back at the end')).toBeInViewport();

  async function firstShown(): Promise<{ text: string; top: number }> {
    return log(ana).evaluate((element) => {
      const edge = element.getBoundingClientRect().top;
      const shown = [...element.querySelectorAll('article')].find(
        (article) => article.getBoundingClientRect().top >= edge,
      );
      return { text: shown?.textContent ?? '', top: shown?.getBoundingClientRect().top ?? 0 };
    });
  }
  async function positionOf(text: string): Promise<number | null> {
    return log(ana).evaluate(
      (element, wanted) =>
        [...element.querySelectorAll('article')]
          .find((article) => article.textContent === wanted)
          ?.getBoundingClientRect().top ?? null,
      text,
    );
  }
});

test('a chat opens at what is unread, under a divider that stays', async ({ signUp }) => {
  const ben = await signUp('Ben Okafor');
  const ana = await signUp('Ana Prado', { to: ben });
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

test('far from the end a bad line costs neither one’s place nor what one writes', async ({
  signUp,
  befriend,
  server,
}) => {
  const [ana, ben] = [await signUp('Ana Prado'), await befriend('Ben Okafor')];
  const [reader, writer] = [await wireOf(server, ana), ben.wire];
  const chat = await reader.direct(writer);
  await fillLog(server, [reader, writer], chat, { count: 1_000, read: 300, now: Date.now() });
  const line = await lineOf(ana);
  const asked: string[] = [];
  let isBlocked = false;
  await ana.context.route(/\/messages\?/, (route) => {
    asked.push(route.request().url());
    return isBlocked ? route.abort() : route.fallback();
  });
  const divider = ana.page.getByRole('separator', { name: 'new messages' });
  const failure = ana.page.getByText('Older messages didn’t load.');
  const numbered = (seq: number) => bubble(ana, `No. ${seq}.`);

  await test.step('a page that fails is tried again where one reads', async () => {
    await row(ana, /Ben Okafor/).click();
    await expect(divider).toBeInViewport();
    await expect.poll(() => asked.some((url) => url.includes('before='))).toBe(true);
    isBlocked = true;
    await log(ana).hover();
    while (!(await failure.isVisible())) await ana.page.mouse.wheel(0, -600);
    await line.cut();
    await expect(ana.page.getByText('Reconnecting…').last()).toBeVisible();
    asked.length = 0;
    isBlocked = false;
    await line.mend();
    await expect(failure).toHaveCount(0);
    await expect.poll(() => asked.length).toBeGreaterThan(0);
    for (const url of asked) expect(url).toContain('before=');
    await expect(numbered(1_000)).toHaveCount(0);
    while ((await numbered(2).count()) === 0) await ana.page.mouse.wheel(0, -600);
  });

  await test.step('what is written waits below, and goes to the end in one page', async () => {
    await line.cut();
    await say(ana, 'From far away');
    await expect(bubble(ana, 'From far away')).toBeInViewport();
    await expect(ana.page.getByText('Newer messages didn’t load.')).toBeVisible();
    asked.length = 0;
    await line.mend();
    await expect(numbered(1_000)).toBeVisible();
    await expect(bubble(ana, 'From far away')).toBeInViewport();
    await expect(bubble(ana, 'From far away')).toHaveCount(1);
    expect(asked.filter((url) => url.includes('after='))).toEqual([]);
  });
});

test('a change under way goes on when one jumps away from its message', async ({
  signUp,
  befriend,
  server,
}) => {
  const [ana, ben] = [await signUp('Ana Prado'), await befriend('Ben Okafor')];
  const [reader, writer] = [await wireOf(server, ana), ben.wire];
  const chat = await reader.direct(writer);
  const now = Date.now();
  await fillLog(server, [reader, writer], chat, { count: 4_000, read: 4_000, now });
  const line = await lineOf(ana);
  const bar = ana.page.getByText('Editing message');
  await row(ana, /Ben Okafor/).click();
  await expect(bubble(ana, 'No. 4000.')).toBeVisible();

  // While it is under way, the arrow does not take what one wrote before it for the last one.
  await line.cut();
  await say(ana, 'Six o’clock?\nAt the station\nor at home\nor at the lake\nor wherever\nyou like');
  await expect(tick(ana, 'Six o’clock?', 'Sending')).toBeVisible();
  await composer(ana).press('ArrowUp');
  await expect(composer(ana)).toHaveValue('');
  await expect(bar).toHaveCount(0);
  await line.mend();
  await expect(tick(ana, 'Six o’clock?', 'Sent')).toBeVisible();
  await composer(ana).press('ArrowUp');
  await expect(bar).toBeVisible();
  // What is changed stays in view above a composer that takes more room for it.
  await expect(bubble(ana, 'Six o’clock?')).toBeInViewport({ ratio: 0.9 });
  await composer(ana).fill('Seven o’clock?');

  await ana.page.getByRole('button', { name: 'Go to a day' }).focus();
  await ana.page.keyboard.press('Enter');
  const day = new Date(now - 2 * 24 * 60 * 60_000);
  const date = [day.getFullYear(), day.getMonth() + 1, day.getDate()];
  const iso = date.map((part) => String(part).padStart(2, '0')).join('-');
  await ana.page.getByLabel('Day', { exact: true }).fill(iso);
  await ana.page.keyboard.press('Enter');
  await expect(bubble(ana, 'Six o’clock?')).toHaveCount(0);

  await expect(composer(ana)).toHaveValue('Seven o’clock?');
  await composer(ana).press('Enter');
  await expect(bar).toHaveCount(0);
  await ana.page.getByRole('button', { name: /go to the newest/i }).click();
  await expect(bubble(ana, 'Seven o’clock?')).toBeInViewport();
});

/** Until then the next page opens at what the server has as unread. */
const expectRead = (reader: Person, { id }: Conversation) =>
  expect
    .poll(async () => (await reader.done('GET', `/conversations/${id}`)).conversation.unreadCount)
    .toBe(0);

/** Holds back the scripts of this person's next pages; they go on when what is returned is called. */
async function holdScripts({ context }: Guest): Promise<() => void> {
  let begin = () => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  await context.route(/\/_next\/static\/.*\.js/, async (route) => {
    await begun;
    await route.fallback();
  });
  return begin;
}

/** Holds back the script that has this in it until what it returns is called. */
async function holdScript(page: Page, part: string): Promise<() => void> {
  let begin = () => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  await page.route(/\/_next\/static\/.*\.js/, async (route) => {
    const response = await route.fetch();
    if ((await response.text()).includes(part)) await begun;
    await route.fulfill({ response });
  });
  return begin;
}

/** Where the rows in view stand that came with the page, whose scripts are held back. */
const noteRows = (page: Page) =>
  page.evaluate(() => {
    const rows = [...document.querySelectorAll('#messages [data-key]')];
    const view = document.querySelector('#messages')!.getBoundingClientRect();
    const tops = rows.map((row) => [row, row.getBoundingClientRect().top] as const);
    const seen = tops.filter(([, top]) => top >= view.top && top < view.bottom);
    Object.assign(window, { seen });
  });

/** How far each of those in view has moved since; Infinity if it is another element now. */
const moves = (page: Page): Promise<number[]> =>
  page.evaluate(() =>
    (window as unknown as { seen: [Element, number][] }).seen.map(([row, top]) =>
      row.isConnected ? Math.abs(row.getBoundingClientRect().top - top) : Infinity,
    ),
  );

test('what a chat opens with comes with the page, which takes it over as it stands', async ({
  signUp,
  befriend,
  server,
}) => {
  const [ana, ben] = [await signUp('Ana Prado'), await befriend('Ben Okafor')];
  const cleo = await signUp('Cleo Diaz');
  await findAndOpen(ana, ben);
  await say(ana, 'Hello Ben');
  const path = new URL(ana.page.url()).pathname;
  const writer = ben.wire;
  const chat = await chatOf(ben, ana);
  const reader = await wireOf(server, ana);
  const tricky = '</script><script>document.title="taken"</script> <!-- &amp;';
  for (let i = 1; i < 40; i += 1) await writer.say(chat, `line ${i}.`);
  await writer.say(chat, tricky);
  await expect(bubble(ana, tricky)).toBeInViewport();
  await expectRead(reader, chat);
  await ana.page.goto('/api-docs');

  for (const last of [tricky, 'line 59.']) {
    const page = await ana.context.newPage();
    const [faults, asked]: string[][] = [[], []];
    page.on('pageerror', (error) => faults!.push(error.message));
    page.on('console', (told) => told.type() === 'error' && faults!.push(told.text()));
    page.on('request', (request) => asked!.push(request.url()));
    const begin = await holdScripts(ana);
    const answer = await page.goto(path, { waitUntil: 'commit' });
    expect(await answer!.headerValue('cache-control')).toContain('no-store');
    const tab = { ...ana, page };
    await expect(bubble(tab, last)).toBeInViewport();
    await noteRows(page);
    begin();
    await expectAlive(page);
    await expect(bubble(tab, last)).toBeInViewport();
    if (last !== tricky) await expect(page.getByRole('separator')).toHaveText('1 new message');
    await expect.poll(() => rowsIn(page, 'logs')).toHaveLength(1);
    const moved = await moves(page);
    expect(moved.length).toBeGreaterThan(5);
    expect(Math.max(...moved)).toBeLessThan(2);
    // Older ones are fetched ahead of who scrolls up.
    expect(asked!.filter((url) => /\/messages(?!.*before=)/.test(url))).toEqual([]);
    expect(faults).toEqual([]);
    await page.close();
    const { conversation } = await reader.done('GET', `/conversations/${chat.id}`);
    await reader.done('POST', `/conversations/${chat.id}/read`, { seq: conversation.lastSeq });
    await writer.say(chat, 'line 59.');
  }

  // Nobody else gets any of it at that address.
  const html = await (await cleo.context.request.get(path)).text();
  expect(html).not.toMatch(/line \d|Hello Ben|Ana Prado/);
  await cleo.page.goto(path);
  await expect(cleo.page.getByRole('heading', { name: 'This chat isn’t here' })).toBeVisible();
});

test('who has scrolled before the page lives stays there', async ({ signUp, befriend, server }) => {
  const ben = await befriend('Ben Okafor');
  const ana = await signUp('Ana Prado', { to: ben });
  await say(ana, 'Hello Ben');
  const path = new URL(ana.page.url()).pathname;
  const writer = ben.wire;
  const chat = await chatOf(ben, ana);
  for (let i = 1; i < 40; i += 1) await writer.say(chat, `line ${i}.`);
  await expect(bubble(ana, 'line 39.')).toBeInViewport();
  await expectRead(await wireOf(server, ana), chat);
  await ana.page.goto('/api-docs');
  const page = await ana.context.newPage();
  const begin = await holdScripts(ana);
  await page.goto(path, { waitUntil: 'commit' });
  await expect(bubble({ ...ana, page }, 'line 39.')).toBeInViewport();
  await log({ ...ana, page }).evaluate((element) => void (element.scrollTop -= 300));
  await noteRows(page);
  begin();
  await expectAlive(page);
  await expect.poll(() => rowsIn(page, 'logs')).toHaveLength(1);
  expect(Math.max(...(await moves(page)))).toBeLessThan(2);
  await expect(bubble({ ...ana, page }, 'line 39.')).not.toBeInViewport();
});

test('what was typed before the page lives is a draft like any', async ({ signUp, befriend }) => {
  const [ana, ben] = [await signUp('Ana Prado'), await befriend('Ben Okafor')];
  await findAndOpen(ana, ben);
  await say(ana, 'Hello Ben');
  const path = new URL(ana.page.url()).pathname;
  await tell(ben, ana, 'Said before');
  await expect(bubble(ana, 'Said before')).toBeVisible();
  await composer(ana).fill('Kept,');
  await ana.page.goto('/api-docs');
  const page = await ana.context.newPage();
  // As soon as there is a field: it may live before the page is all there.
  await page.addInitScript(() => {
    const watch = new MutationObserver(() => {
      const field = document.querySelector('textarea');
      if (!field) return;
      watch.disconnect();
      field.value = 'typed early';
    });
    watch.observe(document, { childList: true, subtree: true });
  });
  const readOut = await holdScript(page, 'aria-relevant":"additions"');
  // The page may ask for that script before the rest of it is loaded, which then waits for it.
  await page.goto(path, { waitUntil: 'commit' });
  await expectAlive(page);
  const tab = { ...ana, page };
  await tell(ben, ana, 'Hello Ana');
  await expect(bubble(tab, 'Hello Ana')).toBeVisible();
  // What reads out what comes in comes itself later than that.
  await expect(page.getByRole('log')).toHaveCount(0);
  readOut();
  await expect(page.getByRole('log')).toContainText('Hello Ana');
  await expect(page.getByRole('log')).not.toContainText('Said before');
  await expect(composer(tab)).toHaveValue('Kept, typed early');
  await page.getByRole('button', { name: 'Send' }).click();
  await expect(bubble(tab, 'Kept, typed early')).toBeVisible();
});

test('a chat opens by a press before the page lives', async ({ signUp, befriend }) => {
  const [ana, ben] = [await signUp('Ana Prado'), await befriend('Ben Okafor')];
  await tell(ben, ana, 'Hello Ana');
  const begin = await holdScripts(ana);
  const page = await ana.context.newPage();
  const tab = { ...ana, page };
  await page.goto('/chats', { waitUntil: 'commit' });
  await row(tab, /Ben Okafor/).click({ noWaitAfter: true });
  await page.waitForURL(/\/chats\/./, { waitUntil: 'commit' });
  await expect(bubble(tab, 'Hello Ana')).toBeVisible();
  begin();
  await expectAlive(page);
  await say(tab, 'Hello Ben');
  await expectSaid(ben, ana, 'Hello Ben');
});

test('a chat that one has seen is drawn within the press that opens it', async ({
  signUp,
  befriend,
}) => {
  const [ana, ben] = [await signUp('Ana Prado'), await befriend('Ben Okafor')];
  await findAndOpen(ana, ben);
  await say(ana, 'Hello Ben');
  await findAndOpen(ana, await befriend('Cleo Marsh'));
  await say(ana, 'Hello Cleo');
  await expect(bubble(ana, 'Hello Cleo')).toBeVisible();
  const drawn = await row(ana, 'Ben Okafor').evaluate(async (link: HTMLElement) => {
    link.click();
    // As far as the browser is before it does anything else.
    await Promise.resolve();
    return document.getElementById('messages')?.textContent;
  });
  expect(drawn).toContain('Hello Ben');
  await ana.page.goBack();
  await expect(bubble(ana, 'Hello Cleo')).toBeVisible();
});
