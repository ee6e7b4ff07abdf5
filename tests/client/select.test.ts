import { describe, expect, test } from 'vitest';
import {
  canPost,
  isThere,
  listRows,
  nameOf,
  pendingOf,
  tickOf,
  typersIn,
  unreadChats,
} from '#lib/client/select.ts';
import type { ChatState } from '#lib/client/types.ts';
import {
  after,
  ana,
  ben,
  cleo,
  createServerSide,
  fresh,
  idOf,
  loaded,
  memberOf,
  type ServerSide,
} from './support.ts';

const tickOfLast = (state: ChatState, server: ServerSide) => tickOf(state, server.messages.at(-1)!);

describe('ticks in a direct conversation', () => {
  test('go from sent to delivered to read with the other person', () => {
    const server = createServerSide();
    server.post(ana);
    let state = loaded(server);
    expect(tickOfLast(state, server)).toBe('sent');
    state = after(state, [server.mark(ben, { deliveredSeq: 1 })]);
    expect(tickOfLast(state, server)).toBe('delivered');
    state = after(state, [server.mark(ben, { readSeq: 1 })]);
    expect(tickOfLast(state, server)).toBe('read');
  });

  test('know from the row alone, and reading is receiving', () => {
    const server = createServerSide();
    server.post(ana);
    const row = server.row({ receipts: { deliveredSeq: 0, readSeq: 1 } });
    expect(tickOfLast(fresh(row), server)).toBe('read');
  });

  test('are on one’s own messages only, not on system lines and deleted ones', () => {
    const server = createServerSide();
    server.post(ben);
    server.post(ana, 'line', { kind: 'system' });
    server.post(ana);
    server.remove(3);
    const state = loaded(server);
    expect(server.messages.map((message) => tickOf(state, message))).toEqual([null, null, null]);
  });

  test('of what is not accepted yet are its status', () => {
    const entry = {
      clientId: 'one',
      conversationId: idOf(100),
      text: 'hi',
      createdAt: '2026-01-01T00:00:00.000Z',
      status: 'pending' as const,
      error: null,
    };
    expect(tickOf(fresh(), entry)).toBe('pending');
    expect(tickOf(fresh(), { ...entry, status: 'failed' })).toBe('failed');
  });
});

describe('ticks in a group', () => {
  const withMembers = (server: ServerSide, members = [ana, ben, cleo].map((u) => memberOf(u))) =>
    after(loaded(server), [{ type: 'members', conversationId: server.id, members }]);

  test('wait for everybody', () => {
    const server = createServerSide({ kind: 'group' });
    server.post(ana);
    let state = withMembers(server);
    state = after(state, [server.mark(ben, { readSeq: 1 })]);
    expect(tickOfLast(state, server)).toBe('sent');
    state = after(state, [server.mark(cleo, { deliveredSeq: 1 })]);
    expect(tickOfLast(state, server)).toBe('delivered');
    state = after(state, [server.mark(cleo, { readSeq: 1 })]);
    expect(tickOfLast(state, server)).toBe('read');
  });

  test('do not wait for who has left, nor fall back for who joined later', () => {
    const server = createServerSide({ kind: 'group' });
    server.post(ana);
    const read = after(withMembers(server, [memberOf(ana), memberOf(ben)]), [
      server.mark(ben, { readSeq: 1 }),
    ]);
    expect(tickOfLast(read, server)).toBe('read');

    const late = memberOf(cleo, { joinedAt: '2027-01-01T00:00:00.000Z' });
    const members = [memberOf(ana), memberOf(ben), late];
    const state = after(read, [{ type: 'members', conversationId: server.id, members }]);
    expect(tickOfLast(state, server)).toBe('read');
  });

  test('stay when every recipient has left, whoever has come since', () => {
    const server = createServerSide({ kind: 'group' });
    server.post(ana);
    const all = after(withMembers(server), [
      server.mark(ben, { readSeq: 1 }),
      server.mark(cleo, { readSeq: 1 }),
    ]);
    const left = after(all, [
      { type: 'members', conversationId: server.id, members: [memberOf(ana)] },
    ]);
    expect(tickOfLast(left, server)).toBe('read');
    const back = memberOf(ben, { joinedAt: '2027-01-01T00:00:00.000Z', readSeq: 1 });
    const members = [memberOf(ana), back];
    const again = after(withMembers(server, members), []);
    expect(tickOfLast(again, server)).toBe('read');
  });

  test('go by what the server tells of those who have left', () => {
    const server = createServerSide({ kind: 'group' });
    server.post(ana);
    server.post(ana);
    const former = { deliveredSeq: 2, readSeq: 1 };
    const state = after(loaded(server), [
      { type: 'members', conversationId: server.id, members: [memberOf(ana)], former },
    ]);
    expect(server.messages.map((message) => tickOf(state, message))).toEqual(['read', 'delivered']);
  });

  test('go by the row while the members are not loaded', () => {
    const server = createServerSide({ kind: 'group' });
    server.post(ana);
    const row = server.row({ receipts: { deliveredSeq: 1, readSeq: 0 } });
    expect(tickOfLast(fresh(row), server)).toBe('delivered');
    expect(tickOfLast(fresh(server.row()), server)).toBe('sent');
  });

  test('are one when nobody else is there', () => {
    const server = createServerSide({ kind: 'group' });
    server.post(ana);
    expect(tickOfLast(withMembers(server, [memberOf(ana)]), server)).toBe('sent');
  });
});

describe('the chat list', () => {
  const withActivity = (n: number, given: { pinned?: boolean; posts?: number } = {}) => {
    const server = createServerSide({ id: idOf(200 + n) });
    for (let post = 0; post < (given.posts ?? n); post += 1) server.post(ben);
    const row = server.row();
    return { ...row, me: { ...row.me, pinned: given.pinned ?? false } };
  };

  test('has pinned conversations first, then the latest', () => {
    const rows = [withActivity(1), withActivity(2, { pinned: true }), withActivity(3)];
    expect(listRows(fresh(...rows)).map(({ id }) => id)).toEqual([idOf(202), idOf(203), idOf(201)]);
  });

  test('shows an empty direct conversation only when it is open or has a draft', () => {
    const row = withActivity(1, { posts: 0 });
    const state = fresh(row);
    expect(listRows(state)).toEqual([]);
    const opened = after(state, [{ type: 'log:opened', conversationId: row.id }]);
    expect(listRows(opened)).toHaveLength(1);
    const drafted = after(state, [{ type: 'draft', conversationId: row.id, text: 'Dear' }]);
    expect(listRows(drafted)).toHaveLength(1);
    const emptied = after(drafted, [{ type: 'draft', conversationId: row.id, text: '' }]);
    expect(listRows(emptied)).toEqual([]);
  });

  test('is the identical list for as long as nothing in it changes', () => {
    const state = fresh(withActivity(1), withActivity(2));
    const rows = listRows(state);
    const connected = after(state, [
      { type: 'connection', connection: { status: 'online', since: 0, reconnecting: false } },
    ]);
    expect(listRows(connected)).toBe(rows);
    expect(pendingOf(state, 'none')).toBe(pendingOf(connected, 'other'));
    expect(typersIn(state, 'none')).toBe(typersIn(connected, 'other'));
  });

  test('counts conversations, not messages, and neither muted nor archived ones nor those one has left', () => {
    const [one, two, three] = [withActivity(5), withActivity(2), withActivity(3)];
    const four = withActivity(4);
    const muted = { ...two, me: { ...two.me, mutedUntil: '2026-06-01T00:00:00.000Z' } };
    const archived = { ...three, me: { ...three.me, archived: true } };
    const left = { ...four, me: { ...four.me, leftSeq: four.lastSeq } };
    const state = fresh(one, muted, archived, left);
    expect(unreadChats(state, Date.parse('2026-05-31T00:00:00.000Z'))).toBe(1);
    expect(unreadChats(state, Date.parse('2026-06-02T00:00:00.000Z'))).toBe(2);
  });
});

test('who types is said by name, and who is there, as long as that can be known', () => {
  const server = createServerSide();
  const data = { conversationId: server.id, userId: ben.id, typing: true };
  const connection = { status: 'online' as const, since: 0, reconnecting: false };
  const state = after(loaded(server), [
    { type: 'connection', connection },
    { type: 'presence', presences: [{ userId: ben.id, online: true, lastSeenAt: null }] },
    { type: 'typing', data, expiresAt: 1 },
  ]);
  expect(typersIn(state, server.id)).toEqual(['Ben']);
  expect(isThere(state, ben)).toBe(true);
  // The socket has not noticed yet.
  const alone = after(state, [{ type: 'network', hasNetwork: false }]);
  expect(typersIn(alone, server.id)).toEqual([]);
  expect(isThere(alone, ben)).toBe(false);
});

test('a name is known from people, members or the row', () => {
  const server = createServerSide({ kind: 'group' });
  const row = server.row({ names: { [cleo.id]: 'Cleo' } });
  const state = fresh(row);
  expect(nameOf(state, cleo.id, row)).toBe('Cleo');
  expect(nameOf(state, ben.id, row)).toBe('');
  expect(nameOf(state, ana.id, row)).toBe('Ana');
});

test('who has left cannot post', () => {
  const row = createServerSide({ kind: 'group' }).row();
  expect(canPost(row)).toBe(true);
  expect(canPost({ ...row, me: { ...row.me, leftSeq: 4 } })).toBe(false);
});
