import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ChatEvent } from '#lib/client/chat-events.ts';
import { reduce } from '#lib/client/reduce.ts';
import type { ChatState } from '#lib/client/types.ts';
import {
  after,
  ana,
  ben,
  cleo,
  createServerSide,
  fresh,
  loaded,
  memberOf,
  type ServerSide,
} from './support.ts';

type Step =
  | { do: 'post'; by: number }
  | { do: 'say' }
  | { do: 'edit' | 'remove' | 'hide' | 'touch'; which: number }
  | { do: 'deliver' | 'read'; by: number; which: number }
  | { do: 'readAll' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('post' as const), by: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('say' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('edit' as const, 'remove' as const, 'hide' as const, 'touch' as const),
      which: fc.nat(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('deliver' as const, 'read' as const),
      by: fc.nat(1),
      which: fc.nat(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('readAll' as const) }) },
);

const people = [ana, ben, cleo];

/** What the server tells Ana of it; nothing when it changes nothing. */
function take(server: ServerSide, step: Step): ChatEvent[] {
  const last = server.lastSeq();
  if (step.do === 'post') return post(server, people[step.by]!);
  if (step.do === 'say') return [server.post(ben, 'Ben left', { kind: 'system' })];
  if (step.do === 'readAll') return [server.mark(ana, { readSeq: last })];
  if (last === 0) return [];
  const seq = (step.which % last) + 1;
  if (step.do === 'deliver' || step.do === 'read') {
    const user = step.by === 0 ? ben : ana;
    return [server.mark(user, step.do === 'read' ? { readSeq: seq } : { deliveredSeq: seq })];
  }
  if (step.do === 'touch') return [server.touch(seq)];
  if (server.isGone(seq)) return [];
  if (step.do === 'edit') return [server.edit(seq, `edited at ${server.rev()}`)];
  if (step.do === 'remove') return [server.remove(seq)];
  // One hides what one has seen.
  return seq <= server.marksOf(ana.id).readSeq ? [server.hide(seq)] : [];
}

function post(server: ServerSide, sender: typeof ben): ChatEvent[] {
  const unread = server.unread();
  const event = server.post(sender);
  if (sender.id !== ana.id || unread === 0) return [event];
  return [event, server.mark(ana, { readSeq: server.lastSeq() })];
}

/** All that Ana is shown of the conversation. */
function shown(state: ChatState, id: string) {
  const { lastSeq, rev, unreadCount, lastMessage } = state.conversations[id]!;
  return {
    lastSeq,
    rev,
    unreadCount,
    lastMessage,
    messages: state.logs[id]?.messages,
    peer: state.receipts[id]?.[ben.id],
  };
}

function truth(server: ServerSide, hasLog: boolean) {
  const { lastSeq, rev, unreadCount, lastMessage } = server.row();
  const messages = hasLog ? [...server.messages] : undefined;
  return { lastSeq, rev, unreadCount, lastMessage, messages };
}

/** Each event once or twice, anywhere. */
const shuffle = (events: ChatEvent[], order: number[]): ChatEvent[] =>
  [...events, ...events.filter((_, i) => (order[i % order.length] ?? 0) % 2 === 1)]
    .map((event, i) => ({ event, place: order[(i * 7) % order.length] ?? 0 }))
    .sort((a, b) => a.place - b.place)
    .map(({ event }) => event);

const steps = fc.array(step, { maxLength: 30 });
const order = fc.array(fc.nat(1000), { minLength: 40, maxLength: 80 });

describe('whatever way the news come', () => {
  test('events in any order, some of them twice, give what the server has', () => {
    fc.assert(
      fc.property(steps, steps, order, fc.boolean(), (before, during, order, hasLog) => {
        const server = createServerSide();
        for (const one of before) take(server, one);
        const start = hasLog ? loaded(server) : fresh(server.row());
        // Without its messages a client cannot tell how many a reading of some of them leaves.
        const told = during.filter((one) => hasLog || !['read', 'hide', 'touch'].includes(one.do));
        const events = told.flatMap((one) => take(server, one));

        const state = after(start, shuffle(events, order));

        expect(shown(state, server.id)).toMatchObject(truth(server, hasLog));
        expect(state.known[server.id]!.ahead).toEqual([]);
        expect(state.known[server.id]!.rev).toBe(server.rev());
        expect(shown(state, server.id)).toEqual(shown(after(start, events), server.id));
      }),
      { numRuns: 400 },
    );
  });

  test('rows of different times, mixed with the events, change nothing in the end', () => {
    fc.assert(
      fc.property(steps, steps, order, (before, during, order) => {
        const server = createServerSide();
        for (const one of before) take(server, one);
        const start = loaded(server);
        const events = during.flatMap((one): ChatEvent[] => [
          ...take(server, one),
          { type: 'conversations', items: [server.row()] },
        ]);

        const state = after(start, shuffle(events, order));

        expect(shown(state, server.id)).toMatchObject(truth(server, true));
      }),
      { numRuns: 300 },
    );
  });

  test('after a reconnect, the row and what changed since make up for all that was lost', () => {
    fc.assert(
      fc.property(steps, steps, order, (before, during, order) => {
        const server = createServerSide();
        for (const one of before) take(server, one);
        const start = loaded(server);
        const events = during.flatMap((one) => take(server, one));
        const kept = shuffle(events, order).filter((_, i) => order[i % order.length]! % 3 > 0);

        let state = after(start, kept);
        state = reduce(state, { type: 'conversations', items: [server.row()] });
        const { rev } = state.known[server.id]!;
        const { messages } = server.list({ sinceRev: rev, limit: 200 });
        const pulled = {
          type: 'messages:pulled' as const,
          conversationId: server.id,
          messages,
          upTo: server.rev(),
        };
        state = after(state, [pulled, pulled, ...events]);

        expect(shown(state, server.id)).toMatchObject(truth(server, true));
        expect(state.known[server.id]!.rev).toBe(server.rev());
      }),
      { numRuns: 300 },
    );
  });

  test('a page that was under way does not undo what changed meanwhile', () => {
    const server = createServerSide();
    for (let n = 0; n < 10; n += 1) server.post(ben);
    const page = server.list({});
    const loading = after(fresh(server.row()), [
      { type: 'log:loading', conversationId: server.id, part: 'first' },
    ]);
    const meanwhile = [server.edit(5, 'better'), server.post(ben)];

    const state = after(loading, [
      ...meanwhile,
      {
        type: 'log:replaced',
        conversationId: server.id,
        messages: page.messages,
        hasOlder: false,
      },
    ]);

    expect(state.logs[server.id]).toMatchObject({ messages: server.messages, hasNewer: false });
  });
});

describe('messages', () => {
  test('what the server accepted takes the place of the pending bubble', () => {
    const server = createServerSide();
    const id = server.id;
    const entry = {
      clientId: 'mine-1',
      conversationId: id,
      text: 'hello',
      createdAt: '2026-01-01T00:00:00.000Z',
      status: 'pending' as const,
      error: null,
    };
    const waiting = reduce(loaded(server), { type: 'outbox:put', entry });
    expect(waiting.outbox[id]).toEqual([entry]);

    const other = reduce(waiting, server.post(ben, 'hello', { clientId: 'mine-1' }));
    expect(other.outbox[id]).toEqual([entry]);

    const state = reduce(other, server.post(ana, 'hello', { clientId: 'mine-1' }));
    expect(state.outbox[id]).toEqual([]);
    expect(state.logs[id]!.messages.at(-1)!.clientId).toBe('mine-1');
  });

  test('a message beyond a hole waits outside the log', () => {
    const server = createServerSide();
    server.post(ben);
    const start = loaded(server);
    const [second, third] = [server.post(ben), server.post(ben)];

    const early = reduce(start, third);
    expect(early.logs[server.id]!.messages.map(({ seq }) => seq)).toEqual([1]);
    expect(early.conversations[server.id]).toMatchObject({ lastSeq: 3, unreadCount: 2 });

    const state = reduce(early, second);
    expect(state.logs[server.id]!.messages.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  test('a message that comes before its conversation is not lost', () => {
    const server = createServerSide();
    const row = server.row();
    const event = server.post(ben);

    const state = after(fresh(), [
      event,
      { type: 'conversation:updated', data: { conversation: row } },
    ]);

    expect(state.conversations[server.id]).toMatchObject({ lastSeq: 1, unreadCount: 1 });
  });

  test('the sign that somebody types goes when their message comes', () => {
    const server = createServerSide();
    const data = { conversationId: server.id, userId: ben.id, typing: true };
    const typing = reduce(loaded(server), { type: 'typing', data, expiresAt: 6000 });
    expect(typing.typing[server.id]).toEqual({ [ben.id]: 6000 });

    expect(reduce(typing, server.post(ben)).typing).toEqual({});
    expect(reduce(typing, { type: 'typing:expired', now: 6000 }).typing).toEqual({});
    expect(reduce(typing, { type: 'typing:expired', now: 5999 })).toBe(typing);
  });

  test('sending takes the unread divider away', () => {
    const server = createServerSide();
    server.post(ben);
    const opened = reduce(loaded(server), {
      type: 'log:divided',
      conversationId: server.id,
      unread: { readSeq: 0, count: 1 },
    });
    expect(opened.logs[server.id]!.divider).toEqual({ seq: 1, count: 1 });

    const entry = {
      clientId: 'mine',
      conversationId: server.id,
      text: 'hi',
      createdAt: '2026-01-01T00:00:00.000Z',
      status: 'pending' as const,
      error: null,
    };
    expect(reduce(opened, { type: 'outbox:put', entry }).logs[server.id]!.divider).toBeNull();
  });
});

describe('reading', () => {
  test('a deleted message that somebody then hides is not taken off the count again', () => {
    const server = createServerSide();
    for (let n = 0; n < 3; n += 1) server.post(ben);
    server.remove(3);
    const starts = [fresh(server.row()), loaded(server)];
    const event = server.touch(3);

    for (const start of starts)
      expect(after(start, [event, event]).conversations[server.id]!.unreadCount).toBe(2);
  });

  test('own receipts from another device clear the unread count', () => {
    const server = createServerSide();
    for (let n = 0; n < 3; n += 1) server.post(ben);
    const start = fresh(server.row());
    expect(start.conversations[server.id]!.unreadCount).toBe(3);

    expect(
      reduce(start, server.mark(ana, { readSeq: 3 })).conversations[server.id]!.unreadCount,
    ).toBe(0);
  });

  test('own messages read everything up to them, system lines do not', () => {
    const server = createServerSide({ kind: 'group' });
    server.post(ben);
    const start = fresh(server.row());
    const line = reduce(start, server.post(ana, 'Ana added Cleo', { kind: 'system' }));
    expect(line.conversations[server.id]!.unreadCount).toBe(1);
    const state = reduce(line, server.post(ana));
    expect(state.conversations[server.id]!.unreadCount).toBe(0);
  });

  test('watermarks never move back, and what is read is delivered', () => {
    const server = createServerSide();
    server.post(ana);
    const receipts = (deliveredSeq: number, readSeq: number): ChatEvent => ({
      type: 'receipts',
      data: { conversationId: server.id, receipts: [{ userId: ben.id, deliveredSeq, readSeq }] },
    });
    const state = after(loaded(server), [receipts(0, 1), receipts(0, 0)]);
    expect(state.receipts[server.id]![ben.id]).toEqual({
      userId: ben.id,
      deliveredSeq: 1,
      readSeq: 1,
    });
  });
});

describe('conversations and people', () => {
  test('a conversation that one was removed from stays, read-only', () => {
    const server = createServerSide({ kind: 'group' });
    server.post(ben);
    const removed: ChatEvent = {
      type: 'conversation:removed',
      data: { conversationId: server.id },
    };
    const state = after(loaded(server), [removed, removed]);
    expect(state.conversations[server.id]!.me.leftSeq).toBe(1);
    expect(state.logs[server.id]!.messages).toHaveLength(1);
  });

  test('an older row does not bring an older title back', () => {
    const server = createServerSide({ kind: 'group' });
    const old = server.row();
    const renamed = server.row({ title: 'Orchard', updatedAt: '2026-02-01T00:00:00.000Z' });
    const state = after(fresh(), [
      { type: 'conversations', items: [renamed] },
      { type: 'conversations', items: [old] },
    ]);
    expect(state.conversations[server.id]!.title).toBe('Orchard');
  });

  test('a changed profile shows in people, rows and member lists, and keeps the presence', () => {
    const server = createServerSide();
    const group = createServerSide({ kind: 'group', id: 'f'.repeat(24) });
    const state = after(fresh(server.row(), group.row()), [
      { type: 'members', conversationId: group.id, members: [memberOf(ana), memberOf(ben)] },
      {
        type: 'presence',
        presences: [{ userId: ben.id, online: true, lastSeenAt: null }],
      },
      { type: 'user:updated', data: { user: { ...ben, displayName: 'Benny' } } },
    ]);
    const benny = { displayName: 'Benny', online: true };
    expect(state.people[ben.id]).toMatchObject(benny);
    expect(state.conversations[server.id]).toMatchObject({ title: 'Benny', peer: benny });
    expect(state.members[group.id]![1]!.user).toMatchObject(benny);
  });

  test('one’s own account is the same on each device', () => {
    const user = { ...ana, language: 'de' as const };
    expect(after(fresh(), [{ type: 'account:updated', data: { user } }]).account).toBe(user);
  });

  test('one’s own changed profile is the account’s', () => {
    const { email: _, hasPassword: __, ...me } = ana;
    const user = { ...me, displayName: 'Anna' };
    const state = reduce(fresh(), { type: 'user:updated', data: { user } });
    expect(state.account).toEqual({ ...ana, displayName: 'Anna' });
  });
});
