import type { Page, WebSocketRoute } from 'playwright/test';
import { expect, visit, type Guest } from './people.ts';

/** A browser's way to the server's data. Pages themselves still come, as from a service worker. */
export interface Line {
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** From now on nothing comes back, answers or news; resolves when the first answer got lost. */
  swallowAnswers(): Promise<void>;
}

/** Puts a line between a browser and the server. Pages that are open are loaded anew. */
export async function lineOf({ context, page }: Guest): Promise<Line> {
  let isUp = true;
  let swallow: (() => void) | null = null;
  let setReady = () => {};
  const ready = new Promise<void>((resolve) => (setReady = resolve));
  const open = new Set<WebSocketRoute>();
  await context.routeWebSocket(/\/socket\.io\//, (socket) => {
    if (!isUp) return void socket.close();
    open.add(socket);
    const server = socket.connectToServer();
    server.onMessage((packet) => {
      const text = packet.toString();
      // Pings go on: the connection looks alive.
      if (swallow && text.startsWith('4')) return text.startsWith('43') ? swallow() : undefined;
      socket.send(packet);
      if (text.startsWith('42["ready"')) setReady();
    });
  });
  await context.route(/\/(api\/v1|socket\.io)\//, (route) =>
    isUp && !swallow ? route.continue() : route.abort('internetdisconnected'),
  );
  await page.reload();
  await ready;
  return {
    async cut() {
      isUp = false;
      await Promise.all([...open].map((socket) => socket.close()));
      open.clear();
    },
    async mend() {
      isUp = true;
      swallow = null;
      // As a device does that finds its network again: no page waits for its next try.
      const tell = () => void window.dispatchEvent(new Event('online'));
      await Promise.all(context.pages().map((page) => page.evaluate(tell)));
    },
    swallowAnswers: () => new Promise<void>((resolve) => (swallow = resolve)),
  };
}

/** The tab dies: none of its code runs any more. */
export async function crash({ page }: Guest): Promise<void> {
  const crashed = page.waitForEvent('crash');
  await page.goto('chrome://crash').catch(() => undefined);
  await crashed;
  await page.close();
}

/** Another tab of the same person. */
export async function openTab(guest: Guest, path: string): Promise<Guest> {
  const page = await guest.context.newPage();
  await visit(page, path);
  return { ...guest, page };
}

/** A page of the same origin that keeps nothing in the browser. */
export const awayFromApp = (page: Page) => page.goto('/api-docs');

export const databases = (page: Page): Promise<string[]> =>
  page.evaluate(async () =>
    (await indexedDB.databases()).map(({ name }) => name ?? '').filter((name) => name !== ''),
  );

/** What a store of the account's database holds; an empty list if there is none. */
export const rowsIn = (page: Page, store: string): Promise<Record<string, unknown>[]> =>
  page.evaluate(async (store) => {
    const [found] = await indexedDB.databases();
    if (!found?.name) return [];
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(found.name!);
      request.addEventListener('success', () => resolve(request.result));
      request.addEventListener('error', () => reject(request.error!));
    });
    try {
      if (!db.objectStoreNames.contains(store)) return [];
      return await new Promise((resolve, reject) => {
        const request = db.transaction(store).objectStore(store).getAll();
        request.addEventListener('success', () => resolve(request.result as []));
        request.addEventListener('error', () => reject(request.error!));
      });
    } finally {
      db.close();
    }
  }, store);

/** Waits until so many messages are on disk. */
export const expectUnsent = (page: Page, count: number) =>
  expect.poll(async () => (await rowsIn(page, 'outbox')).length).toBe(count);
