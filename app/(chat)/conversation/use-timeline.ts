import { useMemo } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import { pendingOf } from '#lib/client/select.ts';
import type { ConversationLog } from '#lib/client/types.ts';
import type { Conversation } from '#lib/contract/records.ts';
import { isShown, timelineOf } from './timeline.ts';

/** The rows of what is loaded of the log, and the messages among them. */
export function useTimeline(conversation: Conversation, log: ConversationLog) {
  const { id, kind, me } = conversation;
  const { divider, hasOlder } = log;
  const myId = useChat((state) => state.account.id);
  const pending = useChat((state) => pendingOf(state, id));
  const isAdmin = me.role !== 'member';
  // A group begins with its own line, that somebody created it.
  const isTold = kind === 'direct' || me.visibleFromSeq > 1;
  const hasBeginning = isTold && !hasOlder && log.loading !== 'first';

  const messages = useMemo(
    () => log.messages.filter((message) => isShown(message, myId, isAdmin)),
    [log.messages, myId, isAdmin],
  );
  const items = useMemo(
    () => timelineOf({ messages, hasOlder, hasBeginning, pending, divider, myId, isAdmin }),
    [messages, hasOlder, hasBeginning, pending, divider, myId, isAdmin],
  );
  return { messages, items };
}
