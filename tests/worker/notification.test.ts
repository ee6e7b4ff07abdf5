import { describe, expect, test } from 'vitest';
import type { PushPayload } from '#lib/contract/push.ts';
import type { Language } from '#lib/contract/records.ts';
import { languages } from '#lib/texts/languages.ts';
import { notificationTexts } from '#lib/texts/notifications.ts';
import { dataOf, shownOf } from '../../lib/worker/notification.ts';

type MessagePush = Extract<PushPayload, { kind: 'message' }>;
const id = (digit: number) => String(digit).repeat(24);

const push = (
  more: {
    text?: string | null;
    kind?: 'direct' | 'group';
    unread?: number;
    quiet?: boolean;
    avatarUrl?: string;
  } = {},
): MessagePush => ({
  kind: 'message',
  conversation: {
    id: id(1),
    kind: more.kind ?? 'direct',
    title: more.kind ? 'Lake house' : 'Ben',
    avatarUrl: more.avatarUrl ?? null,
  },
  message: {
    id: id(2),
    seq: 7,
    kind: 'text',
    senderId: id(3),
    senderName: 'Ben',
    text: more.text === undefined ? 'Hello' : more.text,
    createdAt: '2026-11-23T10:00:00.000Z',
  },
  unreadCount: more.unread ?? 1,
  quiet: more.quiet ?? false,
});

const shown = (payload: MessagePush, language: Language = 'en') =>
  shownOf(payload, notificationTexts[language], { language, locale: language });

describe('a message as it is shown', () => {
  test('says who wrote, and what', () => {
    expect(shown(push())).toMatchObject({ title: 'Ben', options: { body: 'Hello', lang: 'en' } });
  });

  test('in a group says which', () => {
    expect(shown(push({ kind: 'group' })).title).toBe('Ben in Lake house');
  });

  test('says how many more there are', () => {
    expect(shown(push({ unread: 3 })).options.body).toBe('Hello\nand 2 more');
    expect(shown(push({ unread: 100 })).options.body).toBe('Hello\nand 99 more');
  });

  test('says nothing of what was written where that is hidden', () => {
    expect(shown(push({ text: null })).options.body).toBe('New message');
    expect(shown(push({ text: null, unread: 3 })).options.body).toBe('3 new messages');
    expect(shown(push({ text: null, unread: 100 })).options.body).toBe('99+ new messages');
  });

  test('takes the place of the one before in its chat, and is heard again', () => {
    expect(shown(push()).options).toMatchObject({
      tag: `chat:${id(1)}`,
      renotify: true,
      silent: false,
    });
    expect(shown(push({ quiet: true })).options).toMatchObject({ renotify: false, silent: true });
  });

  test('has the picture of its chat, if there is one', () => {
    expect(shown(push()).options.icon).toBe('/icon-192.png');
    const avatarUrl = '/api/v1/pictures/1';
    expect(shown(push({ avatarUrl })).options.icon).toBe(avatarUrl);
  });

  test('knows what it is about', () => {
    const { data } = shown(push()).options;
    expect(dataOf({ data })).toEqual({ conversationId: id(1), seq: 7 });
    expect(dataOf({ data: null })).toBeNull();
  });

  test.each(languages)('has all its words in %s', (language) => {
    const texts = notificationTexts[language];
    const { actions } = shown(push(), language).options;
    expect(actions?.map(({ title }) => title)).toEqual([texts.reply, texts.markRead]);
    for (const count of [1, 2, 3, 11, 100]) {
      const { body } = shown(push({ text: null, unread: count }), language).options;
      expect(body).toMatch(/\p{L}{3}/u);
    }
  });
});
