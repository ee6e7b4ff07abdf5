import { describe, expect, it } from 'vitest';
import type { Conversation, Message } from '#lib/contract/records.ts';
import { canDeleteForEveryone, canEdit } from '../../app/(chat)/conversation/message-rights.ts';

const now = Date.parse('2025-11-20T12:00:00Z');
const minute = 60_000;

const message = (ageMs: number, more: Partial<Message> = {}) =>
  ({
    kind: 'text',
    senderId: 'me',
    createdAt: new Date(now - ageMs).toISOString(),
    deletedAt: null,
    ...more,
  }) as Message;

const conversation = (
  kind: Conversation['kind'],
  role: Conversation['me']['role'],
  leftSeq: number | null = null,
) => ({ kind, me: { role, leftSeq } }) as Conversation;

const direct = conversation('direct', 'member');
const group = conversation('group', 'member');

describe('editing', () => {
  it('is for one’s own text of the last 15 minutes', () => {
    expect(canEdit(message(15 * minute), direct, 'me', now)).toBe(true);
    expect(canEdit(message(16 * minute), direct, 'me', now)).toBe(false);
    expect(canEdit(message(0, { senderId: 'ana' }), group, 'me', now)).toBe(false);
    expect(canEdit(message(0, { deletedAt: 'x' }), direct, 'me', now)).toBe(false);
    expect(canEdit(message(0), conversation('group', 'member', 7), 'me', now)).toBe(false);
  });
});

describe('deleting for everyone', () => {
  it('is for one’s own messages of the last 48 hours', () => {
    const hours = (count: number) => count * 60 * minute;
    expect(canDeleteForEveryone(message(hours(48)), direct, 'me', now)).toBe(true);
    expect(canDeleteForEveryone(message(hours(49)), direct, 'me', now)).toBe(false);
    expect(canDeleteForEveryone(message(0, { senderId: 'ana' }), group, 'me', now)).toBe(false);
  });

  it('is for the admins of a group at any time, and for nobody who has left', () => {
    const old = message(1e9, { senderId: 'ana' });
    expect(canDeleteForEveryone(old, conversation('group', 'admin'), 'me', now)).toBe(true);
    expect(canDeleteForEveryone(old, conversation('group', 'admin', 3), 'me', now)).toBe(false);
    expect(canDeleteForEveryone(message(0), conversation('group', 'member', 3), 'me', now)).toBe(
      false,
    );
  });
});
