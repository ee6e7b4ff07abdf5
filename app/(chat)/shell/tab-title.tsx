'use client';

import { useEffect } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import { unreadChats } from '#lib/client/select.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';

/**
 * "(3) Gatherly": how many chats wait, here and on the installed application's icon. No page of the
 * shell has a title in its metadata.
 */
export function TabTitle() {
  const t = useTexts();
  const unread = useChat((state) => unreadChats(state));
  useEffect(() => showOnIcon(unread), [unread]);
  return <title>{unread > 0 ? `(${t.number(unread)}) Gatherly` : 'Gatherly'}</title>;
}

function showOnIcon(count: number): void {
  const { setAppBadge } = navigator as Partial<Navigator>;
  // Refused where it is not installed.
  void setAppBadge?.call(navigator, count).catch(() => undefined);
}
