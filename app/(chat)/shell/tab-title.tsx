'use client';

import { useEffect, useState } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import { unreadChats } from '#lib/client/select.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';

/** A message that comes into the open chat is unread no longer than this: it changes no title. */
const settledMs = 100;

/**
 * "(3) Gatherly": how many chats wait, here and on the installed application's icon. No page of the
 * shell has a title in its metadata.
 */
export function TabTitle() {
  const t = useTexts();
  const unread = useChat((state) => unreadChats(state));
  const [shown, setShown] = useState(unread);
  useEffect(() => {
    const timer = setTimeout(() => setShown(unread), settledMs);
    return () => clearTimeout(timer);
  }, [unread]);
  useEffect(() => showOnIcon(shown), [shown]);
  return <title>{shown > 0 ? `(${t.number(shown)}) Gatherly` : 'Gatherly'}</title>;
}

function showOnIcon(count: number): void {
  const { setAppBadge } = navigator as Partial<Navigator>;
  // Refused where it is not installed.
  void setAppBadge?.call(navigator, count).catch(() => undefined);
}
