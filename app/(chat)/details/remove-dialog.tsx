import { useActions } from '#lib/client/provider.tsx';
import type { Conversation, Member } from '#lib/contract/records.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { firstName } from '../conversation/names.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { useEnding } from './use-ending.ts';

interface RemoveDialogProps {
  conversation: Conversation;
  member: Member;
  onClose: () => void;
}

export function RemoveDialog({ conversation, member, onClose }: RemoveDialogProps) {
  const { id } = conversation;
  const t = useTexts();
  const { removeMember } = useActions();
  const { isBusy, end } = useEnding(
    ({ members }) => members[id]?.every(({ user }) => user.id !== member.user.id) ?? false,
    onClose,
  );
  const name = firstName(member.user.displayName);
  const remove = () => void end(removeMember(id, member.user.id), t('remove.failed', { name }));
  return (
    <ConfirmDialog
      title={t('remove.title', { name })}
      confirm={t('remove.confirm')}
      isBusy={isBusy}
      onConfirm={remove}
      onClose={onClose}
    >
      {t('remove.text', { name })}
    </ConfirmDialog>
  );
}
