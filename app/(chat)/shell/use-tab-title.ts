'use client';

import { useEffect } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import { unreadChats } from '#lib/client/select.ts';

/** "(3) Gatherly": how many chats wait. */
export function useTabTitle(): void {
  const unread = useChat((state) => unreadChats(state));
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) Gatherly` : 'Gatherly';
  }, [unread]);
}
