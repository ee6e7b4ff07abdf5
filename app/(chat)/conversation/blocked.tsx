import type { Conversation } from '#lib/contract/records.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';

/** In the place of the composer. */
export function Blocked({ kind }: { kind: Conversation['kind'] }) {
  const t = useTexts();
  return (
    <p className="mx-auto flex min-h-14 w-full max-w-220 flex-none items-center justify-center px-6 pt-3.5 pb-[calc(14px+env(safe-area-inset-bottom))] text-center text-md text-text-2">
      {t(kind === 'group' ? 'chat.blockedGroup' : 'chat.blocked')}
    </p>
  );
}
