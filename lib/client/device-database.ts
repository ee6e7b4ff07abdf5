import { deleteDB, openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Account } from '#lib/contract/records.ts';
import { pagesCachePrefix } from '#lib/contract/worker.ts';
import { databaseNameOf } from './device-name.ts';
import type { DeviceStore } from './device-store.ts';
import type * as parsers from './kept-rows.ts';
import { inListOrder, rowsIn, type RawRow } from './kept-order.ts';
import { createUnsentMarks } from './unsent-marks.ts';
import type { Kept } from './types.ts';
import { within } from './within.ts';

// Rows are written as they came and parsed when they are read: what is on disk is not to be trusted.
interface Schema extends DBSchema {
  account: { key: string; value: object };
  outbox: { key: number; value: object; indexes: { clientId: string } };
  conversations: { key: string; value: object };
  logs: { key: string; value: object; indexes: { keptAt: number } };
}
type Database = IDBPDatabase<Schema>;

const version = 2;
const storeNames = ['account', 'outbox', 'conversations', 'logs'] as const;
const mostLogs = 30;
const patienceMs = 3000;
const parsedAtOnce = 50;
/** After somebody has deleted it: a tab that signs out tells the others, who then delete it too. */
const pauseMs = 1000;

type Parsers = typeof parsers;
/** How rows are parsed. Not part of a page's first load, and there without the network as all of a build is. */
const loadParsers = (): Promise<Parsers> => import('./kept-rows.ts');

const accountIn = (databaseName: string): string | undefined =>
  /^gatherly-([0-9a-f]{24})$/.exec(databaseName)?.[1];

/**
 * Of accounts that were signed in here before and never signed out, only what is unsent stays: for
 * their next sign-in. Their conversations are nothing to whoever uses this browser now.
 */
export async function forgetOtherAccounts(accountId: string): Promise<void> {
  for (const name of await databaseNames()) {
    const otherId = accountIn(name);
    if (otherId === undefined || otherId === accountId) continue;
    const other = createDeviceDatabase(otherId);
    const unsent = await other.readUnsent();
    if (unsent) await other.forget(unsent.entries.length > 0 ? 'copy' : 'everything');
    other.close();
  }
}

/** Whose conversations this browser keeps: who was signed in here last and has not signed out. */
export async function lastAccount(): Promise<Account | null> {
  for (const name of await databaseNames()) {
    const accountId = accountIn(name);
    if (accountId === undefined) continue;
    const device = createDeviceDatabase(accountId);
    const account = await device.readAccount();
    device.close();
    if (account?.id === accountId) return account;
  }
  return null;
}

async function databaseNames(): Promise<string[]> {
  try {
    return (await indexedDB.databases()).map(({ name }) => name ?? '');
  } catch {
    return [];
  }
}

/** The account's database in IndexedDB, opened when it is first needed. */
export function createDeviceDatabase(accountId: string): DeviceStore {
  const name = databaseNameOf(accountId);
  const marks = createUnsentMarks(accountId);
  let opening: Promise<Database | null> | null = null;
  /** What `opening` has come to: whoever leaves the page has no time to wait for it. */
  let opened: Database | null = null;
  let pause = Promise.resolve();
  let isForgotten = false;
  let isMended = false;
  const goneListeners: (() => void)[] = [];
  const tellGone = () => goneListeners.forEach((listener) => listener());

  function database(): Promise<Database | null> {
    if (isForgotten) return Promise.resolve(null);
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

  /** Once more after a connection that was closed under way. Full is full: the caller decides. */
  async function run<T>(work: (db: Database) => Promise<T>, otherwise: T): Promise<T> {
    let failure: unknown;
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const asked = opened ? null : database();
      const used = opening;
      const db = opened ?? (await asked);
      if (!db || isForgotten) return otherwise;
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
    if (isMended || isForgotten) return;
    isMended = true;
    await within(patienceMs, deleteDB(name)).catch(() => undefined);
    tellGone();
  }

  const readRows = (store: 'outbox' | 'conversations') =>
    run((db) => rowsIn(db, store), null).catch(() => null);

  /** Rows that do not fit are thrown away: nobody could ever use them. */
  async function parseRows<T>(
    store: 'outbox' | 'conversations',
    rows: RawRow[],
    parse: (row: unknown) => T | null,
  ): Promise<T[]> {
    const parsed = rows.map(([, row]) => parse(row));
    const bad = rows.filter((_, index) => parsed[index] === null).map(([key]) => key);
    if (bad.length > 0) await drop(store, bad);
    return parsed.filter((row) => row !== null);
  }

  const drop = (store: 'outbox' | 'conversations', keys: IDBValidKey[]) =>
    run(async (db) => {
      const tx = db.transaction(store, 'readwrite');
      await Promise.all([...keys.map((key) => tx.store.delete(IDBKeyRange.only(key))), tx.done]);
    }, undefined).catch(() => undefined);

  async function parsed<T>(
    row: object,
    parserIn: (parsers: Parsers) => (row: unknown) => T | null,
  ) {
    // Parsers that cannot be had are like rows that do not fit.
    const parsers = await loadParsers().catch(() => null);
    return parsers && parserIn(parsers)(row);
  }

  const clear = (names: readonly (typeof storeNames)[number][]) =>
    run(async (db) => {
      const tx = db.transaction(names, 'readwrite');
      await Promise.all([...names.map((store) => tx.objectStore(store).clear()), tx.done]);
    }, undefined).catch(() => undefined);

  const clearCopy = () => clear(['conversations', 'logs']);

  return {
    async readUnsent() {
      const before = marks.read();
      const rows = await readRows('outbox');
      const parsers = rows && rows.length > 0 ? await loadParsers().catch(() => null) : null;
      if (rows === null || (rows.length > 0 && !parsers)) return null;
      const entries = parsers ? await parseRows('outbox', rows, parsers.unsentOf) : [];
      // Another tab takes the mark away before the message.
      const after = marks.read();
      const lost = [...before]
        .filter((clientId) => after.has(clientId))
        .filter((clientId) => !entries.some((entry) => entry.clientId === clientId));
      lost.forEach(marks.remove);
      return { entries, lost };
    },
    async addUnsent(entry) {
      const add = () => run((db) => addRow(db, entry), false);
      const isKept = await add().catch(async () => {
        // What is written is worth more than what can be fetched again.
        await clearCopy();
        return add().catch(() => false);
      });
      if (isKept && !isForgotten) marks.add(entry.clientId);
      return isKept;
    },
    async changeUnsent(entry) {
      await run(
        (db) =>
          withRow(db, entry.clientId, async (store, key) => {
            await store.put({ ...entry, order: key });
          }),
        undefined,
      ).catch(() => undefined);
    },
    async removeUnsent(clientId) {
      marks.remove(clientId);
      await run((db) => withRow(db, clientId, (store, key) => store.delete(key)), undefined).catch(
        () => undefined,
      );
    },
    async readAccount() {
      const row = await run((db) => db.get('account', accountId), undefined).catch(() => null);
      return row ? parsed(row, ({ accountOf }) => accountOf) : null;
    },
    async readConversations(first, take) {
      const rows = inListOrder((await readRows('conversations')) ?? [], first);
      const parsers = rows.length > 0 ? await loadParsers().catch(() => null) : null;
      if (!parsers) return;
      for (let at = 0; at < rows.length; at += parsedAtOnce) {
        const part = rows.slice(at, at + parsedAtOnce);
        take(await parseRows('conversations', part, parsers.conversationOf));
        // The page draws, and hears what people do.
        await new Promise((resolve) => setTimeout(resolve));
      }
    },
    async readLog(conversationId) {
      const row = await run((db) => db.get('logs', conversationId), undefined).catch(() => null);
      return row ? parsed(row, ({ keptLogOf }) => keptLogOf) : null;
    },
    async saveCopy({ account, conversations, logs, gone }) {
      const save = async (db: Database) => {
        const tx = db.transaction(['account', 'conversations', 'logs'], 'readwrite');
        const [rowStore, logStore] = [tx.objectStore('conversations'), tx.objectStore('logs')];
        const requests = [
          account && tx.objectStore('account').put(account),
          ...conversations.map((row) => rowStore.put(row)),
          ...logs.map((log) => logStore.put(log)),
          ...gone.flatMap((id) => [rowStore.delete(id), logStore.delete(id)]),
        ];
        // The page may end before any of them is answered.
        tx.commit();
        await Promise.all([...requests, tx.done]);
      };
      try {
        await run(save, undefined);
        if (logs.length > 0) await run(trimLogs, undefined);
      } catch {
        await clearCopy();
      }
    },
    countKept: () =>
      run<Kept | null>(async (db) => {
        const tx = db.transaction(storeNames, 'readonly');
        const counted = Promise.all([
          tx.objectStore('conversations').count(),
          countMessages(tx.objectStore('logs')),
          tx.objectStore('outbox').count(),
        ]);
        const [[conversations, messages, unsent]] = await Promise.all([counted, tx.done]);
        return { conversations, messages, unsent };
      }, null).catch(() => null),
    async forget(what) {
      await within(patienceMs, forgetPages()).catch(() => undefined);
      if (what === 'copy') return clear(['account', 'conversations', 'logs']);
      marks.clear();
      // Emptied first: another tab can hold the deletion up.
      await within(patienceMs, clear(storeNames)).catch(() => undefined);
      const last = opening;
      isForgotten = true;
      letGo();
      void last?.then((db) => db?.close());
      await within(patienceMs, deleteDB(name)).catch(() => undefined);
      marks.clear();
    },
    onGone: (listener) => void goneListeners.push(listener),
    close() {
      void opening?.then((db) => db?.close());
      letGo();
    },
  };
}

/** What the service worker keeps for the next start. */
async function forgetPages(): Promise<void> {
  if (!('caches' in window)) return;
  const names = (await caches.keys()).filter((name) => name.startsWith(pagesCachePrefix));
  await Promise.all(names.map((name) => caches.delete(name)));
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

async function addRow(db: Database, entry: { clientId: string }): Promise<boolean> {
  // Strict: a crash of the whole computer must not take it either.
  const tx = db.transaction('outbox', 'readwrite', { durability: 'strict' });
  const add = async () => {
    const isThere = await tx.store.index('clientId').getKey(entry.clientId);
    if (isThere === undefined) await tx.store.add(entry);
  };
  await Promise.all([add(), tx.done]);
  return true;
}

async function trimLogs(db: Database): Promise<void> {
  const tx = db.transaction('logs', 'readwrite');
  const trim = async () => {
    const excess = (await tx.store.count()) - mostLogs;
    if (excess <= 0) return;
    const oldest = await tx.store.index('keptAt').getAllKeys(null, excess);
    await Promise.all(oldest.map((key) => tx.store.delete(key)));
  };
  await Promise.all([trim(), tx.done]);
}

interface LogCursor {
  value: object;
  continue(): Promise<LogCursor | null>;
}

/** One log after the other: all of them at once may be a lot of memory. */
async function countMessages(logs: { openCursor(): Promise<LogCursor | null> }): Promise<number> {
  let count = 0;
  for (let cursor = await logs.openCursor(); cursor; cursor = await cursor.continue()) {
    const { messages } = cursor.value as { messages?: unknown };
    if (Array.isArray(messages)) count += messages.length;
  }
  return count;
}

type Outbox = ReturnType<typeof outboxOf>['store'];
const outboxOf = (db: Database) => db.transaction('outbox', 'readwrite');

async function withRow(
  db: Database,
  clientId: string,
  change: (store: Outbox, key: number) => Promise<void>,
): Promise<void> {
  const tx = outboxOf(db);
  const find = async () => {
    const key = await tx.store.index('clientId').getKey(clientId);
    if (key !== undefined) await change(tx.store, key);
  };
  await Promise.all([find(), tx.done]);
}

const isNamed = (error: unknown, name: string) => error instanceof Error && error.name === name;
/** Its stores are not as they should be. */
const isBroken = (error: unknown) =>
  ['NotFoundError', 'DataError', 'ConstraintError', 'InvalidAccessError'].some((name) =>
    isNamed(error, name),
  );
