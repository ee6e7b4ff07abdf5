import { useEffect, useEffectEvent } from 'react';
import { useActions, useReadChat } from '#lib/client/provider.tsx';
import type { Conversation } from '#lib/contract/records.ts';
import { toast } from '#lib/ui/toast.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { useAttempt } from '#lib/ui/use-attempt.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';

interface LeaveDialogProps {
  conversation: Conversation;
  onClose: () => void;
}

/** Of what says that it failed. */
const failedId = 'leave-failed';

export function LeaveDialog({ conversation, onClose }: LeaveDialogProps) {
  const { id, title, me, memberCount } = conversation;
  const t = useTexts();
  const { leave } = useActions();
  const read = useReadChat();
  const { isBusy, attempt } = useAttempt();

  // What takes the server too long is done all the same: the page hears of it before its answer, or after.
  const hasLeft = () => read().conversations[id]?.me.leftSeq !== null;
  const leaveNow = () =>
    leave(id).catch((error: unknown) => {
      if (!hasLeft()) throw error;
    });
  const confirm = async () => {
    if (await attempt(leaveNow(), t('leave.failed'), failedId)) onClose();
  };
  const isOver = me.leftSeq !== null;
  const end = useEffectEvent(() => {
    toast.dismiss(failedId);
    onClose();
  });
  useEffect(() => {
    if (isOver) end();
  }, [isOver]);

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
