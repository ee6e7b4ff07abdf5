'use client';

import type { Texts } from '#lib/texts/texts.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';

interface BadgeProps {
  count: number;
  /** Of a muted chat: there is something, but it does not call. */
  muted?: boolean;
  /** What is counted, for who cannot see it; "unread" unless said. */
  of?: string;
  className?: string;
}

export function Badge({ count, muted = false, of, className = '' }: BadgeProps) {
  const t = useTexts();
  if (count <= 0) return null;
  return (
    <span
      dir="ltr"
      className={`h-5 min-w-5 flex-none rounded-full px-1.5 text-center text-2xs leading-5 font-bold tabular-nums ${muted ? 'bg-pressed text-text-2' : 'bg-spark text-on-spark'} ${className}`}
    >
      {atMost99(t, count)}
      <span className="sr-only"> {of ?? t('badge.unread')}</span>
    </span>
  );
}

/** A number for a small round: from a hundred on, how many does not matter. */
export const atMost99 = (t: Texts, count: number): string =>
  count > 99 ? `${t.number(99)}+` : t.number(count);
