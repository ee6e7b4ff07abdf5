import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createSocket, type SocketLink } from '#lib/client/socket.ts';
import type { Connection } from '#lib/client/types.ts';
import { watchWaking } from '#lib/client/waking.ts';
import { person, type Person } from '../support/people.ts';
import { sharedServer } from '../support/shared-server.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

// A page that slept, on a line that died meanwhile without a word: by itself it would notice when the
// server's next ping is overdue, which is after the time that a test may take.

const server = sharedServer();
let proxy: TcpProxy;
let ana: Person;
let link: SocketLink;
let statuses: Connection['status'][];
let page: EventTarget & { visibilityState: string };
let stopWatching: () => void;

beforeAll(async () => {
  proxy = await startTcpProxy({ host: '127.0.0.1', port: Number(new URL(server.url).port) });
  ana = await person(server.url);
});
afterAll(async () => {
  await proxy.shut();
});

beforeEach(async () => {
  page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  vi.stubGlobal('document', page);
  vi.stubGlobal('window', new EventTarget());
  statuses = [];
  link = createSocket({
    url: `http://127.0.0.1:${proxy.port}`,
    fetchToken: () => Promise.resolve(ana.token),
    onEvent: () => undefined,
    onStatus: (status) => statuses.push(status),
    onSignedOut: () => undefined,
    isToldVisible: () => true,
  });
  stopWatching = watchWaking(
    () => void link.check(),
    () => undefined,
  );
  link.open();
  await vi.waitUntil(() => statuses.at(-1) === 'online', { timeout: 30_000 });
});
afterEach(() => {
  stopWatching();
  link.close();
  vi.unstubAllGlobals();
});

const pageshow = (persisted: boolean) => Object.assign(new Event('pageshow'), { persisted });
const signs: [string, () => void][] = [
  ['in view again', () => void page.dispatchEvent(new Event('visibilitychange'))],
  ['out of the browser’s memory', () => void window.dispatchEvent(pageshow(true))],
  ['on a network again', () => void window.dispatchEvent(new Event('online'))],
];

const timesOnline = () => statuses.filter((status) => status === 'online').length;

test('a page that is in view again finds out that its connection is dead', async () => {
  proxy.silence();
  page.dispatchEvent(new Event('visibilitychange'));
  await vi.waitUntil(() => timesOnline() === 2, { timeout: 30_000 });
  expect(await link.command('setVisible', { visible: true })).toEqual({});
});

test.each(signs)('a page that is %s asks', (_, sign) => {
  const wake = vi.fn();
  const stop = watchWaking(wake, () => undefined);
  sign();
  expect(wake).toHaveBeenCalledOnce();
  stop();
});

test('a connection that is still there stays, however often it is asked for', async () => {
  await Promise.all([link.check(), link.check(), link.check()]);
  for (const [, wake] of signs) wake();
  await link.check();
  expect(statuses).toEqual(['connecting', 'online']);
});

test('a page that goes out of view, loses its network, or was loaded anew, asks nothing', async () => {
  const [wake, changed] = [vi.fn(), vi.fn()];
  const stop = watchWaking(wake, changed);
  window.dispatchEvent(new Event('offline'));
  expect(changed).toHaveBeenCalledOnce();
  page.visibilityState = 'hidden';
  page.dispatchEvent(new Event('visibilitychange'));
  window.dispatchEvent(pageshow(false));
  expect(wake).not.toHaveBeenCalled();
  stop();
  page.visibilityState = 'visible';
  for (const [, sign] of signs) sign();
  expect(wake).not.toHaveBeenCalled();
  expect(changed).toHaveBeenCalledOnce();
});

test('a line that went during sleep is tried again at once', async () => {
  await proxy.shut();
  await vi.waitUntil(() => statuses.at(-1) !== 'online', { timeout: 30_000 });
  await proxy.open();
  window.dispatchEvent(new Event('online'));
  await vi.waitUntil(() => statuses.at(-1) === 'online', { timeout: 30_000 });
});
