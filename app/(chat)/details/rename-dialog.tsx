import { useState, type FormEvent } from 'react';
import { useActions } from '#lib/client/provider.tsx';
import { limits } from '#lib/contract/limits.ts';
import type { Conversation } from '#lib/contract/records.ts';
import { Button } from '#lib/ui/button.tsx';
import { Dialog } from '#lib/ui/dialog.tsx';
import { TextField } from '#lib/ui/field.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { useAttempt } from '#lib/ui/use-attempt.ts';

interface RenameDialogProps {
  conversation: Conversation;
  onClose: () => void;
}

export function RenameDialog({ conversation, onClose }: RenameDialogProps) {
  const { id: conversationId, title } = conversation;
  const t = useTexts();
  const { updateConversation } = useActions();
  const { isBusy, attempt } = useAttempt();
  const [name, setName] = useState(title);
  const [error, setError] = useState<string>();

  const save = async (event: FormEvent) => {
    event.preventDefault();
    const wanted = name.trim();
    if (isBusy) return;
    if (wanted === '') return setError(t('group.needsName'));
    if (wanted === title) return onClose();
    const work = updateConversation({ conversationId, title: wanted });
    if (await attempt(work, t('group.notRenamed'))) onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t('group.setName')}
      footer={
        <>
          <Button variant="text" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" form="rename-group" busy={isBusy} busyLabel={t('action.saving')}>
            {t('action.save')}
          </Button>
        </>
      }
    >
      <form id="rename-group" onSubmit={(event) => void save(event)} className="pt-1 text-text">
        <TextField
          label={t('group.name')}
          hint={t.outOf(name.trim().length, limits.groupTitleLength)}
          dir="auto"
          initialFocus
          maxLength={limits.groupTitleLength}
          value={name}
          error={error}
          onChange={(event) => {
            setName(event.target.value);
            setError(undefined);
          }}
        />
      </form>
    </Dialog>
  );
}
