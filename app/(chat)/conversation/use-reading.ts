import { useEffect, useRef } from 'react';
import { useActions } from '#lib/client/provider.tsx';
import type { Conversation } from '#lib/contract/records.ts';

/**
 * Reading takes a window that is visible and has the focus, and either the newest message in view or
 * that the conversation was just opened: opening reads everything in it.
 */
export function useReading(conversation: Conversation, isLoaded: boolean, isAtEnd: boolean): void {
  const { markRead } = useActions();
  const isFresh = useRef(true);
  const { id, lastSeq, me } = conversation;
  // What was left unread in a group that one has left stays so.
  const unreadUpTo = me.leftSeq === null && me.readSeq < lastSeq ? lastSeq : 0;

  useEffect(() => {
    const look = () => {
      if (!isLoaded || document.visibilityState !== 'visible' || !document.hasFocus()) return;
      if (!isAtEnd && !isFresh.current) return;
      isFresh.current = false;
      if (unreadUpTo > 0) markRead(id);
    };
    look();
    window.addEventListener('focus', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      window.removeEventListener('focus', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, [id, isLoaded, isAtEnd, unreadUpTo, markRead]);
}
