import type { CDPSession, Page } from 'playwright/test';
import type { Conversation } from '#lib/contract/records.ts';
import { notificationsLock } from '#lib/contract/worker.ts';
import { pushSettings } from '../push/devices.ts';
import { PushService, type BrowserSubscription } from '../push/push-service.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { awayFromApp, expectUnsent } from './line.ts';
import {
  bubble,
  composer,
  expect,
  expectSaid,
  row,
  tell,
  test as base,
  type Guest,
  type People,
  visit,
  still,
} from './people.ts';
import { expectWorker } from './worker.ts';

// Several people, servers and pages in each.
base.slow();
base.use(still);

const test = base.extend<{ pushService: PushService }>({
  // oxlint-disable-next-line no-empty-pattern
  pushService: async ({}, use) => {
    const service = await PushService.start();
    await use(service);
    service.stop();
    expect(service.strange).toEqual([]);
  },
  // oxlint-disable-next-line no-empty-pattern
  server: async ({}, use) => {
    const server = await startServer(pushSettings);
    await use(server);
    await server.stop();
  },
});

interface Device {
  guest: Guest;
  subscription(): BrowserSubscription;
  /** Hands the worker what has come for it, as the browser would from its push service. */
  deliver(payload: object): Promise<void>;
}

/** A browser whose push service is the test's. */
async function deviceOf(guest: Guest, service: PushService, origin: string): Promise<Device> {
  const { context } = guest;
  let subscription: BrowserSubscription | undefined;
  await context.grantPermissions(['notifications'], { origin });
  await context.exposeFunction('subscribeAtTest', (publicKey: string) => {
    subscription = service.subscribe(publicKey);
    return subscription.json;
  });
  await context.addInitScript(() => {
    type Subscribe = (publicKey: unknown) => Promise<object>;
    const stub = (json: object, publicKey: string) => ({
      toJSON: () => json,
      unsubscribe: async () => localStorage.removeItem('test-push') === undefined,
      options: {
        applicationServerKey: Uint8Array.from(
          atob(publicKey.replaceAll('-', '+').replaceAll('_', '/')),
          (letter) => letter.charCodeAt(0),
        ).buffer,
      },
    });
    Object.assign(PushManager.prototype, {
      async getSubscription() {
        const kept = localStorage.getItem('test-push');
        if (kept === null) return null;
        const { json, publicKey } = JSON.parse(kept) as { json: object; publicKey: string };
        return stub(json, publicKey);
      },
      async subscribe({ applicationServerKey }: { applicationServerKey: string }) {
        const ask = (window as unknown as { subscribeAtTest: Subscribe }).subscribeAtTest;
        const json = await ask(applicationServerKey);
        const publicKey = applicationServerKey;
        localStorage.setItem('test-push', JSON.stringify({ json, publicKey }));
        return stub(json, publicKey);
      },
    });
  });
  await guest.page.reload();
  await expectWorker(guest.page);
  const devtools = await context.newCDPSession(guest.page);
  const registrationId = await registrationOf(devtools);
  return {
    guest,
    subscription() {
      if (!subscription) throw new Error('this device has not subscribed');
      return subscription;
    },
    deliver: (payload) =>
      devtools
        .send('ServiceWorker.deliverPushMessage', {
          origin,
          registrationId,
          data: JSON.stringify(payload),
        })
        .then(() => undefined),
  };
}

const registrationOf = (devtools: CDPSession) =>
  new Promise<string>((resolve, reject) => {
    devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const [first] = registrations;
      if (first) resolve(first.registrationId);
    });
    devtools.send('ServiceWorker.enable').catch(reject);
  });

interface Seen {
  title: string;
  body: string;
  tag: string;
  actions: string[];
}

const shown = (page: Page): Promise<Seen[]> =>
  page.evaluate(async (lock) => {
    const registration = await navigator.serviceWorker.ready;
    const ask = () => registration.getNotifications();
    const notifications = await navigator.locks.request(lock, ask);
    return notifications.map((notification) => {
      const { title, body, tag } = notification;
      const { actions } = notification as Notification & { actions: { action: string }[] };
      return { title, body, tag, actions: actions.map(({ action }) => action) };
    });
  }, notificationsLock);

/** Has a page ask, in its turn, for all that is shown, until it is left. */
const askAlways = (page: Page) =>
  page.evaluate(async (lock) => {
    const registration = await navigator.serviceWorker.ready;
    const ask = () => registration.getNotifications();
    const askAgain = () => void navigator.locks.request(lock, ask).then(askAgain);
    askAgain();
  }, notificationsLock);

/** Has a page keep its turn with what is shown, until it is told to end it. */
async function keepTurn(page: Page): Promise<() => Promise<void>> {
  const turn = await page.evaluateHandle(async (lock) => {
    const turn = { end: () => {} };
    const kept = new Promise<void>((resolve) => (turn.end = resolve));
    await new Promise<void>((begin) => {
      void navigator.locks.request(lock, () => {
        begin();
        return kept;
      });
    });
    return turn;
  }, notificationsLock);
  return () => turn.evaluate(({ end }) => end());
}

/** A press on what is shown, or on one of its actions. */
async function press({ context }: Guest, action = '', reply?: string): Promise<void> {
  const [worker] = context.serviceWorkers();
  await worker!.evaluate(
    async ([action, reply]) => {
      const { registration, NotificationEvent } = self as unknown as {
        registration: ServiceWorkerRegistration;
        NotificationEvent: new (type: string, init: object) => Event;
      };
      const [notification] = await registration.getNotifications();
      const event = new NotificationEvent('notificationclick', { notification, action });
      Object.defineProperty(event, 'waitUntil', { value: () => undefined });
      if (reply) Object.defineProperty(event, 'reply', { value: reply });
      self.dispatchEvent(event);
    },
    [action, reply] as const,
  );
}

async function turnOn({ guest: { page } }: Device): Promise<void> {
  const offer = page.getByRole('region', { name: 'Turn on notifications' });
  await visit(page, '/settings/notifications');
  await page.getByRole('switch', { name: 'Notify me of messages' }).click();
  await expect(page.getByRole('switch', { name: 'Notify me of messages' })).toBeChecked();
  await expect(offer).toHaveCount(0);
}

/** Ana, to whom Ben has written before, has notifications on. */
async function begin({
  signUp,
  befriend,
  server,
  pushService,
}: People & { server: TestServer; pushService: PushService }) {
  const [ana, ben] = [await signUp('Ana Prado', { worker: true }), await befriend('Ben Okafor')];
  await tell(ben, ana, 'Before');
  const device = await deviceOf(ana, pushService, server.url);
  await turnOn(device);
  return { ana, ben, device };
}

test('from the switch to a message, an answer and a click', async ({
  signUp,
  befriend,
  server,
  pushService,
}) => {
  const { ana, ben, device } = await begin({ signUp, befriend, server, pushService });

  await ana.page.getByRole('button', { name: 'Send me a test' }).click();
  await device.deliver(await device.subscription().heard('test'));
  await expect
    .poll(() => shown(ana.page))
    .toEqual([expect.objectContaining({ title: 'Notifications work' })]);
  await ana.page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    for (const one of await registration.getNotifications()) one.close();
  });

  // Nobody looks: the application is closed.
  await awayFromApp(ana.page);
  await tell(ben, ana, 'Are you there?');
  const told = await device
    .subscription()
    .heard('message', ({ message }) => message.text === 'Are you there?', 30_000);
  // A page that is frozen in its turn holds up nothing for long.
  const endTurn = await keepTurn(ana.page);
  await device.deliver(told);
  const chat = `/conversations/${told.conversation.id}`;
  const delivered = async () => {
    const { conversation } = (await ben.wire.done('GET', chat)) as { conversation: Conversation };
    return conversation.receipts?.deliveredSeq;
  };
  await expect.poll(delivered, { timeout: 60_000 }).toBe(told.message.seq);
  await endTurn();
  await expect
    .poll(() => shown(ana.page))
    .toEqual([
      {
        title: 'Ben Okafor',
        body: expect.stringMatching(/^Are you there\?/),
        tag: `chat:${told.conversation.id}`,
        actions: ['reply', 'read'],
      },
    ]);

  await press(ana, 'reply', 'On my way');
  await expectSaid(ben, ana, 'On my way');
  await expect.poll(() => shown(ana.page)).toEqual([]);

  // An answer that the server does not hear waits for the next page.
  await device.deliver(told);
  await expect.poll(() => shown(ana.page)).toHaveLength(1);
  process.kill(server.pid, 'SIGSTOP');
  await press(ana, 'reply', 'From the tunnel');
  // The worker itself waits ten seconds for the server.
  await expect
    .poll(() => shown(ana.page), { timeout: 60_000 })
    .toEqual([
      expect.objectContaining({ body: expect.stringMatching(/^Not sent yet.*\nFrom the/) }),
    ]);
  process.kill(server.pid, 'SIGCONT');
  await expectUnsent(ana.page, 1);

  // Open in the background, at another place: a press leads to the chat.
  const page = await ana.context.newPage();
  await visit(page, '/settings');
  await expectSaid(ben, ana, 'From the tunnel');
  // Whoever answers has read: what was shown is gone.
  await expect.poll(() => shown(page)).toEqual([]);
  await device.deliver({ ...told, message: { ...told.message, seq: told.message.seq + 50 } });
  await expect.poll(() => shown(page)).toHaveLength(1);
  await press(ana);
  await page.waitForURL(`**/chats/${told.conversation.id}`);
  await expect(bubble({ ...ana, page }, 'Are you there?')).toBeVisible();
});

test('what is read elsewhere goes, what is hidden stays hidden, in the language of the person', async ({
  signUp,
  befriend,
  server,
  pushService,
}) => {
  const { ana, ben, device } = await begin({ signUp, befriend, server, pushService });
  await ana.page.getByRole('switch', { name: 'Show message text' }).click();
  await expect(ana.page.getByRole('switch', { name: 'Show message text' })).not.toBeChecked();
  await visit(ana.page, '/settings/language');
  await ana.page.getByRole('radio', { name: 'Deutsch' }).click();
  await expect(ana.page.getByRole('heading', { name: 'Sprache' }).first()).toBeVisible();
  await visit(ana.page, '/settings/notifications');
  await expect(ana.page.getByRole('switch', { name: 'Ton' })).toBeVisible();

  await awayFromApp(ana.page);
  await tell(ben, ana, 'A secret');
  const told = await device.subscription().heard('message', () => true, 30_000);
  expect(told.message.text).toBeNull();
  await device.deliver(told);
  await expect
    .poll(() => shown(ana.page))
    .toEqual([
      expect.objectContaining({
        title: 'Ben Okafor',
        body: expect.stringMatching(/neue Nachricht/i),
      }),
    ]);

  // What comes while a page asks for all that is shown stays, to be pressed.
  await askAlways(ana.page);
  const others = Array.from({ length: 8 }, (_, at) => ({
    ...told,
    conversation: { ...told.conversation, id: `${told.conversation.id.slice(0, -2)}-${at}` },
  }));
  for (const [at, other] of others.entries()) {
    await device.deliver(other);
    await expect.poll(() => shown(ana.page)).toHaveLength(at + 2);
  }
  await awayFromApp(ana.page);
  for (const { conversation, message } of others)
    await device.deliver({ kind: 'clear', conversationId: conversation.id, seq: message.seq });
  await expect.poll(() => shown(ana.page)).toHaveLength(1);

  await device.deliver({
    kind: 'clear',
    conversationId: told.conversation.id,
    seq: told.message.seq,
  });
  await expect.poll(() => shown(ana.page)).toEqual([]);

  // A page in which it is read takes it away as well, without the server's help.
  await device.deliver(told);
  await expect.poll(() => shown(ana.page)).toHaveLength(1);
  const page = await ana.context.newPage();
  await page.goto(`/chats/${told.conversation.id}`);
  await expect(bubble({ ...ana, page }, 'A secret')).toBeVisible();
  await expect.poll(() => shown(page)).toEqual([]);

  // Signing out ends it, and takes what is shown along.
  await device.deliver({ ...told, message: { ...told.message, seq: told.message.seq + 1 } });
  await expect.poll(() => shown(page)).toHaveLength(1);
  await visit(page, '/chats');
  await page.getByRole('button', { name: 'Mehr' }).click();
  await page.getByRole('menuitem', { name: 'Abmelden' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Abmelden' }).click();
  await page.waitForURL('**/sign-in**');
  await expect.poll(() => shown(page)).toEqual([]);
  expect(await page.evaluate(() => localStorage.getItem('test-push'))).toBeNull();
});

test('a page that looks elsewhere says it itself', async ({ signUp, befriend }) => {
  const [ana, ben] = [await signUp('Ana Prado'), await befriend('Ben Okafor')];
  await tell(ben, ana, 'Look here');
  const notice = ana.page
    .getByRole('listitem')
    .filter({ hasText: 'Look here' })
    .filter({
      has: ana.page.getByRole('button', { name: 'Open' }),
    });
  await expect(notice).toBeVisible();
  await notice.getByRole('button', { name: 'Open' }).click();
  await expect(bubble(ana, 'Look here')).toBeVisible();
  await tell(ben, ana, 'And here');
  await expect(bubble(ana, 'And here')).toBeVisible();
  const open = ana.page.getByRole('button', { name: 'Open', exact: true });
  await expect(open).toHaveCount(0);
  await expect(row(ana, /Ben Okafor/)).toBeVisible();

  // On a phone the list says it, and needs no other to say it too; who hears the page is told it.
  await ana.page.setViewportSize({ width: 360, height: 740 });
  await ana.page.goBack();
  await expect(composer(ana)).toBeHidden();
  await tell(ben, ana, 'In the list');
  await expect(row(ana, /Ben Okafor/)).toContainText('In the list');
  const announced = ana.page.locator('[aria-live=polite] p', { hasText: 'In the list' });
  await expect(announced).toHaveText(/Ben Okafor.*: In the list/);
  await ana.page.getByRole('link', { name: 'People' }).click();
  await tell(await befriend('Cleo Diaz'), ana, 'Beside the list');
  const notices = ana.page.getByRole('listitem').filter({ has: open });
  await expect(notices).toHaveText(/Beside the list/);
});
