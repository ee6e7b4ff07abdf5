import type { DeviceStore } from './device-store.ts';
import { databaseNameOf } from './device-name.ts';
import { createUnsentMarks } from './unsent-marks.ts';

/**
 * The account's store on this device, whose code a page without anything kept needs only once there is
 * something to keep. Without that code it is a browser that keeps nothing.
 * @param shown resolves when the page has what it was opened for: a copy is not made before that
 */
export function createLateDevice(accountId: string, shown: () => Promise<unknown>): DeviceStore {
  const listeners: (() => void)[] = [];
  const marks = createUnsentMarks(accountId);
  let opened: Promise<DeviceStore> | null = null;

  const open = () => (opened ??= load());
  async function load(): Promise<DeviceStore> {
    try {
      const { createDeviceDatabase } = await import('./device-database.ts');
      const device = createDeviceDatabase(accountId);
      listeners.forEach(device.onGone);
      return device;
    } catch (error) {
      // Asked for again the next time.
      opened = null;
      throw error;
    }
  }

  async function withKept<T>(read: (device: DeviceStore) => Promise<T>, empty: T): Promise<T> {
    if (!opened && !(await isThere(databaseNameOf(accountId)))) return empty;
    return read(await open());
  }

  return {
    async readUnsent() {
      const read = (device: DeviceStore) => device.readUnsent();
      // Of what is marked and not there it is told as well.
      if (marks.read().size > 0) return open().then(read, () => null);
      return withKept(read, { entries: [], lost: [] }).catch(() => null);
    },
    addUnsent: (entry) =>
      open().then(
        (device) => device.addUnsent(entry),
        () => false,
      ),
    changeUnsent: (entry) => open().then((device) => device.changeUnsent(entry), nothing),
    removeUnsent: (clientId) => open().then((device) => device.removeUnsent(clientId), nothing),
    readAccount: () => withKept((device) => device.readAccount(), null).catch(() => null),
    readConversations: (first, take) =>
      withKept((device) => device.readConversations(first, take), undefined).catch(nothing),
    readLog: (id) => withKept((device) => device.readLog(id), null).catch(() => null),
    saveCopy: (changes) =>
      shown()
        .then(open)
        .then((device) => device.saveCopy(changes), nothing),
    countKept: () =>
      withKept((device) => device.countKept(), { conversations: 0, messages: 0, unsent: 0 }).catch(
        () => null,
      ),
    forget: (what) => open().then((device) => device.forget(what), nothing),
    onGone(listener) {
      listeners.push(listener);
      void opened?.then((device) => device.onGone(listener), nothing);
    },
    close: () => void opened?.then((device) => device.close(), nothing),
  };
}

const nothing = () => undefined;

/** Also if the browser does not tell. */
async function isThere(databaseName: string): Promise<boolean> {
  try {
    const databases = await indexedDB.databases();
    return databases.some(({ name }) => name === databaseName);
  } catch {
    return true;
  }
}
