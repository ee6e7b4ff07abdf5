import type { Output } from '#lib/contract/operations.ts';
import type { Conversation, Message } from '#lib/contract/records.ts';
import type { LogEvent, Unread } from './chat-events.ts';
import { firstSeqOf } from './rows.ts';

// What a conversation is opened with, whether the server draws it or the browser fetches it.

export const pageSize = 50;

export const unreadOf = ({ unreadCount, me }: Conversation): Unread | null =>
  unreadCount > 0 ? { readSeq: me.readSeq, count: unreadCount } : null;

/** Which page to ask for: the one around the first unread message, or the latest. */
export const firstMark = (unread: Unread | null) => (unread ? { around: unread.readSeq + 1 } : {});

/** Puts that page into the log. */
export const firstPlaced = (
  conversationId: string,
  row: Conversation | undefined,
  unread: Unread | null,
  { messages, hasMore }: Output<'listMessages'>,
): LogEvent => ({
  type: 'log:replaced',
  conversationId,
  messages,
  hasOlder: unread ? isMidway(row, messages) : hasMore,
  unread,
});

/** In the middle of a log `hasMore` does not say on which side; where the conversation begins does. */
export const isMidway = (row: Conversation | undefined, messages: Message[]): boolean =>
  (messages[0]?.seq ?? 0) > (row ? firstSeqOf(row) : 1);
