import { useChat } from '#lib/client/provider.tsx';
import { typersIn } from '#lib/client/select.ts';
import type { Conversation, Message } from '#lib/contract/records.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { typingText } from './header-text.ts';
import { firstName } from './names.ts';
import { systemParts, type NameOf } from './system-text.ts';

export const dayPill =
  'rounded-full bg-surface px-3 py-1 text-xs font-semibold text-text-3 shadow-[0_0_0_1px_var(--c-border)]';

/** Pressed, it leads to another day; by keyboard, the floating one does. */
export function DaySeparator({ label, onPress }: { label: string; onPress: () => void }) {
  const t = useTexts();
  return (
    <div className="flex justify-center pt-4 pb-3">
      <button
        type="button"
        tabIndex={-1}
        suppressHydrationWarning
        title={t('log.goToDay')}
        className={dayPill}
        onClick={onPress}
      >
        {label}
      </button>
    </div>
  );
}

/** Above the first message: that there are no earlier ones. */
export function Beginning({ conversation: { kind, title } }: { conversation: Conversation }) {
  const t = useTexts();
  return (
    <p className="px-6 pt-2 text-center text-sm text-text-3">
      {kind === 'direct' ? t('log.begins', { name: firstName(title) }) : t('log.hidden')}
    </p>
  );
}

export function UnreadDivider({ count }: { count: number }) {
  const t = useTexts();
  const label = t('log.newCount', { count });
  const line = 'h-px flex-1 bg-spark';
  return (
    <div
      role="separator"
      aria-label={label}
      className="flex items-center gap-3 pt-4 pb-3 text-xs font-bold text-on-spark-soft"
    >
      <span className={line} />
      <span className="rounded-full bg-spark-soft px-3 py-1 tabular-nums">{label}</span>
      <span className={line} />
    </div>
  );
}

interface SystemLineProps {
  message: Message;
  nameOf: NameOf;
  myId: string;
}

export function SystemLine({ message, nameOf, myId }: SystemLineProps) {
  const t = useTexts();
  return (
    <p className="mx-auto my-2.5 max-w-[min(520px,92%)] text-center text-sm text-balance wrap-anywhere text-text-3">
      {systemParts(t, message, nameOf, myId).map((part, index) =>
        part.strong ? (
          <bdi key={index} className="font-semibold text-text-2">
            {part.text}
          </bdi>
        ) : (
          part.text
        ),
      )}
    </p>
  );
}

/** Somebody is writing: three dots where their message will be. */
export function Typing({ conversation }: { conversation: Conversation }) {
  const t = useTexts();
  const typers = useChat((state) => typersIn(state, conversation.id));
  if (typers.length === 0) return null;
  return (
    <div className="px-3 pb-3 tablet:px-4 desktop:px-6">
      <TypingBubble label={typingText(t, typers, true)} />
    </div>
  );
}

function TypingBubble({ label }: { label: string }) {
  const dot = 'size-2 animate-typing rounded-full bg-bubble-other-meta';
  return (
    <span
      role="img"
      aria-label={label}
      className="inline-flex animate-rise gap-[5px] rounded-bubble bg-bubble-other px-3.5 py-[13px]"
    >
      <i className={dot} />
      <i className={`${dot} opacity-70 [animation-delay:.15s]`} />
      <i className={`${dot} opacity-45 [animation-delay:.3s]`} />
    </span>
  );
}
