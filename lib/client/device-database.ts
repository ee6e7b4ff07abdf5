import type { Account } from '#lib/contract/records.ts';
import { pagesCachePrefix } from '#lib/contract/worker.ts';
import {
  createDeviceConnection,
  patienceMs,
  storeNames,
  type Database,
} from './device-connection.ts';
import { databaseNameOf } from './device-name.ts';
import type { DeviceStore } from './device-store.ts';
import type * as parsers from './kept-rows.ts';
import { inListOrder, rowsIn, type RawRow } from './kept-order.ts';
import { createUnsentMarks } from './unsent-marks.ts';
import type { Kept } from './types.ts';
import { within } from './within.ts';

const mostLogs = 30;
const parsedAtOnce = 50;

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

/**
 * What this browser keeps of the account, in IndexedDB. Rows are written as they came and parsed when they
 * are read: what is on disk is not to be trusted.
 */
export function createDeviceDatabase(accountId: string): DeviceStore {
  const connection = createDeviceConnection(databaseNameOf(accountId));
  const { run } = connection;
  const marks = createUnsentMarks(accountId);
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
      if (isKept && !connection.isDestroyed()) marks.add(entry.clientId);
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
      await connection.destroy();
      marks.clear();
    },
    onGone: connection.onGone,
    close: connection.close,
  };
}

/** What the service worker keeps for the next start. */
async function forgetPages(): Promise<void> {
  if (!('caches' in window)) return;
  const names = (await caches.keys()).filter((name) => name.startsWith(pagesCachePrefix));
  await Promise.all(names.map((name) => caches.delete(name)));
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
