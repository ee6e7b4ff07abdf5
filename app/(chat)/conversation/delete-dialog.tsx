import { useActions, useChat } from '#lib/client/provider.tsx';
import type { Conversation, Message } from '#lib/contract/records.ts';
import { Button } from '#lib/ui/button.tsx';
import { Dialog } from '#lib/ui/dialog.tsx';
import { toast } from '#lib/ui/toast.tsx';
import type { Texts } from '#lib/texts/texts.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { failureText } from '#lib/ui/failure.ts';
import { canDeleteForEveryone } from './message-rights.ts';
import { firstName } from './names.ts';

interface DeleteDialogProps {
  conversation: Conversation;
  message: Message;
  onClose: () => void;
}

export function DeleteDialog({ conversation, message, onClose }: DeleteDialogProps) {
  const t = useTexts();
  const myId = useChat((state) => state.account.id);
  const { deleteMessage } = useActions();
  const forEveryone = canDeleteForEveryone(message, conversation, myId);
  const remove = (who: 'me' | 'everyone') => {
    onClose();
    deleteMessage(message, who).catch((error: unknown) =>
      toast.error(failureText(t, t('message.notDeleted'), error)),
    );
  };
  const buttons = (
    <div className="flex w-full flex-col gap-2">
      {forEveryone && (
        <Button variant="danger" onClick={() => remove('everyone')}>
          {t('delete.forEveryone')}
        </Button>
      )}
      <Button variant="outline" onClick={() => remove('me')}>
        {t('delete.forMe')}
      </Button>
      <Button variant="text" onClick={onClose}>
        {t('action.cancel')}
      </Button>
    </div>
  );
  return (
    <Dialog open onOpenChange={onClose} title={t('delete.title')} footer={buttons}>
      {explanation(t, conversation, message, myId, forEveryone)}
    </Dialog>
  );
}

function explanation(
  t: Texts,
  { kind, title }: Conversation,
  { senderId }: Message,
  myId: string,
  forEveryone: boolean,
): string {
  if (!forEveryone) return t('delete.onlyMe');
  if (senderId !== myId) return t('delete.asAdmin');
  return kind === 'direct' ? t('delete.peer', { name: firstName(title) }) : t('delete.others');
}
