'use client';

import { useEffect, useState } from 'react';
import { useChat, useIncoming } from '#lib/client/provider.tsx';
import { closeRead } from '#lib/client/push.ts';
import { isMuted, nameOf } from '#lib/client/select.ts';
import type { ChatState } from '#lib/client/types.ts';
import type { Message } from '#lib/contract/records.ts';
import { navigate } from '#lib/ui/nav.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { toast } from '#lib/ui/toast.tsx';
import { plainText } from '../conversation/text-marks.ts';
import { playSound } from './sound.ts';

/**
 * Tells of messages while the page is open and looks at something else. Of what comes in while nobody
 * can see the page its device is told by the server.
 */
export function Incoming() {
  const t = useTexts();
  /** The chats of which a notice may be on the page. */
  const [noticed] = useState(() => new Set<string>());
  useIncoming((message, state) => {
    if (!isNews(message, state) || document.visibilityState !== 'visible') return;
    const { conversationId } = message;
    if (state.openId === conversationId && document.hasFocus()) return;
    void playSound().catch(() => undefined);
    if (state.openId === conversationId) return;
    const row = state.conversations[conversationId];
    const name = nameOf(state, message.senderId, row) || t('person.someone');
    noticed.add(conversationId);
    toast(
      <span className="flex min-w-0 flex-col">
        <b dir="auto" className="trunc">
          {row?.kind === 'group' ? t('notify.inGroup', { name, group: row.title }) : name}
        </b>
        <span dir="auto" className="trunc">
          {plainText(message.text)}
        </span>
      </span>,
      {
        id: `incoming-${conversationId}`,
        action: { label: t('notify.open'), onClick: () => navigate(`/chats/${conversationId}`) },
      },
    );
  });
  useReadClosed(noticed);
  return null;
}

function isNews({ conversationId, senderId, kind }: Message, state: ChatState): boolean {
  const row = state.conversations[conversationId];
  if (!row || senderId === state.account.id || kind === 'system') return false;
  return !row.me.archived && row.me.leftSeq === null && !isMuted(row);
}

/** What has been read, here or elsewhere, is no news any more: what the device shows of it goes. */
function useReadClosed(noticed: Set<string>): void {
  const rows = useChat(({ conversations }) => conversations);
  useEffect(() => {
    for (const id of noticed) {
      if ((rows[id]?.unreadCount ?? 0) > 0) continue;
      noticed.delete(id);
      toast.dismiss(`incoming-${id}`);
    }
    void closeRead((id) => rows[id]?.me.readSeq ?? null).catch(() => undefined);
  }, [rows, noticed]);
}
