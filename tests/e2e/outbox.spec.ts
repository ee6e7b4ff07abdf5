import { startServer } from '../support/server.ts';
import { awayFromApp, crash, expectUnsent, lineOf, openTab, rowsIn } from './line.ts';
import {
  bubble,
  chatOf,
  composer,
  expect,
  expectAlive,
  expectSaid,
  log,
  row,
  say,
  test,
  tick,
  visit,
  still,
  type Friend,
  type Known,
} from './people.ts';

// Several people, servers and pages in each.
test.slow();
test.use({ sharesServer: true, ...still });

const texts = Array.from({ length: 20 }, (_, index) => `number ${index + 1}.`);
const sentBy = (guest: Parameters<typeof log>[0]) =>
  log(guest)
    .getByRole('article')
    .filter({ hasText: /number \d+\./ });
/** What one has said to a friend, in order. */
const saidTo = async (friend: Friend, by: Known): Promise<string[]> =>
  (await friend.wire.history(await chatOf(friend, by), 'after=0&limit=200')).map(
    ({ text }) => text,
  );
const inOrder = texts.map((text) => new RegExp(text.replace('.', String.raw`\.`)));

test('20 messages written offline outlive their tab, and are sent once, in order', async ({
  signUp,
  befriend,
}) => {
  const ben = await befriend('Ben Okafor');
  const ana = await signUp('Ana Prado', { to: ben });
  await say(ana, 'Before');
  await expect(tick(ana, 'Before', 'Sent')).toBeVisible();
  const line = await lineOf(ana);
  await expect(bubble(ana, 'Before')).toBeVisible();
  await line.cut();
  for (const text of texts) await say(ana, text);
  await expect(tick(ana, 'number 20.', 'Sending')).toBeVisible();
  await expectUnsent(ana.page, 20);
  const path = new URL(ana.page.url()).pathname;
  await crash(ana);

  const later = await openTab(ana, path);
  await expect(sentBy(later)).toHaveText(inOrder);
  await expect(tick(later, 'number 20.', 'Sending')).toBeVisible();
  await line.mend();
  await expect(tick(later, 'number 20.', 'Sent')).toBeVisible({ timeout: 60_000 });
  expect(await saidTo(ben, ana)).toEqual(['Before', ...texts]);
  await expect(sentBy(later)).toHaveText(inOrder);
  await expectUnsent(later.page, 0);
  await later.page.reload();
  await expect(sentBy(later)).toHaveText(inOrder);
});

test.describe('on a server of their own', () => {
  test.use({ sharesServer: false });

  test('a server killed between write and answer, and a tab with it, double and lose nothing', async ({
    signUp,
    befriend,
    server,
  }) => {
    const ben = await befriend('Ben Okafor');
    const ana = await signUp('Ana Prado', { to: ben });
    await say(ana, 'Before');
    await expect(tick(ana, 'Before', 'Sent')).toBeVisible();
    const line = await lineOf(ana);
    await expect(bubble(ana, 'Before')).toBeVisible();

    const swallowed = line.swallowAnswers();
    for (const text of texts) await say(ana, text);
    await swallowed;
    // Stored, and its writer knows nothing of it.
    await expectSaid(ben, ana, 'number 1.');
    await server.kill('SIGKILL');
    await expectUnsent(ana.page, 20);
    const path = new URL(ana.page.url()).pathname;
    await crash(ana);
    await line.mend();
    const again = await startServer({ PORT: new URL(server.url).port }, server.dataDir);

    const later = await openTab(ana, path);
    await expect(tick(later, 'number 20.', 'Sent')).toBeVisible({ timeout: 60_000 });
    await expect(sentBy(later)).toHaveText(inOrder);
    expect(await saidTo(ben, ana)).toEqual(['Before', ...texts]);
    await expectUnsent(later.page, 0);
    await again.stop();
  });
});

test('two tabs send and read as one', async ({ signUp, befriend }) => {
  // Tall enough for all that is written: of a log only what is near the view is in the page.
  const viewport = { width: 1280, height: 1600 };
  const ben = await befriend('Ben Okafor');
  const ana = await signUp('Ana Prado', { viewport, to: ben });
  await say(ana, 'Before');
  await expect(tick(ana, 'Before', 'Sent')).toBeVisible();
  const line = await lineOf(ana);
  const tab = await openTab(ana, new URL(ana.page.url()).pathname);
  await expect(bubble(tab, 'Before')).toBeVisible();
  for (const [index, text] of texts.entries()) await say(index % 2 === 0 ? ana : tab, text);
  for (const guest of [ana, tab]) {
    await expect(sentBy(guest)).toHaveCount(20, { timeout: 60_000 });
    for (const text of inOrder) await expect(bubble(guest, text)).toHaveCount(1);
  }
  const everything = ['Before', ...texts].sort();
  await expect.poll(async () => (await saidTo(ben, ana)).sort()).toEqual(everything);

  // What one writes shows in a tab where nobody writes, and changes nothing where somebody does.
  const third = await openTab(ana, new URL(ana.page.url()).pathname);
  await composer(ana).fill('Begun in the first');
  await expect(composer(third)).toHaveValue('Begun in the first');
  await composer(tab).fill('Written in the second');
  await expect(composer(third)).toHaveValue('Written in the second');
  await expect(composer(ana)).toHaveValue('Begun in the first');
  await third.page.reload();
  await expect(composer(third)).toHaveValue('Written in the second');
  await third.page.close();
  await composer(ana).fill('');

  await line.cut();
  await say(ana, 'From the first');
  await say(tab, 'From the second');
  for (const guest of [ana, tab]) {
    await expect(tick(guest, 'From the first', 'Sending')).toBeVisible();
    await expect(tick(guest, 'From the second', 'Sending')).toBeVisible();
  }
  await ana.page.close();
  await line.mend();
  await expectSaid(ben, ana, 'From the second');
  await expectSaid(ben, ana, 'From the first');

  const list = await openTab(ana, '/chats');
  await visit(tab.page, '/settings');
  const chat = await chatOf(ben, ana);
  const { seq } = await ben.wire.say(chat, 'Read me');
  await expect(row(list, /Ben Okafor/)).toContainText('1 unread');
  await tab.page.goBack();
  await tab.page.bringToFront();
  await expect(bubble(tab, 'Read me')).toBeVisible();
  await expect(row(list, /Ben Okafor/)).not.toContainText('unread');
  await expect.poll(async () => (await ben.wire.view(chat)).receipts?.readSeq).toBe(seq);
});

test('a chat opens without the server, and what is written in it leaves when it is back', async ({
  signUp,
  befriend,
}) => {
  const ben = await befriend('Ben Okafor');
  const ana = await signUp('Ana Prado', { to: ben });
  await say(ana, 'Hello Ben');
  await expect(tick(ana, 'Hello Ben', 'Sent')).toBeVisible();
  const chat = await chatOf(ben, ana);
  const hello = await ben.wire.say(chat, 'Hello Ana');
  const line = await lineOf(ana);
  await expect(bubble(ana, 'Hello Ana')).toBeVisible();
  await expect
    .poll(async () => JSON.stringify(await rowsIn(ana.page, 'logs')))
    .toContain('Hello Ana');
  await line.cut();
  await ana.page.reload();
  await expectAlive(ana.page);
  await expect(bubble(ana, 'Hello Ana')).toBeVisible();
  await say(ana, 'Anybody there?');
  await expect(tick(ana, 'Anybody there?', 'Sending')).toBeVisible();
  await composer(ana).fill('Half a thou');
  await ana.page.reload();
  await expect(composer(ana)).toHaveValue('Half a thou');
  await expect(tick(ana, 'Anybody there?', 'Sending')).toBeVisible();

  await ben.wire.say(chat, 'While you were away');
  await ben.wire.done('DELETE', `/conversations/${chat.id}/messages/${hello.id}?for=everyone`);
  await line.mend();
  await expect(bubble(ana, 'While you were away')).toBeVisible({ timeout: 60_000 });
  await expect(bubble(ana, 'This message was deleted')).toBeVisible();
  await expect(bubble(ana, 'Hello Ana')).toHaveCount(0);
  await expect(tick(ana, 'Anybody there?', 'Sent')).toBeVisible();
  await expectSaid(ben, ana, 'Anybody there?');
  await expect(composer(ana)).toHaveValue('Half a thou');
});

test('a message does not wait for a tab that was frozen when it was to send', async ({
  signUp,
  befriend,
}) => {
  const ben = await befriend('Ben Okafor');
  const ana = await signUp('Ana Prado', { to: ben });
  await say(ana, 'Before');
  await expect(tick(ana, 'Before', 'Sent')).toBeVisible();
  const frozen = await ana.context.newPage();
  await awayFromApp(frozen);
  await frozen.evaluate(async () => {
    const [account] = await indexedDB.databases();
    const forEver = () => new Promise(() => {});
    await new Promise((resolve) => {
      const hold = () => [resolve(true), forEver()][1];
      navigator.locks.request(`${account!.name}-outbox`, { steal: true }, hold).catch(() => {});
    });
  });
  // The other has heard of it, and waits for its turn again.
  const waiting = () =>
    frozen.evaluate(async () => (await navigator.locks.query()).pending?.length ?? 0);
  await expect.poll(waiting).toBe(1);
  await say(ana, 'Not held up');
  await expect(tick(ana, 'Not held up', 'Sending')).toBeVisible();
  await expectSaid(ben, ana, 'Not held up');
  await say(ana, 'Nor this');
  await expectSaid(ben, ana, 'Nor this');
});
