import type { PushPayload } from '#lib/contract/push.ts';
import type { NotificationTexts } from '#lib/texts/notifications.ts';
import type { Speech } from './speech.ts';

/** What a shown notification knows of what it is about. */
export interface NotificationData {
  conversationId: string;
  seq: number;
}

interface NotificationAction {
  action: 'reply' | 'read';
  title: string;
  /** `text` where the platform lets people write in the notification itself. */
  type?: 'text';
  placeholder?: string;
}

export interface Shown {
  title: string;
  options: NotificationOptions & {
    actions?: NotificationAction[];
    renotify?: boolean;
    timestamp?: number;
  };
}

type MessagePush = Extract<PushPayload, { kind: 'message' }>;

/** One notification for each conversation. */
export const tagOf = (conversationId: string): string => `chat:${conversationId}`;

export const dataOf = ({ data }: { data: unknown }): NotificationData | null =>
  typeof data === 'object' && data !== null && 'conversationId' in data
    ? (data as NotificationData)
    : null;

/** How a message is shown, in the person's language. */
export function shownOf(push: MessagePush, texts: NotificationTexts, speech: Speech): Shown {
  const { conversation, message, quiet } = push;
  const data: NotificationData = { conversationId: conversation.id, seq: message.seq };
  return {
    title:
      conversation.kind === 'group'
        ? texts.inGroup(message.senderName, conversation.title)
        : conversation.title,
    options: {
      body: bodyOf(push, texts),
      tag: tagOf(conversation.id),
      data,
      silent: quiet,
      // One that takes another's place is heard, unless it says nothing new.
      renotify: !quiet,
      timestamp: Date.parse(message.createdAt),
      lang: speech.language,
      dir: 'auto',
      ...icons,
      ...(conversation.avatarUrl && { icon: conversation.avatarUrl }),
      actions: [
        { action: 'reply', type: 'text', title: texts.reply, placeholder: texts.replyHere },
        { action: 'read', title: texts.markRead },
      ],
    },
  };
}

function bodyOf({ message, unreadCount }: MessagePush, texts: NotificationTexts): string {
  if (message.text === null) return texts.newMessages(unreadCount);
  const said = message.text === '' && message.kind !== 'text' ? texts[message.kind] : message.text;
  return unreadCount > 1 ? `${said}\n${texts.andMore(unreadCount - 1)}` : said;
}

const icons = { icon: '/icon-192.png', badge: '/badge-96.png' };

/** Of a test, and of what cannot be read: a push that shows nothing costs the permission. */
export const plainShown = (title: string, body: string, { language }: Speech): Shown => ({
  title,
  options: { body, tag: 'gatherly', lang: language, dir: 'auto', ...icons },
});
