'use client';

import { useEffect, useRef, useState } from 'react';
import { useChat, useIncoming, useReadChat } from '#lib/client/provider.tsx';
import { closeRead } from '#lib/client/push.ts';
import type { ChatState } from '#lib/client/types.ts';
import type { Message } from '#lib/contract/records.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { toast } from '#lib/ui/toast.tsx';
import { tellOf } from './notice.tsx';

/**
 * Tells of messages while the page is open and looks at something else. Of what comes in while nobody
 * can see the page its device is told by the server.
 */
export function Incoming() {
  const t = useTexts();
  /** The chats of which a notice may be on the page. */
  const [noticed] = useState(() => new Set<string>());
  const [said, setSaid] = useState<{ message: Message; sentence: string }[]>([]);
  const announce = (message: Message, sentence: string) =>
    setSaid((earlier) => [...earlier, { message, sentence }].slice(-mostSaid));
  const read = useReadChat();
  useIncoming((message) => tellOf(t, message, { read, noticed, announce }));
  const rows = useChat(({ conversations }) => conversations);
  useReadClosed(noticed, rows, read);
  const isStillNews = ({ id, conversationId }: Message) => {
    const row = rows[conversationId];
    return row?.unreadCount && row.lastMessage?.id === id && row.lastMessage.deletedAt === null;
  };
  return (
    <div aria-live="polite" aria-relevant="additions" className="sr-only">
      {said
        .filter(({ message }) => isStillNews(message))
        .map(({ message, sentence }) => (
          <p key={message.id}>{sentence}</p>
        ))}
    </div>
  );
}

// The rest has been read out, or is too much to be.
const mostSaid = 5;
const closeAfterMs = 300;

/** What has been read, here or elsewhere, is no news any more: what the device shows of it goes. */
function useReadClosed(
  noticed: Set<string>,
  rows: ChatState['conversations'],
  read: () => ChatState,
): void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    for (const id of noticed) {
      if ((rows[id]?.unreadCount ?? 0) > 0) continue;
      noticed.delete(id);
      toast.dismiss(`incoming-${id}`);
    }
    // The browser keeps the page waiting for its answer: not while something is being opened.
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      const readSeqOf = (id: string) => read().conversations[id]?.me.readSeq ?? null;
      void closeRead(readSeqOf).catch(() => undefined);
    }, closeAfterMs);
  }, [rows, noticed, read]);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
}
