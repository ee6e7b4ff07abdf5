import { useActions } from '#lib/client/provider.tsx';
import type { User } from '#lib/contract/records.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { useAttempt } from '#lib/ui/use-attempt.ts';
import { firstName } from '../conversation/names.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';

interface BlockDialogProps {
  person: User;
  onClose: () => void;
}

/** Asks before somebody is blocked, or before that is taken back. */
export function BlockDialog({ person, onClose }: BlockDialogProps) {
  const { id, displayName, blocked = false } = person;
  const t = useTexts();
  const { setBlocked } = useActions();
  const { isBusy, attempt } = useAttempt();
  const name = firstName(displayName);
  const confirm = async () => {
    const failure = t(blocked ? 'block.undoFailed' : 'block.failed');
    if (await attempt(setBlocked(id, !blocked), failure)) onClose();
  };
  return (
    <ConfirmDialog
      title={t(blocked ? 'block.undoTitle' : 'block.title', { name })}
      confirm={t(blocked ? 'block.undo' : 'block.confirm')}
      isHarmless={blocked}
      isBusy={isBusy}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <p>{t(blocked ? 'block.undoText' : 'block.text')}</p>
    </ConfirmDialog>
  );
}
