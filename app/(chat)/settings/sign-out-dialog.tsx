'use client';

import { useState } from 'react';
import { useActions, useChat } from '#lib/client/provider.tsx';
import type { ClientError } from '#lib/client/types.ts';
import { Button } from '#lib/ui/button.tsx';
import { Dialog } from '#lib/ui/dialog.tsx';
import { toast } from '#lib/ui/toast.tsx';

interface SignOutDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

export function SignOutDialog({ open, onOpenChange }: SignOutDialogProps) {
  const { signOut } = useActions();
  const hasUnsent = useChat(
    ({ drafts, outbox }) =>
      Object.values(drafts).some((draft) => draft.trim() !== '') ||
      Object.values(outbox).some((waiting) => waiting.length > 0),
  );
  const [busy, setBusy] = useState(false);
  const confirm = async () => {
    setBusy(true);
    try {
      await signOut();
    } catch (error) {
      setBusy(false);
      toast.error((error as ClientError).message);
    }
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Sign out?"
      kind="confirm"
      footer={
        <>
          <Button variant="text" onClick={() => onOpenChange(false)}>
            Cancel
          </Button>
          <Button
            variant="danger"
            busy={busy}
            busyLabel="Signing out…"
            onClick={() => void confirm()}
          >
            Sign out
          </Button>
        </>
      }
    >
      <p>
        {hasUnsent
          ? 'Drafts and messages that were not sent yet are deleted from this device. Everything else is here again when you sign in.'
          : 'Your chats stay on the server. They are here again when you sign in.'}
      </p>
    </Dialog>
  );
}
