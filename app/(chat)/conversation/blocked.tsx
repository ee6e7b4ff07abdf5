import { useState } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import { personOf } from '#lib/client/select.ts';
import type { Conversation, User } from '#lib/contract/records.ts';
import { Button } from '#lib/ui/button.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { BlockDialog } from '../shell/parts.tsx';
import { firstName } from './names.ts';

/** In the place of the composer. */
export function Blocked({ conversation: { kind, peer } }: { conversation: Conversation }) {
  const t = useTexts();
  const person = useChat((state) => peer && (personOf(state, peer.id) ?? peer));
  return (
    <div className="mx-auto flex min-h-14 w-full max-w-220 flex-none flex-wrap items-center justify-center gap-x-3 gap-y-1 px-6 pt-3.5 pb-[calc(14px+env(safe-area-inset-bottom))] text-center text-md text-text-2">
      {person?.blocked ? (
        <ByOneself person={person} />
      ) : (
        <p>{t(kind === 'group' ? 'chat.blockedGroup' : 'chat.blocked')}</p>
      )}
    </div>
  );
}

function ByOneself({ person }: { person: User }) {
  const t = useTexts();
  const [asked, setAsked] = useState<User | null>(null);
  const name = firstName(person.displayName);
  return (
    <>
      <p>{t('block.youBlocked', { name })}</p>
      <Button
        variant="tonal"
        size="sm"
        aria-label={t('block.undoNamed', { name })}
        onClick={() => setAsked(person)}
      >
        {t('block.undo')}
      </Button>
      {asked && <BlockDialog person={asked} onClose={() => setAsked(null)} />}
    </>
  );
}
