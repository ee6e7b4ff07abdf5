'use client';

import { useImperativeHandle, useRef, useState, type Ref } from 'react';
import { useActions } from '#lib/client/provider.tsx';
import type { ConversationLog } from '#lib/client/types.ts';
import type { Conversation } from '#lib/contract/records.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { FloatingDay, type FloatingDayHandle } from './floating-day.tsx';
import { JumpButton } from './jump-button.tsx';
import { LiveRegion } from './live-region.tsx';
import { LogEnd, LogTop } from './log-ends.tsx';
import { LogRows } from './log-rows.tsx';
import { useFetching } from './use-fetching.ts';
import { useLogScroll, type Look } from './use-log-scroll.ts';
import { useReading } from './use-reading.ts';
import { useArrowsInto } from './use-row-keys.ts';
import { useTimeline } from './use-timeline.ts';

export interface MessageListHandle {
  goToEnd(): void;
}

interface MessageListProps {
  conversation: Conversation;
  log: ConversationLog;
  /** What was asked for first is there, and with it the unread divider. */
  isLoaded: boolean;
  onEdit: (messageId: string) => void;
  /** Back to the composer, if there is one. */
  onLeave: () => boolean;
  ref: Ref<MessageListHandle>;
}

export function MessageList(props: MessageListProps) {
  const { conversation, log, isLoaded, onEdit, onLeave, ref } = props;
  const t = useTexts();
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const floatingDay = useRef<FloatingDayHandle>(null);
  const [view, setView] = useState({ isAtEnd: true, seenSeq: 0 });
  const { loadLatest } = useActions();
  const timeline = useTimeline(conversation, log);
  const fetching = useFetching(conversation.id, log);
  const { items, ticks, messages } = timeline;
  const isLive = timeline.isEndShown && !log.hasNewer;

  const onLook = ({ isAtEnd, seenSeq, topAt, isScrolling }: Look) => {
    if (isScrolling) floatingDay.current?.show(topAt);
    if (isAtEnd !== view.isAtEnd || seenSeq !== view.seenSeq) setView({ isAtEnd, seenSeq });
  };
  const goToEnd = useLogScroll({
    scroller,
    list,
    isLoaded,
    isLive,
    onLook,
    onNearTop: (isShort) => {
      if (timeline.isTopShown) fetching.older();
      else if (isShort) timeline.showEarlier();
    },
    onNearEnd: (isShort) => {
      if (timeline.isEndShown) fetching.newer();
      else if (isShort) timeline.showLater();
    },
  });
  useReading(conversation, isLoaded, view.isAtEnd);
  useArrowsInto(scroller);

  const toNewest = (how: 'instant' | 'smooth') => {
    timeline.showLatest();
    goToEnd(how);
    // Should it fail, the banner says that there is no connection; the place in the log stays.
    if (log.hasNewer) loadLatest(conversation.id).catch(() => undefined);
  };
  useImperativeHandle(ref, () => ({ goToEnd: () => toNewest('instant') }));

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <FloatingDay ref={floatingDay} />
      <div
        ref={scroller}
        id="messages"
        tabIndex={-1}
        role="region"
        aria-label={t('log.label')}
        className="relative flex min-h-0 flex-1 flex-col overflow-x-hidden overflow-y-auto overscroll-contain outline-none [overflow-anchor:none]"
      >
        <LogTop
          conversation={conversation}
          log={log}
          fetching={fetching}
          isShown={timeline.isTopShown}
        />
        <LogRows
          ref={list}
          conversation={conversation}
          items={items}
          ticks={ticks}
          isLive={isLive}
          onEdit={onEdit}
          onLeave={onLeave}
        />
        <LogEnd log={log} fetching={fetching} isShown={timeline.isEndShown} />
      </div>
      {!view.isAtEnd && (
        <JumpButton
          conversation={conversation}
          messages={messages}
          seenSeq={view.seenSeq}
          onClick={() => toNewest('smooth')}
        />
      )}
      <LiveRegion conversation={conversation} messages={log.messages} isLoaded={isLoaded} />
    </div>
  );
}
