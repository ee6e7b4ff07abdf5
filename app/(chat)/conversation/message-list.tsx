'use client';

import { useEffect, useImperativeHandle, useRef, useState, type Ref } from 'react';
import { useActions } from '#lib/client/provider.tsx';
import { mostLoaded } from '#lib/client/log.ts';
import type { ConversationLog } from '#lib/client/types.ts';
import type { Conversation, Message } from '#lib/contract/records.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { FloatingDay, type FloatingDayHandle } from './floating-day.tsx';
import { LogEnd, LogTop } from './log-ends.tsx';
import { LogRows, Waiting } from './log-rows.tsx';
import { JumpButton, LiveRegion } from '../shell/parts.tsx';
import { Typing } from './separators.tsx';
import { useFetching } from './use-fetching.ts';
import { useLogScroll, type Look } from './use-log-scroll.ts';
import { useReading } from './use-reading.ts';
import { useTimeline } from './use-timeline.ts';
import { useTravel } from './use-travel.ts';

export interface MessageListHandle {
  goToEnd(): void;
}

interface MessageListProps {
  conversation: Conversation;
  log: ConversationLog;
  /** What was asked for first is there, and with it the unread divider. */
  isLoaded: boolean;
  onEdit: (message: Message) => void;
  /** Back to the composer, if there is one. */
  onLeave: () => boolean;
  ref: Ref<MessageListHandle>;
}

export function MessageList(props: MessageListProps) {
  const { conversation, log, isLoaded, onEdit, onLeave, ref } = props;
  const t = useTexts();
  const scroller = useRef<HTMLDivElement>(null);
  const foot = useRef<HTMLDivElement>(null);
  const floatingDay = useRef<FloatingDayHandle>(null);
  const [view, setView] = useState({ isAtEnd: true, seenSeq: 0 });
  /** The key of the message that the keyboard is at. */
  const [current, setCurrent] = useState<string | null>(null);
  const { messages, items, waiting } = useTimeline(conversation, log);
  const fetching = useFetching(conversation.id, log);
  const isLive = !log.hasNewer;
  // Noted here: who reads out what comes in comes a moment later itself.
  const newestSeq = Math.max(conversation.lastSeq, log.messages.at(-1)?.seq ?? 0);
  const [openedSeq, setOpenedSeq] = useState(isLoaded ? newestSeq : null);
  if (isLoaded && openedSeq === null) setOpenedSeq(newestSeq);

  const onLook = ({ isAtEnd, seenSeq, topAt, isScrolling }: Look) => {
    if (isScrolling) floatingDay.current?.show(topAt);
    // At the end nobody is told how much is new below.
    const isKnown = isAtEnd ? view.isAtEnd : !view.isAtEnd && seenSeq === view.seenSeq;
    if (!isKnown) setView({ isAtEnd, seenSeq });
  };
  const { virtualizer, still, goTo, isInSight } = useLogScroll({
    id: conversation.id,
    scroller,
    foot,
    items,
    hasOlder: log.hasOlder,
    isLoaded,
    isLive,
    kept: current,
    onLook,
    onNearTop: fetching.older,
    onNearEnd: (toNewest) => (toNewest ? fetching.latest() : fetching.newer()),
  });
  useReading(conversation, isLoaded && isInSight, view.isAtEnd);
  const { flashed, toNewest, toDay } = useTravel(conversation.id, log, goTo, () =>
    fetching.retry('latest'),
  );
  useImperativeHandle(ref, () => ({ goToEnd: () => toNewest('instant') }));

  const { boundLog } = useActions();
  const excess = Math.max(0, log.messages.length - mostLoaded);
  useEffect(() => {
    // While nobody looks, the place where somebody was is kept: that has its own bounds.
    if (excess === 0 || document.visibilityState !== 'visible') return;
    const isInUpperHalf = (virtualizer.range?.startIndex ?? 0) < items.length / 2;
    boundLog(conversation.id, isInUpperHalf ? 'oldest' : 'newest');
  }, [boundLog, conversation.id, excess, items.length, virtualizer]);

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <FloatingDay ref={floatingDay} onChoose={toDay} />
      <div
        ref={scroller}
        id="messages"
        tabIndex={-1}
        role="region"
        aria-label={t('log.label')}
        className="relative flex min-h-0 flex-1 flex-col overflow-x-hidden overflow-y-auto overscroll-contain outline-none contain-strict [overflow-anchor:none]"
      >
        <LogTop log={log} fetching={fetching} />
        <LogRows
          conversation={conversation}
          items={items}
          virtualizer={virtualizer}
          still={still}
          flashed={flashed}
          keys={{ scroller, current, setCurrent, onLeave }}
          onEdit={onEdit}
          onDay={(at) => floatingDay.current?.ask(at)}
        />
        <div ref={foot} className="mx-auto w-full max-w-220 flex-none">
          <LogEnd log={log} fetching={fetching} />
          <Waiting conversation={conversation} bubbles={waiting} />
          {isLive && <Typing conversation={conversation} />}
        </div>
      </div>
      {!view.isAtEnd && (
        <JumpButton
          conversation={conversation}
          log={log}
          messages={messages}
          seenSeq={view.seenSeq}
          onClick={() => toNewest('smooth')}
        />
      )}
      <LiveRegion conversation={conversation} messages={log.messages} openedSeq={openedSeq} />
    </div>
  );
}
