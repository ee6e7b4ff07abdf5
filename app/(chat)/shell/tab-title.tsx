'use client';

import { useChat } from '#lib/client/provider.tsx';
import { unreadChats } from '#lib/client/select.ts';

/** "(3) Gatherly": how many chats wait. No page of the shell has a title in its metadata. */
export function TabTitle() {
  const unread = useChat((state) => unreadChats(state));
  return <title>{unread > 0 ? `(${unread}) Gatherly` : 'Gatherly'}</title>;
}
