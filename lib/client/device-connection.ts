import { deleteDB, openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { within } from './within.ts';

// How a database that other tabs, people and browsers do things to is opened, used and, should it be broken,
// made anew. What is in it is device-database.ts's.

interface Schema extends DBSchema {
  account: { key: string; value: object };
  outbox: { key: number; value: object; indexes: { clientId: string } };
  conversations: { key: string; value: object };
  logs: { key: string; value: object; indexes: { keptAt: number } };
}
export type Database = IDBPDatabase<Schema>;

const version = 2;
export const storeNames = ['account', 'outbox', 'conversations', 'logs'] as const;
/** Nobody waits longer for what a browser keeps (ms). */
export const patienceMs = 3000;
/** After somebody has deleted it: a tab that signs out tells the others, who then delete it too. */
const pauseMs = 1000;

interface DeviceConnection {
  /**
   * What the work comes to, or `otherwise` where nothing can be kept. Tried once more after a connection that
   * was closed under way. @throws QuotaExceededError: full is full, the caller decides.
   */
  run<T>(work: (db: Database) => Promise<T>, otherwise: T): Promise<T>;
  /** Deletes the database: from now on nothing is kept. */
  destroy(): Promise<void>;
  isDestroyed(): boolean;
  /** Somebody else has deleted or replaced it, or it was broken and is empty now. */
  onGone(listener: () => void): void;
  close(): void;
}

/** A connection to the database of this name, made when it is first needed. */
export function createDeviceConnection(name: string): DeviceConnection {
  let opening: Promise<Database | null> | null = null;
  /** What `opening` has come to: whoever leaves the page has no time to wait for it. */
  let opened: Database | null = null;
  let pause = Promise.resolve();
  let isDestroyed = false;
  let isMended = false;
  const goneListeners: (() => void)[] = [];
  const tellGone = () => goneListeners.forEach((listener) => listener());

  function database(): Promise<Database | null> {
    if (isDestroyed) return Promise.resolve(null);
    if (!opening) {
      const mine = (opening = pause.then(open));
      void mine.then((db) => {
        if (opening === mine) opened = db;
      });
    }
    // Some browsers never answer: they keep nothing. One that is only slow serves whoever asks later.
    return within(pauseMs + patienceMs, opening).catch(() => null);
  }

  async function open(): Promise<Database | null> {
    const listeners = {
      blocking: (_now: number, _next: number | null, event: IDBVersionChangeEvent) => lose(event),
      terminated: () => lose(),
    };
    const attempt = () => openWhatIsThere(name, listeners);
    try {
      return await attempt();
    } catch (error) {
      // Some browsers refuse it in private windows: they keep nothing then.
      if (!isBroken(error) && !isNamed(error, 'UnknownError')) return null;
      // What cannot be opened helps nobody.
      await within(patienceMs, deleteDB(name)).catch(() => undefined);
      return attempt().catch(() => null);
    }
  }

  function letGo(): void {
    opening = null;
    opened = null;
  }

  function lose(event?: IDBVersionChangeEvent): void {
    (event?.target as IDBDatabase | null | undefined)?.close();
    letGo();
    pause = new Promise((resolve) => setTimeout(resolve, pauseMs));
    tellGone();
  }

  async function run<T>(work: (db: Database) => Promise<T>, otherwise: T): Promise<T> {
    let failure: unknown;
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const asked = opened ? null : database();
      const used = opening;
      const db = opened ?? (await asked);
      if (!db || isDestroyed) return otherwise;
      try {
        return await within(patienceMs, work(db));
      } catch (error) {
        if (isNamed(error, 'QuotaExceededError')) throw error;
        failure = error;
        db.close();
        if (opening === used) letGo();
      }
    }
    if (isBroken(failure)) await mend();
    return otherwise;
  }

  /** A database that opens and cannot be used is made anew, once. */
  async function mend(): Promise<void> {
    if (isMended || isDestroyed) return;
    isMended = true;
    await within(patienceMs, deleteDB(name)).catch(() => undefined);
    tellGone();
  }

  return {
    run,
    async destroy() {
      const last = opening;
      isDestroyed = true;
      letGo();
      void last?.then((db) => db?.close());
      await within(patienceMs, deleteDB(name)).catch(() => undefined);
    },
    isDestroyed: () => isDestroyed,
    onGone: (listener) => void goneListeners.push(listener),
    close() {
      void opening?.then((db) => db?.close());
      letGo();
    },
  };
}

type OpenListeners = Pick<NonNullable<Parameters<typeof openDB>[2]>, 'blocking' | 'terminated'>;

async function openWhatIsThere(name: string, listeners: OpenListeners): Promise<Database> {
  const db = await openDB<Schema>(name, version, { upgrade: createStores, ...listeners }).catch(
    (error: unknown) => {
      if (!isNamed(error, 'VersionError')) throw error;
      // A newer Gatherly was here: later versions only add to what is kept.
      return openDB<Schema>(name, undefined, listeners);
    },
  );
  if (storeNames.every((store) => db.objectStoreNames.contains(store))) return db;
  db.close();
  return openDB<Schema>(name, db.version + 1, { upgrade: createStores, ...listeners });
}

function createStores(db: Database): void {
  const has = db.objectStoreNames;
  if (!has.contains('account')) db.createObjectStore('account', { keyPath: 'id' });
  if (!has.contains('outbox'))
    db.createObjectStore('outbox', { keyPath: 'order', autoIncrement: true }).createIndex(
      'clientId',
      'clientId',
      { unique: true },
    );
  if (!has.contains('conversations')) db.createObjectStore('conversations', { keyPath: 'id' });
  if (!has.contains('logs'))
    db.createObjectStore('logs', { keyPath: 'conversationId' }).createIndex('keptAt', 'keptAt');
}

const isNamed = (error: unknown, name: string) => error instanceof Error && error.name === name;
/** Its stores are not as they should be. */
const isBroken = (error: unknown) =>
  ['NotFoundError', 'DataError', 'ConstraintError', 'InvalidAccessError'].some((name) =>
    isNamed(error, name),
  );
