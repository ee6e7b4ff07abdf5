import { describe, expect, test } from 'vitest';
import { tickOf } from '#lib/client/select.ts';
import { after, ana, ben, createServerSide, fresh, loaded } from './support.ts';

describe('a block', () => {
  test('a message follows on what was missed for good', () => {
    const server = createServerSide();
    server.post(ben);
    const start = loaded(server);
    // Said while Ana had blocked Ben.
    for (const text of ['two', 'three']) server.post(ben, text);
    const missed = [
      { userId: ben.id, from: 4, to: 4 },
      { userId: ana.id, from: 2, to: 3 },
    ];
    const row = server.row({ missed, lastMessage: server.messages[0]!, unreadCount: 0 });
    const state = after(start, [
      { type: 'conversation:updated', data: { conversation: row } },
      { type: 'messages:pulled', conversationId: server.id, messages: [], upTo: row.rev },
      server.post(ben, 'four'),
      server.post(ben, 'five'),
    ]);
    expect(state.logs[server.id]!.messages.map(({ seq }) => seq)).toEqual([1, 4, 5]);
    expect(state.conversations[server.id]).toMatchObject({ lastSeq: 5, unreadCount: 2 });
  });

  test('somebody blocked is so wherever they are shown, until that is taken back', () => {
    const server = createServerSide();
    const blocked = { ...ben, blocked: true as const };
    let state = after(fresh(server.row()), [{ type: 'user:updated', data: { user: blocked } }]);
    expect(state.people[ben.id]?.blocked).toBe(true);
    expect(state.conversations[server.id]?.peer?.blocked).toBe(true);
    state = after(state, [{ type: 'user:updated', data: { user: ben } }]);
    expect(state.people[ben.id]?.blocked).toBeUndefined();
    expect(state.conversations[server.id]?.peer?.blocked).toBeUndefined();
  });

  test('ticks stay at one for what was sent to somebody who had blocked its sender', () => {
    const server = createServerSide();
    for (let seq = 1; seq <= 4; seq++) server.post(ana);
    const row = server.row({
      receipts: { deliveredSeq: 4, readSeq: 4 },
      missed: [
        { userId: ana.id, from: 1, to: 1 },
        { userId: ben.id, from: 2, to: 3 },
      ],
    });
    const state = fresh(row);
    const ticks = server.messages.map((message) => tickOf(state, message));
    expect(ticks).toEqual(['read', 'sent', 'sent', 'read']);
  });
});
