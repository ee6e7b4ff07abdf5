import { useActions } from '#lib/client/provider.tsx';
import type { Conversation, Member } from '#lib/contract/records.ts';
import { firstName } from '../conversation/names.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { useAttempt } from './use-attempt.ts';

interface RemoveDialogProps {
  conversation: Conversation;
  member: Member;
  onClose: () => void;
}

export function RemoveDialog({ conversation, member, onClose }: RemoveDialogProps) {
  const { removeMember } = useActions();
  const { isBusy, attempt } = useAttempt();
  const name = firstName(member.user.displayName);
  const remove = async () => {
    const work = removeMember(conversation.id, member.user.id);
    if (await attempt(work, `${name} was not removed.`)) onClose();
  };
  return (
    <ConfirmDialog
      title={`Remove ${name}?`}
      confirm="Remove"
      isBusy={isBusy}
      onConfirm={() => void remove()}
      onClose={onClose}
    >
      {name} keeps what was said so far and receives nothing new. The group will see that you
      removed {name}.
    </ConfirmDialog>
  );
}
