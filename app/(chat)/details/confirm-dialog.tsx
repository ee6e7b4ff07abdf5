import type { ReactNode } from 'react';
import { Button } from '#lib/ui/button.tsx';
import { Dialog } from '#lib/ui/dialog.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';

interface ConfirmDialogProps {
  title: string;
  confirm: string;
  /** What is asked for can be taken back. */
  isHarmless?: boolean;
  isBusy: boolean;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** Asks before something that cannot be taken back, or that says more than its button does. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const t = useTexts();
  const { title, confirm, isHarmless = false, isBusy, onConfirm, onClose, children } = props;
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={title}
      footer={
        <>
          <Button variant="text" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button variant={isHarmless ? 'primary' : 'danger'} busy={isBusy} onClick={onConfirm}>
            {confirm}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
