import { useActions, useChat } from '#lib/client/provider.tsx';
import type { Conversation, Message } from '#lib/contract/records.ts';
import { Button } from '#lib/ui/button.tsx';
import { Dialog } from '#lib/ui/dialog.tsx';
import { toast } from '#lib/ui/toast.tsx';
import { failureText } from './failure.ts';
import { canDeleteForEveryone } from './message-rights.ts';
import { firstName } from './names.ts';

interface DeleteDialogProps {
  conversation: Conversation;
  message: Message;
  onClose: () => void;
}

export function DeleteDialog({ conversation, message, onClose }: DeleteDialogProps) {
  const myId = useChat((state) => state.account.id);
  const { deleteMessage } = useActions();
  const forEveryone = canDeleteForEveryone(message, conversation, myId);
  const remove = (who: 'me' | 'everyone') => {
    onClose();
    deleteMessage(message, who).catch((error: unknown) =>
      toast.error(failureText('Not deleted.', error)),
    );
  };
  const buttons = (
    <div className="flex w-full flex-col gap-2">
      {forEveryone && (
        <Button variant="danger" onClick={() => remove('everyone')}>
          Delete for everyone
        </Button>
      )}
      <Button variant="outline" onClick={() => remove('me')}>
        Delete for me
      </Button>
      <Button variant="text" onClick={onClose}>
        Cancel
      </Button>
    </div>
  );
  return (
    <Dialog open onOpenChange={onClose} title="Delete this message?" footer={buttons}>
      {explanation(conversation, message, myId, forEveryone)}
    </Dialog>
  );
}

function explanation(
  { kind, title }: Conversation,
  { senderId }: Message,
  myId: string,
  forEveryone: boolean,
): string {
  if (!forEveryone) return 'It goes from your devices only. Others in this chat can still see it.';
  if (senderId !== myId)
    return 'Others may already have read it. As an admin you can delete it for everyone.';
  const reader = kind === 'direct' ? firstName(title) : 'Others';
  return `${reader} may already have read it. You can delete for everyone within 48 hours of sending.`;
}
