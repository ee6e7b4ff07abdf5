import { useEffect, useEffectEvent, useState } from 'react';
import { useActions, useChat } from '#lib/client/provider.tsx';
import { limits } from '#lib/contract/limits.ts';
import type { User } from '#lib/contract/records.ts';
import { Button } from '#lib/ui/button.tsx';
import { Dialog } from '#lib/ui/dialog.tsx';
import { ChevronRight } from '#lib/ui/icons.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { toast } from '#lib/ui/toast.tsx';
import { ChooseStep } from '../details/choose-step.tsx';
import { errorText } from '#lib/ui/failure.ts';
import { useAttempt } from '#lib/ui/use-attempt.ts';
import { SettingRow } from './setting-row.tsx';

/** From whom last seen is hidden though one shares a chat with them. */
export function ExceptRow() {
  const t = useTexts();
  const [isOpen, setOpen] = useState(false);
  const count = useChat(({ account }) => account.privacy.lastSeenExcept?.length ?? 0);
  return (
    <>
      <SettingRow title={t('privacy.except')} onClick={() => setOpen(true)}>
        <span className="text-md text-text-3">
          {count === 0 ? t('privacy.nobody') : t('privacy.exceptPeople', { count })}
        </span>
        <ChevronRight aria-hidden className="flip-rtl size-4.5 flex-none text-text-3" />
      </SettingRow>
      {isOpen && <ExceptDialog onClose={() => setOpen(false)} />}
    </>
  );
}

const nobody: string[] = [];

function ExceptDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts();
  const { readUsers, updateAccount } = useActions();
  const { isBusy, attempt } = useAttempt();
  const stored = useChat(({ account }) => account.privacy.lastSeenExcept ?? nobody);
  /** Null until it is known who they are. */
  const [people, setPeople] = useState<User[] | null>(null);
  const fail = useEffectEvent((error: unknown) => {
    toast.error(errorText(t, error));
    onClose();
  });
  useEffect(() => {
    let isOver = false;
    readUsers(stored).then(
      (users) => !isOver && setPeople((now) => now ?? users),
      (error: unknown) => !isOver && fail(error),
    );
    return () => {
      isOver = true;
    };
  }, [readUsers, stored]);

  const toggle = (person: User) =>
    setPeople((now) => {
      if (now?.some(({ id }) => id === person.id)) return now.filter(({ id }) => id !== person.id);
      return now && now.length < limits.exceptedUsers ? [...now, person] : now;
    });
  const save = async () => {
    const lastSeenExcept = (people ?? []).map(({ id }) => id);
    if (await attempt(updateAccount({ privacy: { lastSeenExcept } }), t('privacy.failed')))
      onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      kind="flow"
      title={t('privacy.exceptTitle')}
      footer={
        <Button busy={isBusy} disabled={people === null} onClick={() => void save()}>
          {t('action.save')}
        </Button>
      }
    >
      {people && (
        <ChooseStep people={people} members={[]} room={limits.exceptedUsers} onToggle={toggle} />
      )}
    </Dialog>
  );
}
