import { useMemo, useState } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import { pendingOf, tickOf } from '#lib/client/select.ts';
import type { ConversationLog } from '#lib/client/types.ts';
import type { Conversation } from '#lib/contract/records.ts';
import { around, earlier, later, windowOf, type WindowStart } from './log-window.ts';
import { isShown, timelineOf } from './timeline.ts';

/** The rows of the log that are drawn just now, and how to draw others. */
export function useTimeline(conversation: Conversation, log: ConversationLog) {
  const { id, me } = conversation;
  const { divider } = log;
  const myId = useChat((state) => state.account.id);
  const pending = useChat((state) => pendingOf(state, id));
  const isAdmin = me.role !== 'member';

  const messages = useMemo(
    () => log.messages.filter((message) => isShown(message, myId, isAdmin)),
    [log.messages, myId, isAdmin],
  );
  const [start, setStart] = useState<WindowStart>(() =>
    divider ? around(messages, divider.seq) : null,
  );
  const { from, to, shown } = useMemo(() => windowOf(messages, start), [messages, start]);
  const isTopShown = from === 0;
  const isEndShown = to === messages.length;

  const items = useMemo(
    () =>
      timelineOf({
        messages: shown,
        isCut: !isTopShown,
        pending: isEndShown ? pending : [],
        divider,
        myId,
        isAdmin,
      }),
    [shown, isTopShown, isEndShown, pending, divider, myId, isAdmin],
  );
  const ticks = useChat((state) =>
    items.map((item) => {
      const sent = item.kind === 'bubble' && item.own && (item.message ?? item.pending);
      return sent ? tickOf(state, sent) : null;
    }),
  );

  return {
    messages,
    items,
    ticks,
    isTopShown,
    isEndShown,
    showEarlier: () => setStart(earlier(messages, start)),
    showLater: () => setStart(later(messages, start)),
    showLatest: () => setStart(null),
  };
}
