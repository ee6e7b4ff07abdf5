'use client';

import { useEffect, useRef } from 'react';
import { isTouch } from '../conversation/touch.ts';

/**
 * When the view changes and what had the focus goes with the old one, the focus goes to where one
 * came from: the row of the chat that was closed, else to the new view itself.
 *
 * @param chatId the chat on the screen, or null
 * @param place changes with the view
 */
export function useViewFocus(chatId: string | null, place: string): void {
  const before = useRef({ chatId, place });
  useEffect(() => {
    const left = before.current;
    before.current = { chatId, place };
    if (left.place === place) return;
    // After what takes the focus by itself: the composer, a dialog that closes.
    const timer = setTimeout(() => {
      if (document.activeElement && document.activeElement !== document.body) return;
      const row = chatId === null && left.chatId ? rowOf(left.chatId) : null;
      (row ?? document.getElementById('main'))?.focus({
        preventScroll: row === null,
        // Nobody who goes back with a thumb wants to see a ring.
        ...(isTouch() && { focusVisible: false }),
      });
    });
    return () => clearTimeout(timer);
  }, [chatId, place]);
}

const rowOf = (chatId: string): HTMLElement | null =>
  document.querySelector(`[data-chat="${CSS.escape(chatId)}"]`);
