import type { Message } from '#lib/contract/records.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { systemParts, type NameOf } from './system-text.ts';

export const dayPill =
  'rounded-full bg-surface px-3 py-1 text-xs font-semibold text-text-3 shadow-[0_0_0_1px_var(--c-border)]';

export function DaySeparator({ label }: { label: string }) {
  return (
    <div className="flex justify-center pt-4 pb-3" role="separator" aria-label={label}>
      <span className={dayPill}>{label}</span>
    </div>
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
export function TypingBubble({ label }: { label: string }) {
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
