import { EllipsisVertical } from '#lib/ui/icons.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';

/**
 * What a mouse can do with a message. There may be one beside every bubble, so it is a bare button: the
 * list listens for it, and for the keyboard Enter on the message does the same.
 */
export function HoverBar({ own }: { own: boolean }) {
  const t = useTexts();
  const beside = own
    ? 'desktop:end-[calc(100%+8px)]'
    : 'desktop:start-[calc(100%+8px)] desktop:end-auto';
  return (
    <span
      className={`invisible absolute end-2 -top-6 z-1 hidden rounded-md bg-raised p-0.5 opacity-0 shadow-[var(--sh-2),0_0_0_1px_var(--c-border)] transition-[opacity,visibility] delay-0 duration-(--dur-1) starting:invisible starting:opacity-0 group-hover/bubble:visible group-hover/bubble:opacity-100 group-hover/bubble:delay-60 group-has-[[data-bubble]:focus-visible]/bubble:visible group-has-[[data-bubble]:focus-visible]/bubble:opacity-100 group-has-[[data-bubble][data-open]]/bubble:visible group-has-[[data-bubble][data-open]]/bubble:opacity-100 desktop:top-1/2 desktop:-translate-y-1/2 fine:block ${beside}`}
    >
      <button
        type="button"
        tabIndex={-1}
        data-more
        aria-label={t('action.more')}
        data-tip={t('action.more')}
        className="grid size-9 place-items-center rounded-sm text-text-2 hover:bg-hover-surface"
      >
        <EllipsisVertical aria-hidden className="size-5.5" />
      </button>
    </span>
  );
}
