import { useMemo } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import { pendingOf } from '#lib/client/select.ts';
import type { ConversationLog, PendingMessage } from '#lib/client/types.ts';
import type { Conversation } from '#lib/contract/records.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { isShown, timelineOf, waitingBubbles } from './timeline.ts';

/**
 * The rows of what is loaded of the log, the messages among them, and what waits to be sent below a
 * log that does not go on to its end.
 */
export function useTimeline(conversation: Conversation, log: ConversationLog) {
  const { id, kind, me } = conversation;
  const { divider, hasOlder, hasNewer } = log;
  const { day: dayOf } = useTexts();
  const myId = useChat((state) => state.account.id);
  const pending = useChat((state) => pendingOf(state, id));
  // Among what was sent long ago it would seem to be as old.
  const next = hasNewer ? nothingPending : pending;
  const isAdmin = me.role !== 'member';
  // A group begins with its own line, that somebody created it.
  const isTold = kind === 'direct' || me.visibleFromSeq > 1;
  const hasBeginning = isTold && !hasOlder && log.loading !== 'first';

  const messages = useMemo(
    () => log.messages.filter((message) => isShown(message, myId, isAdmin)),
    [log.messages, myId, isAdmin],
  );
  const items = useMemo(
    () =>
      timelineOf({
        messages,
        hasOlder,
        hasBeginning,
        pending: next,
        divider,
        myId,
        isAdmin,
        dayOf,
      }),
    [messages, hasOlder, hasBeginning, next, divider, myId, isAdmin, dayOf],
  );
  const waiting = useMemo(
    () => (hasNewer ? waitingBubbles(pending, myId, dayOf) : []),
    [hasNewer, pending, myId, dayOf],
  );
  return { messages, items, waiting };
}

const nothingPending: PendingMessage[] = [];
