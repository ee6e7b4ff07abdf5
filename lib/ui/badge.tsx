interface BadgeProps {
  count: number;
  /** Of a muted chat: there is something, but it does not call. */
  muted?: boolean;
  /** What is counted, for who cannot see it; "unread" unless said. */
  of?: string;
  className?: string;
}

export function Badge({ count, muted = false, of = 'unread', className = '' }: BadgeProps) {
  if (count <= 0) return null;
  return (
    <span
      dir="ltr"
      className={`h-5 min-w-5 flex-none rounded-full px-1.5 text-center text-2xs leading-5 font-bold tabular-nums ${muted ? 'bg-pressed text-text-2' : 'bg-spark text-on-spark'} ${className}`}
    >
      {count > 99 ? '99+' : count}
      <span className="sr-only"> {of}</span>
    </span>
  );
}
