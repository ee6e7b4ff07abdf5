import type { Page } from 'playwright/test';
import { awayFromApp, databases, expectUnsent, lineOf, type Line } from './line.ts';
import {
  bubble,
  composer,
  expect,
  expectSaid,
  say,
  test,
  tick,
  type Friend,
  type Guest,
  type People,
  still,
  visit,
} from './people.ts';

// Several people, servers and pages in each.
test.slow();
test.use({ sharesServer: true, ...still });

interface Writer {
  ana: Guest;
  ben: Friend;
  line: Line;
  path: string;
}

/** Ana has said hello to Ben, and has written something that could not leave. */
async function writeUnsent({ signUp, befriend }: People): Promise<Writer> {
  const ben = await befriend('Ben Okafor');
  const ana = await signUp('Ana Prado', { to: ben });
  await say(ana, 'Hello');
  await expect(tick(ana, 'Hello', 'Sent')).toBeVisible();
  const line = await lineOf(ana);
  await expect(bubble(ana, 'Hello')).toBeVisible();
  await line.cut();
  await say(ana, 'Unsent');
  await expectUnsent(ana.page, 1);
  return { ana, ben, line, path: new URL(ana.page.url()).pathname };
}

/** The page opens, shows what the server has, and sends. */
async function expectWhole({ ana, ben, line }: Writer): Promise<void> {
  await expect(bubble(ana, 'Hello')).toBeVisible();
  await say(ana, 'It goes on');
  await line.mend();
  await expectSaid(ben, ana, 'It goes on');
  await expect(tick(ana, 'It goes on', 'Sent')).toBeVisible();
}

const lost = (page: Page) => page.getByRole('alert').filter({ hasText: 'not sent' });

/** Opens the account's database at this version, or the one it has, and damages it. */
const damage = (page: Page, how: 'rows' | 'stores' | 'version' | 'deletion') =>
  page.evaluate(async (how) => {
    const [{ name = '', version = 1 } = {}] = await indexedDB.databases();
    const ended = (request: IDBRequest | IDBTransaction) =>
      new Promise((resolve, reject) => {
        for (const event of ['success', 'complete']) request.addEventListener(event, resolve);
        request.addEventListener('error', () => reject(request.error!));
      });
    if (how === 'deletion') return void (await ended(indexedDB.deleteDatabase(name)));
    const request = indexedDB.open(name, how === 'rows' ? version : version + 998);
    request.addEventListener('upgradeneeded', () => {
      if (how !== 'stores') return;
      for (const store of request.result.objectStoreNames) request.result.deleteObjectStore(store);
    });
    await ended(request);
    const db = request.result;
    if (how === 'rows') {
      const tx = db.transaction([...db.objectStoreNames], 'readwrite');
      tx.objectStore('outbox').add({ clientId: 7, text: { evil: true } });
      tx.objectStore('conversations').put({ id: 'not an id', title: 4 });
      tx.objectStore('conversations').put({ id: 'f'.repeat(24), kind: 'cabal' });
      for (const id of await new Promise<string[]>((resolve) => {
        const keys = tx.objectStore('logs').getAllKeys();
        keys.addEventListener('success', () => resolve(keys.result as string[]));
      }))
        tx.objectStore('logs').put({ conversationId: id, messages: 'none', keptAt: 'now' });
      await ended(tx);
    }
    db.close();
  }, how);

/** Whether the browser would ask before it closes the page. */
const isWarned = (page: Page) =>
  page.evaluate(() => !window.dispatchEvent(new Event('beforeunload', { cancelable: true })));

for (const how of ['rows', 'version'] as const)
  test(`what is unsent outlives ${how === 'rows' ? 'rows of garbage' : 'a newer version'} beside it`, async ({
    signUp,
    befriend,
  }) => {
    const writer = await writeUnsent({ signUp, befriend });
    const { ana, ben, line, path } = writer;
    await awayFromApp(ana.page);
    await damage(ana.page, how);
    await line.mend();
    await visit(ana.page, path);
    await expectSaid(ben, ana, 'Unsent');
    await expectWhole(writer);
    await expect(lost(ana.page)).toHaveCount(0);
  });

for (const how of ['stores', 'deletion'] as const)
  test(`after the ${how === 'stores' ? 'loss of its stores' : 'deletion of its database'} the app opens, and says what was lost`, async ({
    signUp,
    befriend,
  }) => {
    const writer = await writeUnsent({ signUp, befriend });
    const { ana, line, path } = writer;
    await awayFromApp(ana.page);
    await damage(ana.page, how);
    await line.mend();
    await visit(ana.page, path);
    await expect(lost(ana.page)).toBeVisible();
    await expectWhole(writer);
    await expect(bubble(ana, 'Unsent')).toHaveCount(0);
    await ana.page.reload();
    await expect(bubble(ana, 'It goes on')).toBeVisible();
    await expect(lost(ana.page)).toHaveCount(0);
  });

test('what is unsent is kept again when its database is deleted under way', async ({
  signUp,
  befriend,
}) => {
  const { ana, ben, line, path } = await writeUnsent({ signUp, befriend });
  await damage(ana.page, 'deletion');
  await expectUnsent(ana.page, 1);
  await visit(ana.page, path);
  await expect(tick(ana, 'Unsent', 'Sending')).toBeVisible();
  await line.mend();
  await expectSaid(ben, ana, 'Unsent');
});

test('without room or without a database the page sends by itself, and warns of its end', async ({
  signUp,
  befriend,
  server,
}) => {
  const writer = await writeUnsent({ signUp, befriend });
  const { ana, ben, line, path } = writer;
  const devtools = await ana.context.newCDPSession(ana.page);
  await devtools.send('Storage.overrideQuotaForOrigin', { origin: server.url, quotaSize: 1 });
  await say(ana, 'No room');
  await expect(tick(ana, 'No room', 'Sending')).toBeVisible();
  await line.mend();
  await expectSaid(ben, ana, 'No room');
  await expectSaid(ben, ana, 'Unsent');
  await devtools.send('Storage.overrideQuotaForOrigin', { origin: server.url });

  await ana.context.addInitScript(() => {
    Object.defineProperty(window, 'indexedDB', {
      get() {
        throw new DOMException('not in this window', 'SecurityError');
      },
    });
  });
  await visit(ana.page, path);
  await expect(bubble(ana, 'No room')).toBeVisible();
  await line.cut();
  await say(ana, 'Only here');
  await expect(tick(ana, 'Only here', 'Sending')).toBeVisible();
  await expect.poll(() => isWarned(ana.page)).toBe(true);
  await line.mend();
  await expectSaid(ben, ana, 'Only here');
  await expect(tick(ana, 'Only here', 'Sent')).toBeVisible();
  await expect.poll(() => isWarned(ana.page)).toBe(false);
});

test('a database that does not answer for a time has lost nothing', async ({
  signUp,
  befriend,
}) => {
  const { ana, ben, line, path } = await writeUnsent({ signUp, befriend });
  await ana.context.addInitScript(() => {
    const open = IDBFactory.prototype.open;
    IDBFactory.prototype.open = function (...parameters) {
      if (!sessionStorage.getItem('hang')) return open.apply(this, parameters);
      const silent = { addEventListener() {}, removeEventListener() {} };
      return Object.assign(Object.create(IDBOpenDBRequest.prototype), silent) as IDBOpenDBRequest;
    };
  });
  await ana.page.evaluate(() => sessionStorage.setItem('hang', 'yes'));
  await visit(ana.page, path);
  await say(ana, 'Meanwhile');
  await expect.poll(() => isWarned(ana.page)).toBe(true);
  await line.mend();
  await expectSaid(ben, ana, 'Meanwhile');
  await expect(lost(ana.page)).toHaveCount(0);
  await ana.page.evaluate(() => sessionStorage.removeItem('hang'));
  await visit(ana.page, path);
  await expectSaid(ben, ana, 'Unsent');
  await expect(lost(ana.page)).toHaveCount(0);
});

test('what the outbox has does not stand in the composer too', async ({ signUp, befriend }) => {
  const { ana, path } = await writeUnsent({ signUp, befriend });
  // As after a crash between the two.
  await ana.page.evaluate(async (chatId) => {
    const [account] = await indexedDB.databases();
    const accountId = account!.name!.replace('gatherly-', '');
    localStorage.setItem(`gatherly:draft:${accountId}:${chatId}`, 'Unsent');
  }, path.split('/').at(-1));
  await ana.page.reload();
  await expect(tick(ana, 'Unsent', 'Sending')).toBeVisible();
  await expect(composer(ana)).toHaveValue('');
});

test('an account has one database, named by its id', async ({ signUp }) => {
  const ana = await signUp('Ana Prado');
  await expect
    .poll(() => databases(ana.page))
    .toEqual([expect.stringMatching(/^gatherly-[0-9a-f]{24}$/)]);
});
