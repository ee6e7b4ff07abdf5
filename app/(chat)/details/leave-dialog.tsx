import { useActions } from '#lib/client/provider.tsx';
import type { Conversation } from '#lib/contract/records.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { useAttempt } from './use-attempt.ts';

interface LeaveDialogProps {
  conversation: Conversation;
  onClose: () => void;
}

export function LeaveDialog({ conversation, onClose }: LeaveDialogProps) {
  const { id, title, me, memberCount } = conversation;
  const { leave } = useActions();
  const { isBusy, attempt } = useAttempt();
  const confirm = async () => {
    if (await attempt(leave(id), 'You’re still in the group.')) onClose();
  };
  const isLast = memberCount <= 1;
  return (
    <ConfirmDialog
      title={`Leave “${title}”?`}
      confirm="Leave group"
      isBusy={isBusy}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <p>You keep what was said so far and receive nothing new. Only the admins are told.</p>
      {me.role === 'owner' && !isLast && (
        <p className="mt-2">
          You own this group. The admin who has been in it longest, or else the member, becomes its
          owner.
        </p>
      )}
      {isLast && <p className="mt-2">You’re its last member: the group ends.</p>}
    </ConfirmDialog>
  );
}
