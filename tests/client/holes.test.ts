import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ben, cleo, createServerSide, fresh, loaded } from './support.ts';
import { createSyncing, settled } from './syncing.ts';

const online = { status: 'online' as const, since: 0, reconnecting: false };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a hole in the changes', () => {
  test('causes exactly one pull, however many events come behind it', async () => {
    const server = createServerSide();
    server.post(ben);
    const { receive, get, asked } = createSyncing(loaded(server), [server]);
    server.post(ben);
    for (let n = 0; n < 20; n += 1) receive(server.post(ben));
    receive(server.edit(1, 'better'));

    await settled(10_000);

    expect(asked('listMessages')).toEqual([{ conversationId: server.id, sinceRev: 1, limit: 200 }]);
    expect(get().logs[server.id]!.messages).toEqual(server.messages);
    expect(get().conversations[server.id]!.unreadCount).toBe(22);
  });

  test('that shows itself while another is being filled causes one pull more', async () => {
    const server = createServerSide();
    const { receive, get, asked, delay } = createSyncing(loaded(server), [server]);
    delay(300);
    for (let hole = 0; hole < 2; hole += 1) {
      server.post(ben);
      server.edit(1, `better ${hole}`);
      receive(server.post(ben));
      await settled(200);
    }
    await settled(2000);
    expect(asked('listMessages')).toHaveLength(2);
    expect(get().logs[server.id]!.messages).toEqual(server.messages);
  });

  test('is none when the missing event only comes later', async () => {
    const server = createServerSide();
    const { receive, get, asked } = createSyncing(loaded(server), [server]);
    const [first, second] = [server.post(ben), server.post(ben)];
    receive(second);
    receive(first);
    await settled();
    expect(asked('listMessages')).toEqual([]);
    expect(get().logs[server.id]!.messages).toEqual(server.messages);
  });

  test('is closed by the pull also where changes are not for this person', async () => {
    const server = createServerSide();
    server.post(ben);
    const { receive, asked } = createSyncing(loaded(server), [server]);
    server.edit(1, 'once');
    receive(server.edit(1, 'twice'));
    await settled();
    receive(server.post(ben));
    await settled();
    expect(asked('listMessages')).toHaveLength(1);
  });

  test('in a conversation that is not loaded fetches its row once, and no messages', async () => {
    const server = createServerSide();
    const { receive, get, asked } = createSyncing(fresh(server.row()), [server]);
    server.post(ben);
    receive(server.post(ben));
    receive(server.post(ben));
    await settled();
    expect(asked('readConversation')).toHaveLength(1);
    expect(asked('listMessages')).toEqual([]);
    expect(get().conversations[server.id]).toMatchObject({ lastSeq: 3, unreadCount: 3 });
  });

  test('is pulled again, but slowly, while the server is unavailable', async () => {
    const server = createServerSide();
    const { receive, fail, get, asked } = createSyncing(loaded(server), [server]);
    fail('unavailable');
    server.post(ben);
    receive(server.post(ben));
    await settled(1000);
    expect(asked('listMessages')).toHaveLength(1);
    fail(null);
    await settled(2000);
    expect(asked('listMessages')).toHaveLength(2);
    expect(get().logs[server.id]!.messages).toEqual(server.messages);
  });

  test('is left to the next connection when there is none', async () => {
    const server = createServerSide();
    const { receive, fail, asked } = createSyncing(loaded(server), [server]);
    fail('offline');
    server.post(ben);
    receive(server.post(ben));
    await settled(600_000);
    expect(asked('listMessages')).toHaveLength(1);
  });

  test('is pulled again when the request fails and the connection stays', async () => {
    const server = createServerSide();
    const { receive, dispatch, fail, get } = createSyncing(loaded(server), [server]);
    dispatch({ type: 'connection', connection: online });
    fail('offline');
    server.post(ben);
    receive(server.post(ben));
    await settled(1000);
    fail(null);
    await settled(5000);
    expect(get().logs[server.id]!.messages).toEqual(server.messages);
  });

  test('is pulled at the next ready, however slow the tries have become', async () => {
    const server = createServerSide();
    const { sync, receive, fail, get, asked } = createSyncing(loaded(server), [server]);
    fail('unavailable');
    sync.resync();
    server.post(ben);
    receive(server.post(ben));
    await settled(605_000);
    fail(null);
    const before = asked('listMessages').length;
    sync.resync();
    await settled(1000);
    expect(get().logs[server.id]!.messages).toEqual(server.messages);
    expect(asked('listMessages')).toHaveLength(before + 1);
  });

  test('that is too long is not pulled: the latest page takes its place', async () => {
    const server = createServerSide();
    server.post(ben);
    const { sync, get, dispatch, asked } = createSyncing(loaded(server), [server]);
    dispatch({ type: 'log:opened', conversationId: server.id });
    for (let n = 0; n < 1200; n += 1) server.post(ben);

    sync.resync();
    await settled();

    expect(asked('listMessages').at(-1)).toEqual({ conversationId: server.id, limit: 50 });
    expect(get().logs[server.id]).toMatchObject({ hasOlder: true, hasNewer: false });
    expect(get().logs[server.id]!.messages).toEqual(server.messages.slice(-50));
  });
});

test('thousands of unread messages are not held in memory to be counted', async () => {
  const server = createServerSide();
  const { receive, get, asked } = createSyncing(fresh(server.row()), [server]);
  for (let n = 0; n < 20; n += 1) {
    for (let of = 0; of < 100; of += 1) receive(server.post(ben));
    await settled();
  }
  expect(get().conversations[server.id]).toMatchObject({ unreadCount: 2000, lastSeq: 2000 });
  expect(Object.keys(get().known[server.id]!.news).length).toBeLessThanOrEqual(200);
  expect(asked('readConversation').length).toBeLessThanOrEqual(10);
});

describe('a last event that was lost', () => {
  test('is noticed by the receipt of somebody who has it', async () => {
    const server = createServerSide({ kind: 'group' });
    const { receive, get, asked } = createSyncing(loaded(server), [server]);
    server.post(ben);
    receive(server.mark(cleo, { deliveredSeq: 1 }));
    receive(server.mark(cleo, { readSeq: 1 }));
    await settled();
    expect(asked('listMessages')).toHaveLength(1);
    expect(get().logs[server.id]!.messages).toEqual(server.messages);
  });
});

test('of 2000 events some are lost: each hole is filled, by one request at most', async () => {
  const server = createServerSide();
  const { receive, get, asked } = createSyncing(loaded(server), [server]);
  let holes = 0;
  let wasLost = false;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ isLost: fc.boolean(), pauseMs: fc.nat(200) }), {
        minLength: 2000,
        maxLength: 2000,
      }),
      async (steps) => {
        for (const { isLost, pauseMs } of steps) {
          const event = server.post(ben);
          if (isLost && !wasLost) holes += 1;
          if (!isLost) receive(event);
          wasLost = isLost;
          await vi.advanceTimersByTimeAsync(pauseMs);
        }
        receive(server.post(ben));
        await settled(2000);
      },
    ),
    { numRuns: 1 },
  );
  expect(get().logs[server.id]!.messages).toEqual(server.messages);
  expect(get().conversations[server.id]!.lastSeq).toBe(server.lastSeq());
  expect(asked('listMessages').length).toBeLessThanOrEqual(holes);
});
