'use client';

import { useState } from 'react';
import { useActions, useChat } from '#lib/client/provider.tsx';
import { Button } from '#lib/ui/button.tsx';
import { Dialog } from '#lib/ui/dialog.tsx';
import { toast } from '#lib/ui/toast.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { errorText } from '#lib/ui/failure.ts';

interface SignOutDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

export function SignOutDialog({ open, onOpenChange }: SignOutDialogProps) {
  const t = useTexts();
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
      toast.error(errorText(t, error));
    }
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t('signOut.title')}
      kind="confirm"
      footer={
        <>
          <Button variant="text" onClick={() => onOpenChange(false)}>
            {t('action.cancel')}
          </Button>
          <Button
            variant="danger"
            busy={busy}
            busyLabel={t('action.signingOut')}
            onClick={() => void confirm()}
          >
            {t('action.signOut')}
          </Button>
        </>
      }
    >
      <p>{t(hasUnsent ? 'signOut.textUnsent' : 'signOut.text')}</p>
    </Dialog>
  );
}
