import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Conversation } from '#lib/contract/records.ts';
import { ana, ben, cleo, createServerSide, fresh, loaded, memberOf } from './support.ts';
import { createSyncing, settled } from './syncing.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('every ready', () => {
  test('lists all pages and pulls only what is behind', async () => {
    const [first, second] = [createServerSide(), createServerSide({ id: 'd'.repeat(24) })];
    first.post(ben);
    second.post(ben);
    const { sync, get, asked, dispatch } = createSyncing(loaded(first), [first, second]);
    dispatch({ type: 'list:status', status: 'loading' });
    first.post(ben);

    sync.resync();
    sync.resync();
    await settled();

    expect(asked('listConversations')).toEqual([{ limit: 200 }, { limit: 200, cursor: '1' }]);
    expect(get().listStatus).toBe('ready');
    expect(Object.keys(get().conversations)).toHaveLength(2);
    expect(asked('listMessages')).toEqual([{ conversationId: first.id, sinceRev: 1, limit: 200 }]);
    expect(get().logs[first.id]!.messages).toEqual(first.messages);
  });

  test('pulls page after page where these end early', async () => {
    const server = createServerSide({ pageSize: 3 });
    server.post(ben);
    const { sync, get, asked } = createSyncing(loaded(server), [server]);
    for (let n = 0; n < 14; n += 1) server.post(ben);
    sync.resync();
    await settled();
    expect(asked('listMessages')).toHaveLength(5);
    expect(get().logs[server.id]!.messages).toEqual(server.messages);
  });

  test('begins anew at the end when it is too many such pages behind, and says what is before', async () => {
    const server = createServerSide({ pageSize: 3 });
    server.post(ben);
    const { sync, get, dispatch } = createSyncing(loaded(server), [server]);
    dispatch({ type: 'log:opened', conversationId: server.id });
    for (let n = 0; n < 30; n += 1) server.post(ben);
    sync.resync();
    await settled();
    expect(get().logs[server.id]).toMatchObject({
      messages: server.messages.slice(-3),
      hasOlder: true,
      hasNewer: false,
    });
  });

  test('says what has been delivered', async () => {
    const [first, second] = [createServerSide(), createServerSide({ id: 'd'.repeat(24) })];
    first.post(ben);
    second.post(ana);
    const { sync, asked } = createSyncing(fresh(), [first, second]);
    sync.resync();
    await settled();
    expect(asked('markDelivered')).toEqual([{ conversationId: first.id, seq: 1 }]);
  });

  test('looks at what is no longer listed by itself', async () => {
    const server = createServerSide({ kind: 'group' });
    const { sync, get } = createSyncing(fresh(server.row()), []);
    sync.resync();
    await settled();
    expect(get().conversations).toEqual({});
  });

  test('leaves what is gone readable for who looks at it, or waits to send there', async () => {
    const [seen, waiting] = [createServerSide(), createServerSide({ id: 'd'.repeat(24) })];
    const { sync, get, dispatch } = createSyncing(fresh(seen.row(), waiting.row()), []);
    dispatch({ type: 'log:opened', conversationId: seen.id });
    const entry = { clientId: 'c', text: 'hello', createdAt: '', status: 'failed', error: null };
    dispatch({
      type: 'outbox:put',
      entry: { ...entry, conversationId: waiting.id, status: 'failed' },
    });
    sync.resync();
    await settled();
    expect(Object.values(get().conversations).map(({ me }) => me.leftSeq)).toEqual([0, 0]);
  });

  test('tells what was read here while nobody could be told', async () => {
    const server = createServerSide();
    for (let n = 0; n < 3; n += 1) server.post(ben);
    const read = server.row({ unreadCount: 0, me: { ...server.row().me, readSeq: 3 } });
    const { sync, asked } = createSyncing(fresh(read), [server]);
    sync.resync();
    await settled();
    expect(asked('markRead')).toEqual([{ conversationId: server.id, seq: 3 }]);
  });

  test('a list that fails on the first load says why, and is tried again', async () => {
    const server = createServerSide();
    const { sync, get, dispatch, fail } = createSyncing(fresh(), [server]);
    dispatch({ type: 'list:status', status: 'loading' });
    fail('timeout');
    sync.resync();
    await settled();
    expect(get().listStatus).toMatchObject({ code: 'timeout' });
    fail(null);
    await settled(2000);
    expect(get().listStatus).toBe('ready');
  });
});

describe('receipts', () => {
  test('of delivery go out at once, then at most once a second, up to the newest', async () => {
    const server = createServerSide();
    const { receive, asked } = createSyncing(loaded(server), [server]);
    for (let n = 0; n < 5; n += 1) receive(server.post(ben));
    await settled(999);
    expect(asked('markDelivered').map(({ seq }) => seq)).toEqual([1]);
    await settled(1);
    expect(asked('markDelivered').map(({ seq }) => seq)).toEqual([1, 5]);
    receive(server.post(ana));
    await settled(5000);
    expect(asked('markDelivered')).toHaveLength(2);
  });

  test('of reading show at once and are sent like that too', async () => {
    const server = createServerSide();
    server.post(ben);
    const { sync, receive, get, asked } = createSyncing(loaded(server), [server]);
    sync.markRead(server.id);
    expect(get().conversations[server.id]!.unreadCount).toBe(0);
    for (let n = 0; n < 3; n += 1) {
      receive(server.post(ben));
      sync.markRead(server.id);
    }
    sync.markRead(server.id);
    await settled(5000);
    expect(asked('markRead').map(({ seq }) => seq)).toEqual([1, 4]);
  });

  test('that a lost connection held back go out with the next one', async () => {
    const server = createServerSide();
    server.post(ben);
    const { sync, fail, asked } = createSyncing(loaded(server), [server]);
    fail('offline');
    sync.markRead(server.id);
    await settled(60_000);
    expect(asked('markRead')).toHaveLength(1);
    fail(null);
    sync.resume();
    await settled();
    expect(asked('markRead')).toHaveLength(2);
  });

  test('in a group whose members are not loaded, the row is asked for the lowest', async () => {
    const server = createServerSide({ kind: 'group' });
    server.post(ana);
    const { receive, asked } = createSyncing(fresh(server.row()), [server]);
    for (let seq = 0; seq < 5; seq += 1) receive(server.mark(ben, { deliveredSeq: 1 }));
    await settled();
    expect(asked('readConversation')).toHaveLength(1);
  });
});

describe('what is unread in a conversation that is not loaded', () => {
  test('is asked for when a message is deleted, which may have been deleted before', async () => {
    const server = createServerSide();
    for (let n = 0; n < 3; n += 1) server.post(ben);
    server.remove(1);
    const { receive, get, asked } = createSyncing(fresh(server.row()), [server]);
    receive(server.touch(1));
    await settled();
    expect(get().conversations[server.id]!.unreadCount).toBe(2);
    expect(asked('readConversation')).toHaveLength(1);
    receive(server.remove(2));
    expect(get().conversations[server.id]!.unreadCount).toBe(1);
    await settled();
    expect(get().conversations[server.id]!.unreadCount).toBe(1);
  });
});

describe('own receipts', () => {
  test('cause a request only when another device has read a part', async () => {
    const server = createServerSide();
    for (let n = 0; n < 4; n += 1) server.post(ben);
    const { receive, get, asked } = createSyncing(fresh(server.row()), [server]);
    receive(server.mark(ana, { deliveredSeq: 4 }));
    await settled();
    expect(asked('readConversation')).toEqual([]);
    receive(server.mark(ana, { readSeq: 3 }));
    await settled();
    expect(asked('readConversation')).toHaveLength(1);
    expect(get().conversations[server.id]!.unreadCount).toBe(1);
    receive(server.mark(ana, { readSeq: 4 }));
    await settled();
    expect(asked('readConversation')).toHaveLength(1);
    expect(get().conversations[server.id]!.unreadCount).toBe(0);
  });
});

describe('people', () => {
  test('members are read again when the group has changed, one request for all of it', async () => {
    const server = createServerSide({ kind: 'group' });
    const { receive, get, dispatch, asked } = createSyncing(loaded(server), [server]);
    dispatch({ type: 'members', conversationId: server.id, members: [memberOf(ana)] });
    dispatch({ type: 'log:opened', conversationId: server.id });
    const system = { type: 'members_added' as const, actorId: ben.id, userIds: [cleo.id] };
    receive(server.post(ben, 'Cleo joined', { kind: 'system', system }));
    const conversation: Conversation = server.row();
    receive({ type: 'conversation:updated', data: { conversation } });
    await settled();
    expect(asked('listMembers')).toHaveLength(1);
    expect(get().members[server.id]).toHaveLength(3);
  });

  test('who has left the group is looked up once for what they wrote', async () => {
    const server = createServerSide({ kind: 'group' });
    const { receive, get, asked } = createSyncing(loaded(server), [server]);
    receive(server.post(cleo));
    receive(server.post(cleo));
    await settled();
    expect(asked('readUser')).toEqual([{ userId: cleo.id }]);
    expect(get().people[cleo.id]).toEqual(cleo);
  });

  test('whoever has left the group oneself still learns the names of those who wrote in it', async () => {
    const server = createServerSide({ kind: 'group' });
    server.post(cleo);
    const { sync, get, dispatch, asked } = createSyncing(loaded(server), [server]);
    const row = server.row();
    const conversation = { ...row, me: { ...row.me, leftSeq: 1 } };
    dispatch({ type: 'conversation:updated', data: { conversation } });
    sync.check(server.id);
    await settled();
    expect(asked('readUser')).toEqual([{ userId: cleo.id }]);
    expect(asked('listMembers')).toEqual([]);
    expect(get().people[cleo.id]).toEqual(cleo);
  });
});
