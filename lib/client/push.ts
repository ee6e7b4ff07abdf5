import type { PushDevice } from '#lib/contract/records.ts';
import type { Output } from '#lib/contract/operations.ts';
import { withNotifications } from '#lib/contract/worker.ts';
import type { Call } from './api.ts';
import { withStorage } from './local-storage.ts';
import { workerRegistration } from './worker.ts';

/** Whether this device can be told of messages while no page is open. */
type PushSupport =
  | 'ok'
  /** The browser can not at all, or not without https. */
  | 'none'
  /** On iOS only what is on the home screen can. */
  | 'install-first'
  /** Whoever runs the server has not switched it on. */
  | 'server-off';

export interface PushState {
  support: PushSupport;
  permission: NotificationPermission;
  /** How the server has this device; null: it sends nothing here. */
  device: PushDevice | null;
}

export interface Push {
  read(): Promise<PushState>;
  /** Asks for the permission, so to be called by a press of a button. Rejects with a ClientError. */
  turnOn(): Promise<PushState>;
  turnOff(): Promise<PushState>;
  setPreviews(previews: boolean): Promise<PushState>;
  test(): Promise<Output<'testPush'>['outcome']>;
  /** Browsers renew subscriptions, and forget some: at each start the server is told what there is. */
  renew(): Promise<void>;
  /** Ends it in this browser, and takes away what it shows. The server's side ends with the session. */
  forget(): Promise<void>;
}

const wantedKey = (accountId: string) => `gatherly:push:${accountId}`;

export function createPush(accountId: string, call: Call): Push {
  const setWanted = (wanted: boolean) =>
    withStorage((storage) =>
      wanted
        ? storage.setItem(wantedKey(accountId), 'on')
        : storage.removeItem(wantedKey(accountId)),
    );
  const isWanted = () =>
    withStorage((storage) => storage.getItem(wantedKey(accountId)) === 'on') ?? false;

  const state = (device: PushDevice | null, support: PushSupport = 'ok'): PushState => ({
    support,
    permission: permissionHere(),
    device,
  });

  async function subscribe(publicKey: string): Promise<PushDevice | null> {
    const registration = await workerRegistration();
    if (!registration) return null;
    const json = (await subscriptionFor(registration, publicKey)).toJSON();
    const { endpoint = '', keys: { p256dh = '', auth = '' } = {} } = json;
    const { device } = await call('subscribePush', { endpoint, keys: { p256dh, auth } });
    return device;
  }

  async function unsubscribe(): Promise<void> {
    const registration = await workerRegistration();
    const subscription = await registration?.pushManager?.getSubscription();
    await subscription?.unsubscribe();
  }

  return {
    async read() {
      const support = supportHere();
      if (support !== 'ok') return state(null, support);
      const { publicKey, device } = await call('readPush', {});
      return publicKey === null ? state(null, 'server-off') : state(device);
    },
    async turnOn() {
      if ((await Notification.requestPermission()) !== 'granted') return state(null);
      const { publicKey } = await call('readPush', {});
      if (publicKey === null) return state(null, 'server-off');
      const device = await subscribe(publicKey);
      setWanted(device !== null);
      return state(device);
    },
    async turnOff() {
      setWanted(false);
      await call('unsubscribePush', {});
      await unsubscribe();
      return state(null);
    },
    setPreviews: async (previews) => state((await call('updatePush', { previews })).device),
    test: async () => (await call('testPush', {})).outcome,
    async renew() {
      if (!isWanted() || supportHere() !== 'ok' || permissionHere() !== 'granted') return;
      const { publicKey } = await call('readPush', {});
      if (publicKey !== null) await subscribe(publicKey);
    },
    async forget() {
      setWanted(false);
      // The page is left soon: one of these that has to wait is not to keep the others from being done.
      await Promise.all([
        closeShown(),
        (navigator as Partial<Navigator>).clearAppBadge?.(),
        unsubscribe(),
      ]);
    },
  };
}

const permissionHere = (): NotificationPermission =>
  typeof Notification === 'undefined' ? 'default' : Notification.permission;

function supportHere(): PushSupport {
  const canPush = typeof PushManager !== 'undefined' && 'serviceWorker' in navigator;
  if (canPush && typeof Notification !== 'undefined') return 'ok';
  return /iPhone|iPad|iPod/.test(navigator.userAgent) ? 'install-first' : 'none';
}

async function subscriptionFor(
  registration: ServiceWorkerRegistration,
  publicKey: string,
): Promise<PushSubscription> {
  const options = { userVisibleOnly: true, applicationServerKey: publicKey };
  const before = await registration.pushManager.getSubscription();
  if (before && isFor(before, publicKey)) return before;
  // Made for the keys of a server that has other ones now.
  await before?.unsubscribe();
  return registration.pushManager.subscribe(options);
}

function isFor({ options }: PushSubscription, publicKey: string): boolean {
  const key = new Uint8Array(options.applicationServerKey ?? new ArrayBuffer(0));
  const text = btoa(String.fromCharCode(...key));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '') === publicKey;
}

/** Takes away what is shown of conversations that have been read up to there. */
export async function closeRead(
  readSeqOf: (conversationId: string) => number | null,
): Promise<void> {
  if (permissionHere() !== 'granted') return;
  const registration = await workerRegistration();
  for (const notification of await shownBy(registration)) {
    const about = notification.data as { conversationId?: string; seq?: number } | null;
    const readSeq = about?.conversationId === undefined ? null : readSeqOf(about.conversationId);
    if (readSeq !== null && readSeq >= (about?.seq ?? 0)) notification.close();
  }
}

async function closeShown(): Promise<void> {
  for (const notification of await shownBy(await workerRegistration())) notification.close();
}

const shownBy = (registration: ServiceWorkerRegistration | null): Promise<Notification[]> =>
  registration?.getNotifications
    ? withNotifications(() => registration.getNotifications())
    : Promise.resolve([]);
