import { useState, type FormEvent } from 'react';
import { useActions } from '#lib/client/provider.tsx';
import { limits } from '#lib/contract/records.ts';
import type { Conversation } from '#lib/contract/records.ts';
import { Button } from '#lib/ui/button.tsx';
import { Dialog } from '#lib/ui/dialog.tsx';
import { TextField } from '#lib/ui/field.tsx';
import { useAttempt } from './use-attempt.ts';

interface RenameDialogProps {
  conversation: Conversation;
  onClose: () => void;
}

export function RenameDialog({ conversation, onClose }: RenameDialogProps) {
  const { id: conversationId, title } = conversation;
  const { updateConversation } = useActions();
  const { isBusy, attempt } = useAttempt();
  const [name, setName] = useState(title);
  const [error, setError] = useState<string>();

  const save = async (event: FormEvent) => {
    event.preventDefault();
    const wanted = name.trim();
    if (isBusy) return;
    if (wanted === '') return setError('Give the group a name.');
    if (wanted === title) return onClose();
    const work = updateConversation({ conversationId, title: wanted });
    if (await attempt(work, 'The name was not changed.')) onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Name the group"
      footer={
        <>
          <Button variant="text" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" form="rename-group" busy={isBusy} busyLabel="Saving…">
            Save
          </Button>
        </>
      }
    >
      <form id="rename-group" onSubmit={(event) => void save(event)} className="pt-1 text-text">
        <TextField
          label="Group name"
          hint={`${name.trim().length}/${limits.groupTitleLength}`}
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
