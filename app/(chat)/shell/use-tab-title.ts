'use client';

import { usePathname } from 'next/navigation';
import { useEffect } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import { unreadChats } from '#lib/client/select.ts';

/** "(3) Gatherly": how many chats wait. Set again with each view, which may bring a title along. */
export function useTabTitle(): void {
  const unread = useChat((state) => unreadChats(state));
  const path = usePathname();
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) Gatherly` : 'Gatherly';
  }, [unread, path]);
}
