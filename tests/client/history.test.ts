import { describe, expect, test } from 'vitest';
import type { Call } from '#lib/client/api.ts';
import { RequestError } from '#lib/client/errors.ts';
import { createHistory } from '#lib/client/history.ts';
import type { Input } from '#lib/contract/operations.ts';
import type { Message } from '#lib/contract/records.ts';
import { ana, ben, createHolder, createServerSide, fresh, type ServerSide } from './support.ts';

const seqs = (server: ServerSide, from: number, to: number): Message[] =>
  server.messages.slice(from - 1, to);

/** History over a server with so many messages, the first of which Ana has read. */
function createReading({
  messages,
  read = messages,
  pageSize,
}: {
  messages: number;
  read?: number;
  pageSize?: number;
}) {
  const server = createServerSide({ ...(pageSize && { pageSize }) });
  for (let n = 0; n < messages; n += 1) server.post(ben);
  server.mark(ana, { readSeq: read });
  const holder = createHolder(fresh(server.row()));
  const asked: Omit<Input<'listMessages'>, 'conversationId'>[] = [];
  let failure: RequestError | null = null;
  const call = (async (name: string, { conversationId, ...marks }: Input<'listMessages'>) => {
    await Promise.resolve();
    if (failure) throw failure;
    if (name === 'readConversation') {
      if (conversationId !== server.id) throw new RequestError('not_found');
      return { conversation: server.row() };
    }
    asked.push(marks);
    return server.list(marks);
  }) as unknown as Call;
  const checked: string[] = [];
  const history = createHistory({
    ...holder,
    call,
    check: (id) => void checked.push(id),
    loadMembers: () => Promise.resolve(),
    restore: () => Promise.resolve(),
  });
  return {
    ...holder,
    server,
    history,
    asked,
    checked,
    id: server.id,
    log: () => holder.get().logs[server.id]!,
    fail: (code: RequestError['code'] | null) => (failure = code && new RequestError(code)),
  };
}

describe('opening', () => {
  test('with nothing unread shows the end', async () => {
    const { history, id, server, log, asked, get, events } = createReading({ messages: 120 });
    await history.open(id);
    expect(events).toContainEqual({ type: 'log:loading', conversationId: id, part: 'first' });
    expect(asked).toEqual([{ limit: 50 }]);
    expect(log()).toMatchObject({
      messages: seqs(server, 71, 120),
      hasOlder: true,
      hasNewer: false,
      loading: null,
      divider: null,
    });
    expect(get().openId).toBe(id);
  });

  test('with unread messages shows them from the first one, under a divider', async () => {
    const { history, id, server, log, asked } = createReading({ messages: 200, read: 100 });
    await history.open(id);
    expect(asked).toEqual([{ around: 101, limit: 50 }]);
    expect(log()).toMatchObject({
      messages: seqs(server, 76, 125),
      hasOlder: true,
      hasNewer: true,
      divider: { seq: 101, count: 100 },
    });
  });

  test('the divider keeps its place and number while the conversation is open', async () => {
    const { history, id, server, log, dispatch } = createReading({ messages: 10, read: 7 });
    await history.open(id);
    dispatch(server.mark(ana, { readSeq: 10 }));
    dispatch(server.post(ben));
    expect(log().divider).toEqual({ seq: 8, count: 3 });
    history.close(id);
    dispatch(server.mark(ana, { readSeq: 11 }));
    await history.open(id);
    expect(log().divider).toBeNull();
  });

  test('the divider skips one’s own and deleted messages', async () => {
    const { history, id, server, log, dispatch } = createReading({ messages: 3, read: 1 });
    dispatch(server.remove(2));
    await history.open(id);
    expect(log().divider).toEqual({ seq: 3, count: 1 });
  });

  test('a second time shows what is kept at once, and has it caught up', async () => {
    const { history, id, server, log, asked, checked, dispatch } = createReading({ messages: 10 });
    await history.open(id);
    history.close(id);
    dispatch(server.post(ben));
    checked.length = 0;
    const opening = history.open(id);
    expect(log()).toMatchObject({ loading: null, divider: { seq: 11, count: 1 } });
    await opening;
    expect(asked).toHaveLength(1);
    expect(checked).toEqual([id]);
  });

  test('what begins with the first unread message is fetched with what stands above it', async () => {
    const { history, id, server, log, asked, dispatch } = createReading({ messages: 200 });
    await history.open(id);
    history.close(id);
    dispatch(server.post(ben));
    dispatch({ type: 'log:dropped', conversationId: id });
    dispatch({
      type: 'log:restored',
      conversationId: id,
      messages: seqs(server, 201, 201),
      hasOlder: true,
      rev: server.row().rev,
    });
    await history.open(id);
    expect(asked.at(-1)).toEqual({ around: 201, limit: 50 });
    expect(log()).toMatchObject({
      messages: seqs(server, 176, 201),
      divider: { seq: 201, count: 1 },
    });

    history.close(id);
    dispatch({ type: 'log:dropped', conversationId: id });
    dispatch({
      type: 'log:restored',
      conversationId: id,
      messages: seqs(server, 200, 201),
      hasOlder: true,
      rev: server.row().rev,
    });
    const before = asked.length;
    await history.open(id);
    expect(asked).toHaveLength(before);
    expect(log()).toMatchObject({
      messages: seqs(server, 200, 201),
      divider: { seq: 201, count: 1 },
    });
  });

  test('twice at once is one request', async () => {
    const { history, id, asked } = createReading({ messages: 10 });
    await Promise.all([history.open(id), history.open(id)]);
    expect(asked).toHaveLength(1);
  });

  test('a failure is said, and the next try goes on from there', async () => {
    const { history, id, log, fail } = createReading({ messages: 10 });
    fail('timeout');
    await expect(history.open(id)).rejects.toMatchObject({ code: 'timeout' });
    expect(log()).toMatchObject({ loading: null, error: { code: 'timeout' } });
    fail(null);
    await history.open(id);
    expect(log()).toMatchObject({ error: null });
    expect(log().messages).toHaveLength(10);
  });

  test('what one may not know of is not found', async () => {
    const { history, get } = createReading({ messages: 0 });
    const stranger = 'b'.repeat(24);
    await expect(history.open(stranger)).rejects.toMatchObject({ code: 'not_found' });
    expect(get().logs[stranger]!.error).toMatchObject({ code: 'not_found' });
  });
});

describe('scrolling', () => {
  test('back to the beginning, a page at a time', async () => {
    const { history, id, log, asked } = createReading({ messages: 120 });
    await history.open(id);
    await Promise.all([history.loadOlder(id), history.loadOlder(id)]);
    expect(asked.slice(1)).toEqual([{ before: 71, limit: 50 }]);
    await history.loadOlder(id);
    expect(log()).toMatchObject({ hasOlder: false });
    expect(log().messages).toHaveLength(120);
    await history.loadOlder(id);
    expect(asked).toHaveLength(3);
  });

  test('forward until the end, and what comes meanwhile follows on', async () => {
    const { history, id, server, log, dispatch } = createReading({ messages: 200, read: 100 });
    await history.open(id);
    await history.loadNewer(id);
    const last = history.loadNewer(id);
    dispatch(server.post(ben));
    await last;
    expect(log()).toMatchObject({ hasNewer: false, messages: seqs(server, 76, 201) });
  });

  test('far back drops the newest messages, and far forward the oldest', async () => {
    const { history, id, server, log, dispatch } = createReading({ messages: 1000 });
    await history.open(id);
    for (let page = 0; page < 15; page += 1) await history.loadOlder(id);
    expect(log()).toMatchObject({ hasNewer: true, messages: seqs(server, 201, 800) });

    dispatch(server.post(ben));
    expect(log().messages).toHaveLength(600);

    for (let page = 0; page < 10; page += 1) await history.loadNewer(id);
    expect(log()).toMatchObject({
      hasOlder: true,
      hasNewer: false,
      messages: seqs(server, 401, 1001),
    });
  });

  test('skips nothing where pages end earlier than they were asked to', async () => {
    const { history, id, server, log } = createReading({ messages: 40, read: 20, pageSize: 4 });
    await history.open(id);
    expect(log()).toMatchObject({ messages: seqs(server, 19, 22), hasOlder: true, hasNewer: true });
    for (let page = 0; log().hasNewer && page < 40; page += 1) await history.loadNewer(id);
    for (let page = 0; log().hasOlder && page < 40; page += 1) await history.loadOlder(id);
    expect(log()).toMatchObject({ messages: server.messages, hasOlder: false, hasNewer: false });
  });

  test('back to the newest at once', async () => {
    const { history, id, server, log } = createReading({ messages: 500, read: 100 });
    await history.open(id);
    await history.loadLatest(id);
    expect(log()).toMatchObject({
      messages: seqs(server, 451, 500),
      hasOlder: true,
      hasNewer: false,
    });
  });

  test('to a message or a time far away, from where one can go on both ways', async () => {
    const { history, id, server, log } = createReading({ messages: 500 });
    await history.open(id);
    await history.loadAround(id, { around: 100 });
    expect(log()).toMatchObject({
      messages: seqs(server, 75, 124),
      hasOlder: true,
      hasNewer: true,
      loading: null,
    });
    await history.loadAround(id, { at: server.messages[10]!.createdAt });
    expect(log()).toMatchObject({ messages: seqs(server, 1, 50), hasOlder: false, hasNewer: true });
    await history.loadNewer(id);
    expect(log().messages).toHaveLength(100);
  });

  test('a page that comes after a jump elsewhere is thrown away', async () => {
    const { history, id, server, log } = createReading({ messages: 500, read: 100 });
    await history.open(id);
    await Promise.all([history.loadOlder(id), history.loadLatest(id)]);
    expect(log()).toMatchObject({ messages: seqs(server, 451, 500), loading: null });
  });

  test('a page that fails says so and can be asked for again', async () => {
    const { history, id, log, fail } = createReading({ messages: 120 });
    await history.open(id);
    fail('offline');
    await expect(history.loadOlder(id)).rejects.toMatchObject({ code: 'offline' });
    expect(log()).toMatchObject({ loading: null, error: { code: 'offline' } });
    fail(null);
    await history.loadOlder(id);
    expect(log().messages).toHaveLength(100);
  });
});

describe('what is kept', () => {
  test.each([
    ['newest', 141, 740],
    ['oldest', 31, 630],
  ] as const)('of a conversation in which much comes, the %s', async (keep, from, to) => {
    const { history, id, server, log, dispatch } = createReading({ messages: 80 });
    await history.open(id);
    for (let n = 0; n < 650; n += 1) dispatch(server.post(ben));
    expect(log().messages).toHaveLength(700);
    history.bound(id, keep);
    expect(log().messages).toHaveLength(700);
    for (let n = 0; n < 10; n += 1) dispatch(server.post(ben));
    history.bound(id, keep);
    expect(log()).toMatchObject({ messages: seqs(server, from, to), hasOlder: true });
    expect(log().hasNewer).toBe(keep === 'oldest');
  });

  test('a long log is cut when its conversation is closed', async () => {
    const { history, id, server, log } = createReading({ messages: 500 });
    await history.open(id);
    for (let page = 0; page < 5; page += 1) await history.loadOlder(id);
    history.close(id);
    expect(log()).toMatchObject({ hasOlder: true, messages: seqs(server, 351, 500) });
  });

  test('a place in the middle is not kept: the next opening goes to the end', async () => {
    const { history, id, server, log, get, dispatch } = createReading({ messages: 500, read: 100 });
    await history.open(id);
    dispatch(server.mark(ana, { readSeq: 500 }));
    history.close(id);
    expect(get().logs[id]).toBeUndefined();
    await history.open(id);
    expect(log().messages).toEqual(seqs(server, 451, 500));
  });
});

describe('coming back to the page', () => {
  test('a divider stands above what came meanwhile', async () => {
    const { history, id, server, log, dispatch } = createReading({ messages: 5 });
    await history.open(id);
    history.leave();
    dispatch(server.post(ben));
    dispatch(server.post(ben));
    history.comeBack();
    expect(log().divider).toEqual({ seq: 6, count: 2 });
    history.leave();
    history.comeBack();
    expect(log().divider).toEqual({ seq: 6, count: 2 });
  });

  test('a page that nobody looks at does not grow, and is where it was', async () => {
    const { history, id, server, log, get, dispatch } = createReading({ messages: 120 });
    await history.open(id);
    await history.loadOlder(id);
    history.leave();
    let longest = 0;
    for (let n = 0; n < 3000; n += 1) {
      dispatch(server.post(ben));
      longest = Math.max(longest, log().messages.length);
      // As the server tells every now and then, of which the news are dropped.
      if (n % 200 === 199)
        dispatch({ type: 'conversation:updated', data: { conversation: server.row() } });
    }
    expect(longest).toBeLessThanOrEqual(801);
    expect(log()).toMatchObject({ hasNewer: true });
    expect(log().messages).toEqual(seqs(server, 21, 720));
    expect(Object.keys(get().known[id]!.news).length).toBeLessThanOrEqual(200);

    history.comeBack();
    expect(log().divider).toEqual({ seq: 121, count: 3000 });
    await history.loadNewer(id);
    expect(log().messages).toEqual(seqs(server, 171, 770));
    await history.loadLatest(id);
    dispatch(server.post(ben));
    expect(log()).toMatchObject({ hasNewer: false, messages: seqs(server, 3071, 3121) });
  });

  test('nor does one that was opened where nobody looked', async () => {
    const { history, id, log, server, dispatch } = createReading({ messages: 100, read: 98 });
    history.leave();
    await history.open(id);
    expect(log().divider).toEqual({ seq: 99, count: 2 });
    for (let n = 0; n < 900; n += 1) dispatch(server.post(ben));
    expect(log().messages.length).toBeLessThanOrEqual(801);
    history.comeBack();
    expect(log().divider).toEqual({ seq: 99, count: 902 });
  });

  test('what was long when it was left keeps what came first since', async () => {
    const { history, id, server, log, dispatch } = createReading({ messages: 700 });
    await history.open(id);
    for (let page = 0; page < 11; page += 1) await history.loadOlder(id);
    for (let n = 0; n < 60; n += 1) dispatch(server.post(ben));
    dispatch(server.mark(ana, { readSeq: 760 }));
    const before = log().messages.length;
    history.leave();
    for (let n = 0; n < 400; n += 1) dispatch(server.post(ben));
    expect(log().messages.length).toBeLessThanOrEqual(before + 201);
    history.comeBack();
    expect(log().divider).toEqual({ seq: 761, count: 400 });
  });
});
