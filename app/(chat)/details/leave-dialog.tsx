import { useActions } from '#lib/client/provider.tsx';
import type { Conversation } from '#lib/contract/records.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { useEnding } from './use-ending.ts';

interface LeaveDialogProps {
  conversation: Conversation;
  onClose: () => void;
}

export function LeaveDialog({ conversation, onClose }: LeaveDialogProps) {
  const { id, title, me, memberCount } = conversation;
  const t = useTexts();
  const { leave } = useActions();
  const { isBusy, end } = useEnding(
    ({ conversations }) => conversations[id]?.me.leftSeq !== null,
    onClose,
  );
  const isLast = memberCount <= 1;
  return (
    <ConfirmDialog
      title={t('leave.title', { title })}
      confirm={t('leave.confirm')}
      isBusy={isBusy}
      onConfirm={() => void end(leave(id), t('leave.failed'))}
      onClose={onClose}
    >
      <p>{t('leave.text')}</p>
      {me.role === 'owner' && !isLast && <p className="mt-2">{t('leave.owner')}</p>}
      {isLast && <p className="mt-2">{t('leave.last')}</p>}
    </ConfirmDialog>
  );
}
