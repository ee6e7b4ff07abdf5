import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createCopy } from '#lib/client/copy.ts';
import { conversationOf, keptLogOf, unsentOf } from '#lib/client/kept-rows.ts';
import { isBehind } from '#lib/client/rows.ts';
import type { ChatState } from '#lib/client/types.ts';
import type { Conversation } from '#lib/contract/records.ts';
import {
  ana,
  ben,
  createBrowser,
  createHolder,
  createServerSide,
  fresh,
  loaded,
  type Browser,
} from './support.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const settled = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

/** A page that shows and keeps a copy in this browser. */
async function openPage(browser: Browser, start: ChatState, isOld = false) {
  const holder = createHolder(start);
  const resync = vi.fn();
  const copy = createCopy({ ...holder, device: browser.device, resync });
  await copy.start(isOld);
  return { ...holder, copy, resync };
}

const talkOf = (messages: number) => {
  const server = createServerSide();
  for (let n = 0; n < messages; n += 1) server.post(ben);
  server.mark(ana, { readSeq: messages });
  return server;
};

describe('what a page has shown', () => {
  test('the next one shows before the server has answered', async () => {
    const browser = createBrowser();
    const server = talkOf(3);
    const { dispatch } = await openPage(browser, loaded(server));
    dispatch(server.post(ben, 'the last'));
    dispatch(server.edit(1, 'better'));
    dispatch(server.remove(2));
    await settled(1000);

    const { get, copy } = await openPage(browser, { ...fresh(), listStatus: 'loading' });
    expect(get().listStatus).toBe('ready');
    expect(get().conversations[server.id]).toMatchObject({
      lastMessage: { text: 'the last' },
      unreadCount: 1,
    });
    await copy.restore(server.id);
    expect(get().logs[server.id]!.messages).toEqual(server.messages);
    expect(isBehind(get(), server.id)).toBe(false);
  });

  test('is behind by exactly what has changed since, however much the row tells', async () => {
    const browser = createBrowser();
    const server = talkOf(3);
    const before = await openPage(browser, loaded(server));
    before.copy.saveNow();
    const kept = server.rev();
    server.post(ben);
    server.edit(1, 'better');

    const { get, copy, dispatch } = await openPage(browser, fresh(server.row()));
    await copy.restore(server.id);
    expect(isBehind(get(), server.id)).toBe(true);
    expect(get().known[server.id]!.rev).toBe(kept);
    dispatch({
      type: 'messages:pulled',
      conversationId: server.id,
      messages: server.list({ sinceRev: kept }).messages,
      upTo: server.rev(),
    });
    expect(get().logs[server.id]!.messages).toEqual(server.messages);
    expect(isBehind(get(), server.id)).toBe(false);
  });

  test('comes late and still shows, where the network has failed before', async () => {
    const browser = createBrowser();
    const server = talkOf(3);
    (await openPage(browser, loaded(server))).copy.saveNow();
    const { get, copy, dispatch } = await openPage(browser, fresh(server.row()));
    const error = { code: 'offline' as const };
    dispatch({ type: 'log:loading', conversationId: server.id, part: 'first' });
    dispatch({ type: 'log:failed', conversationId: server.id, error });
    await copy.restore(server.id);
    expect(get().logs[server.id]).toMatchObject({ messages: server.messages, error: null });
  });

  test('never takes the place of what the server has told', async () => {
    const browser = createBrowser();
    const server = talkOf(1);
    (await openPage(browser, loaded(server))).copy.saveNow();
    const renamed: Conversation = server.row({ title: 'Renamed' });
    const { get, copy } = await openPage(browser, loaded(server));
    expect(get().conversations[server.id]!.title).toBe('Ben');
    const page = await openPage(browser, fresh(renamed));
    expect(page.get().conversations[server.id]!.title).toBe('Renamed');
    const { logs } = get();
    await copy.restore(server.id);
    expect(get().logs).toBe(logs);
  });

  test('takes the place of what a page has that was kept before it, and is not lost to it', async () => {
    const browser = createBrowser();
    const server = talkOf(3);
    const drawn = loaded(server);
    const { dispatch, copy } = await openPage(browser, drawn);
    dispatch(server.post(ben, 'the last'));
    dispatch(server.edit(1, 'better'));
    copy.saveNow();
    const before = browser.logs.get(server.id);

    let answer = () => {};
    const disk = new Promise<void>((resolve) => (answer = resolve));
    const { readConversations } = browser.device;
    browser.device.readConversations = async (...asked) => {
      await disk;
      return readConversations(...asked);
    };
    const opening = openPage(browser, { ...drawn, openId: server.id }, true);
    await settled(2000);
    expect(browser.logs.get(server.id)).toBe(before);
    answer();
    const { get } = await opening;
    expect(get().logs[server.id]!.messages).toEqual(server.messages);
    expect(get().conversations[server.id]!.lastMessage).toMatchObject({ text: 'the last' });
    await settled(2000);
    expect(browser.logs.get(server.id)!.messages).toEqual(server.messages);
  });

  test('that comes after the server has told is compared with what it has', async () => {
    const browser = createBrowser();
    const server = talkOf(1);
    (await openPage(browser, loaded(server))).copy.saveNow();
    const online = { status: 'online' as const, since: 0, reconnecting: false };
    expect((await openPage(browser, fresh())).resync).not.toHaveBeenCalled();
    const { resync } = await openPage(browser, { ...fresh(), connection: online });
    expect(resync).toHaveBeenCalledOnce();
    const later = await openPage(browser, { ...fresh(server.row()), connection: online });
    expect(later.resync).not.toHaveBeenCalled();
  });

  test('of a history that the server does not have is not shown', async () => {
    const browser = createBrowser();
    (await openPage(browser, loaded(talkOf(9)))).copy.saveNow();
    const { get, copy } = await openPage(browser, fresh(talkOf(3).row()));
    await copy.restore(talkOf(3).id);
    expect(get().logs).toEqual({});
  });

  test('is gone with the conversation', async () => {
    const browser = createBrowser();
    const server = talkOf(1);
    const { dispatch } = await openPage(browser, loaded(server));
    await settled(1000);
    expect([browser.rows.size, browser.logs.size]).toEqual([1, 1]);
    dispatch({ type: 'conversation:gone', conversationId: server.id });
    await settled(1000);
    expect([browser.rows.size, browser.logs.size]).toEqual([0, 0]);
  });

  test('is kept again after somebody has deleted it', async () => {
    const browser = createBrowser();
    const { copy } = await openPage(browser, loaded(talkOf(1)));
    copy.saveNow();
    browser.deleteAll();
    await settled(1000);
    expect([browser.rows.size, browser.logs.size]).toEqual([1, 1]);
  });
});

describe('of a log', () => {
  test('the last hundred messages are kept, and that there are older ones', async () => {
    const browser = createBrowser();
    const server = talkOf(0);
    const { dispatch } = await openPage(browser, loaded(server));
    for (let n = 0; n < 130; n += 1) dispatch(server.post(ben));
    await settled(1000);
    const kept = browser.logs.get(server.id)!;
    expect(kept.messages).toEqual(server.messages.slice(-100));
    expect(kept).toMatchObject({ rev: 130, hasOlder: true });
  });

  test('no more is kept than a browser has room for', async () => {
    const browser = createBrowser();
    const server = talkOf(0);
    const { dispatch } = await openPage(browser, loaded(server));
    for (let n = 0; n < 9; n += 1) dispatch(server.post(ben, 'x'.repeat(60_000)));
    await settled(1000);
    expect(browser.logs.get(server.id)!.messages).toHaveLength(4);
  });

  test('a stretch that does not reach the end is not kept', async () => {
    const browser = createBrowser();
    const server = talkOf(200);
    const { dispatch } = await openPage(browser, fresh(server.row()));
    dispatch({
      type: 'log:replaced',
      conversationId: server.id,
      messages: server.list({ around: 50 }).messages,
      hasOlder: true,
    });
    await settled(1000);
    expect(browser.logs.size).toBe(0);
  });
});

describe('a row that does not fit', () => {
  const server = talkOf(2);
  const log = {
    conversationId: server.id,
    rev: 2,
    hasOlder: false,
    messages: server.messages,
    keptAt: 0,
  };
  const unsent = {
    clientId: 'c-1',
    conversationId: server.id,
    text: 'hello',
    createdAt: '2026-01-01T00:00:00.000Z',
    status: 'pending',
    error: null,
  };

  test.each([null, 7, 'text', [], {}, { id: server.id }, { ...server.row(), rev: 'x' }])(
    'is no conversation: %j',
    (row) => expect(conversationOf(row)).toBeNull(),
  );

  test.each([
    null,
    {},
    { ...log, rev: -1 },
    { ...log, messages: [{}] },
    { ...log, messages: server.messages.toReversed() },
    { ...log, conversationId: 'f'.repeat(24) },
  ])('is no log: %j', (row) => expect(keptLogOf(row)).toBeNull());

  test.each([null, {}, { ...unsent, text: 7 }, { ...unsent, clientId: '' }])(
    'is no unsent message: %j',
    (row) => expect(unsentOf(row)).toBeNull(),
  );

  test('in a detail does not cost the text that somebody wrote', () => {
    expect(unsentOf(unsent)).toEqual(unsent);
    const odd = { ...unsent, createdAt: 'noon', status: 'lost', error: { code: 'new' }, order: 3 };
    expect(unsentOf(odd)).toMatchObject({ text: 'hello', status: 'failed', error: null });
  });

  test('and nobody is online because somebody was when it was kept', () => {
    const row = server.row({ peer: { ...ben, online: true } });
    expect(conversationOf(row)!.peer!.online).toBe(false);
  });
});

test('a copy says whose it is, for as long as there is one', async () => {
  const browser = createBrowser();
  const { dispatch } = await openPage(browser, fresh());
  await settled(500);
  expect(await browser.device.readAccount()).toEqual(ana);
  const renamed = { ...ana, displayName: 'Ana Prado' };
  dispatch({ type: 'account', data: { user: renamed } });
  await settled(500);
  expect(await browser.device.readAccount()).toEqual(renamed);
  await browser.device.forget('copy');
  expect(await browser.device.readAccount()).toBeNull();
});
