import { useDelayed } from '#lib/ui/use-delayed.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';

const grey = 'animate-pulse bg-bubble-other';
const bubbles = [
  { width: 300, height: 40 },
  { width: 220, height: 40 },
  { width: 340, height: 62, own: true },
  { width: 180, height: 40, own: true },
  { width: 340, height: 200 },
  { width: 260, height: 40 },
  { width: 300, height: 84, own: true },
  { width: 200, height: 40 },
];

/** The shapes of messages, once the wait is long enough to be noticed. */
export function LogSkeleton({ isSlow }: { isSlow: boolean }) {
  const t = useTexts();
  return (
    <div
      role="status"
      aria-label={t('log.loading')}
      className="mx-auto flex min-h-0 w-full max-w-220 flex-1 flex-col justify-end gap-3 overflow-hidden px-3 pb-3 tablet:px-4 desktop:px-6"
    >
      {isSlow &&
        bubbles.map(({ width, height, own }, index) => (
          <span
            key={index}
            style={{ width, height }}
            className={`block max-w-[78%] flex-none rounded-bubble ${grey} ${own ? 'self-end' : ''}`}
          />
        ))}
    </div>
  );
}

/** Of a conversation of which not even the title is known yet. */
export function ConversationSkeleton() {
  const isSlow = useDelayed(true);
  return (
    <section aria-busy className="flex h-full min-h-0 flex-1 flex-col">
      <header className="flex h-(--header-h) flex-none items-center gap-3 border-b border-border px-4 phone:h-15">
        {isSlow && (
          <>
            <span className={`size-10 rounded-full ${grey}`} />
            <span className="grid gap-2">
              <span className={`h-3.5 w-42 rounded-xs ${grey}`} />
              <span className={`h-3 w-23 rounded-xs ${grey}`} />
            </span>
          </>
        )}
      </header>
      <LogSkeleton isSlow={isSlow} />
    </section>
  );
}
