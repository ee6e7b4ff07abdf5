import { useState } from 'react';
import type { User } from '#lib/contract/records.ts';
import { Button } from '#lib/ui/button.tsx';
import { Dialog } from '#lib/ui/dialog.tsx';
import { Empty } from '#lib/ui/empty.tsx';
import { ChevronRight } from '#lib/ui/icons.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { firstName } from '../conversation/names.ts';
import { PersonLine } from '../people/person-line.tsx';
import { BlockDialog } from '../shell/parts.tsx';
import { SettingRow } from './setting-row.tsx';
import { useBlocked } from './use-blocked.ts';

/** How many people one has blocked, and in a dialog who they are. */
export function BlockedRow() {
  const t = useTexts();
  const [isOpen, setOpen] = useState(false);
  const blocked = useBlocked();
  return (
    <>
      <SettingRow title={t('privacy.blocked')} onClick={() => setOpen(true)}>
        <span className="text-md text-text-3 tabular-nums">
          {blocked && t.number(blocked.length)}
        </span>
        <ChevronRight aria-hidden className="flip-rtl size-4.5 flex-none text-text-3" />
      </SettingRow>
      <Dialog open={isOpen} onOpenChange={setOpen} title={t('privacy.blocked')} kind="choice">
        {blocked?.length === 0 ? (
          <Empty small title={t('privacy.blockedNobody')} />
        ) : (
          <>
            <ul aria-label={t('privacy.blocked')} className="max-h-[60dvh] overflow-y-auto">
              {blocked?.map((person) => (
                <BlockedPerson key={person.id} person={person} />
              ))}
            </ul>
            <p className="mt-2 px-2 text-sm text-text-3">{t('privacy.blockedText')}</p>
          </>
        )}
      </Dialog>
    </>
  );
}

function BlockedPerson({ person }: { person: User }) {
  const t = useTexts();
  const [asked, setAsked] = useState<User | null>(null);
  return (
    <li className="flex min-h-13 items-center gap-3.5 px-2 py-1.5 text-text">
      <PersonLine person={person} />
      <Button
        variant="tonal"
        size="sm"
        aria-label={t('block.undoNamed', { name: firstName(person.displayName) })}
        onClick={() => setAsked(person)}
      >
        {t('block.undo')}
      </Button>
      {asked && <BlockDialog person={asked} onClose={() => setAsked(null)} />}
    </li>
  );
}
