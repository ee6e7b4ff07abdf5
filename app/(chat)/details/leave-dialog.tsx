import { useActions } from '#lib/client/provider.tsx';
import type { Conversation } from '#lib/contract/records.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { useAttempt } from '#lib/ui/use-attempt.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';

interface LeaveDialogProps {
  conversation: Conversation;
  onClose: () => void;
}

export function LeaveDialog({ conversation, onClose }: LeaveDialogProps) {
  const { id, title, me, memberCount } = conversation;
  const t = useTexts();
  const { leave } = useActions();
  const { isBusy, attempt } = useAttempt();
  const confirm = async () => {
    if (await attempt(leave(id), t('leave.failed'))) onClose();
  };
  const isLast = memberCount <= 1;
  return (
    <ConfirmDialog
      title={t('leave.title', { title })}
      confirm={t('leave.confirm')}
      isBusy={isBusy}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <p>{t('leave.text')}</p>
      {me.role === 'owner' && !isLast && <p className="mt-2">{t('leave.owner')}</p>}
      {isLast && <p className="mt-2">{t('leave.last')}</p>}
    </ConfirmDialog>
  );
}
