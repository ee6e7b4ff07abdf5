import { ArrowDown } from '#lib/ui/icons.tsx';
import { useMemo } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import type { ConversationLog } from '#lib/client/types.ts';
import type { Conversation, Message } from '#lib/contract/records.ts';
import { atMost99 } from '#lib/ui/badge.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { unloadedAfter } from './unloaded.ts';

interface JumpButtonProps {
  conversation: Conversation;
  log: ConversationLog;
  /** What is shown of the log. */
  messages: readonly Message[];
  seenSeq: number;
  onClick: () => void;
}

/** Back to the newest message; says how many have come that were not in view yet. */
export function JumpButton(props: JumpButtonProps) {
  const { conversation, log, messages, seenSeq, onClick } = props;
  const t = useTexts();
  const myId = useChat((state) => state.account.id);
  // Also while one scrolls, at every frame.
  const below = useMemo(
    () =>
      messages.filter(
        ({ seq, senderId, kind }) => seq > seenSeq && senderId !== myId && kind !== 'system',
      ).length,
    [messages, seenSeq, myId],
  );
  const unseen = below + unloadedAfter(log, conversation, seenSeq);
  const count = Math.max(unseen, conversation.unreadCount);
  const label = count === 0 ? t('log.newest') : t('log.newestCount', { count });
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={onClick}
      className="absolute end-5 bottom-4 z-3 grid size-11 animate-rise place-items-center rounded-full bg-raised text-text-2 shadow-[var(--sh-2),0_0_0_1px_var(--c-border)] hover:bg-hover-surface phone:end-3 phone:bottom-3"
    >
      {count > 0 && (
        <span className="absolute -top-2 h-5 min-w-5 rounded-full bg-spark px-1.5 text-center text-2xs leading-5 font-bold text-on-spark tabular-nums outline-2 outline-surface">
          {atMost99(t, count)}
        </span>
      )}
      <ArrowDown aria-hidden className="size-5.5" />
    </button>
  );
}
