import type { Conversation } from '#lib/contract/records.ts';
import type { Dispatch, Unread } from './chat-events.ts';
import { sidesKept, spare } from './log.ts';
import type { ChatState } from './types.ts';

/** What becomes of the conversation in view while nobody looks at it. */
interface Absence {
  /** The page went to the background. */
  leave(): void;
  /** It came back to somebody's eyes: a divider stands above what came meanwhile. */
  comeBack(): void;
  /** This conversation is the one in view now, perhaps on a page that nobody looks at. */
  opened(row: Conversation): void;
}

export interface AbsenceParts {
  get: () => ChatState;
  dispatch: Dispatch;
  subscribe: (listener: () => void) => () => void;
}

/** Where somebody was. */
interface Place {
  id: string;
  seq: number;
  unreadCount: number;
  /** How many messages its log keeps until somebody is back. */
  most: number;
}

export function createAbsence({ get, dispatch, subscribe }: AbsenceParts): Absence {
  let isAway = false;
  let left: Place | null = null;
  let unsubscribe = () => {};

  function leaveAt(id: string, seq: number, unreadCount: number): void {
    const length = get().logs[id]?.messages.length ?? 0;
    left = { id, seq, unreadCount, most: Math.max(sidesKept.whole, length) + spare };
    unsubscribe();
    unsubscribe = subscribe(boundLog);
  }

  /** The end is dropped, not the beginning, so that the place where somebody was stays. */
  function boundLog(): void {
    const log = left && get().logs[left.id];
    if (!left || !log || log.loading || log.messages.length <= left.most + spare) return;
    const { id: conversationId, most } = left;
    dispatch({ type: 'log:trimmed', conversationId, most, keep: 'oldest' });
  }

  return {
    leave() {
      isAway = true;
      const { openId, conversations } = get();
      const row = openId === null ? undefined : conversations[openId];
      if (row && !left) leaveAt(row.id, row.lastSeq, row.unreadCount);
    },
    opened(row) {
      if (isAway && left?.id !== row.id) leaveAt(row.id, row.me.readSeq, 0);
    },
    comeBack() {
      const { openId, logs, conversations } = get();
      const place = left;
      isAway = false;
      left = null;
      unsubscribe();
      if (!place || place.id !== openId) return;
      const row = conversations[place.id];
      const log = logs[place.id];
      if (!row || !log || row.lastSeq <= place.seq) return;
      const unread: Unread = { readSeq: place.seq };
      if (log.hasNewer) unread.count = Math.max(1, row.unreadCount - place.unreadCount);
      dispatch({ type: 'log:divided', conversationId: place.id, unread });
    },
  };
}
