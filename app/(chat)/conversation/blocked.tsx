import type { Conversation } from '#lib/contract/records.ts';

/** In the place of the composer. */
export function Blocked({ kind }: { kind: Conversation['kind'] }) {
  return (
    <p className="mx-auto flex min-h-14 w-full max-w-220 flex-none items-center justify-center px-6 pt-3.5 pb-[calc(14px+env(safe-area-inset-bottom))] text-center text-md text-text-2">
      {kind === 'group'
        ? 'You can’t send messages to this group because you’re no longer a member'
        : 'You can’t send messages here'}
    </p>
  );
}
