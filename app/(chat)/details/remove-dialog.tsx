import { useActions } from '#lib/client/provider.tsx';
import type { Conversation, Member } from '#lib/contract/records.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { useAttempt } from '#lib/ui/use-attempt.ts';
import { firstName } from '../conversation/names.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';

interface RemoveDialogProps {
  conversation: Conversation;
  member: Member;
  onClose: () => void;
}

export function RemoveDialog({ conversation, member, onClose }: RemoveDialogProps) {
  const t = useTexts();
  const { removeMember } = useActions();
  const { isBusy, attempt } = useAttempt();
  const name = firstName(member.user.displayName);
  const remove = async () => {
    const work = removeMember(conversation.id, member.user.id);
    if (await attempt(work, t('remove.failed', { name }))) onClose();
  };
  return (
    <ConfirmDialog
      title={t('remove.title', { name })}
      confirm={t('remove.confirm')}
      isBusy={isBusy}
      onConfirm={() => void remove()}
      onClose={onClose}
    >
      {t('remove.text', { name })}
    </ConfirmDialog>
  );
}
