import type { Tick as TickState } from '#lib/client/types.ts';
import { Tick } from '#lib/ui/tick.tsx';
import { clockTime } from '#lib/ui/time.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';

interface BubbleMetaProps {
  id: string;
  at: string;
  isEdited: boolean;
  tick: TickState | null;
  on: 'bubble' | 'page';
}

/** The small print of a bubble: Edited, the time, how far it has come. Left to right in any script. */
export function BubbleMeta({ id, at, isEdited, tick, on }: BubbleMetaProps) {
  const t = useTexts();
  return (
    <span
      id={id}
      dir="ltr"
      className={`flex items-center gap-1 text-2xs whitespace-nowrap tabular-nums select-none ${on === 'page' ? 'text-text-3' : 'text-(--meta)'}`}
    >
      {isEdited && <bdi>{t('message.edited')}</bdi>}
      <time dateTime={at} dir="auto" suppressHydrationWarning>
        {clockTime(t, at)}
      </time>
      {tick && <Tick tick={tick} on={on} />}
    </span>
  );
}
