import { useState, type FormEvent } from 'react';
import { Button } from '#lib/ui/button.tsx';
import { Dialog } from '#lib/ui/dialog.tsx';
import { TextField } from '#lib/ui/field.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';

interface DateDialogProps {
  /** The day (any of its Date.now() ms) that is offered. */
  day: number;
  /** @param at when (Date.now() ms) the day begins */
  onChoose: (at: number) => void;
  onClose: () => void;
}

/** Asks for the day of the conversation to go to. */
export function DateDialog({ day, onChoose, onClose }: DateDialogProps) {
  const t = useTexts();
  const [value, setValue] = useState(() => dateInput(day));
  const [today] = useState(() => dateInput(Date.now()));

  const go = (event: FormEvent) => {
    event.preventDefault();
    if (value === '') return;
    onClose();
    // Without a zone it is this browser's own.
    onChoose(new Date(`${value}T00:00`).getTime());
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t('log.goToDay')}
      footer={
        <>
          <Button variant="text" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" form="go-to-day">
            {t('log.go')}
          </Button>
        </>
      }
    >
      <form id="go-to-day" onSubmit={go} className="pt-1 text-text">
        <TextField
          type="date"
          label={t('log.day')}
          initialFocus
          required
          max={today}
          value={value}
          onChange={(event) => setValue(event.target.value)}
        />
      </form>
    </Dialog>
  );
}

/** As fields for dates have it: 2026-03-05. */
function dateInput(at: number): string {
  const date = new Date(at);
  const digits = (value: number, length = 2) => `${value}`.padStart(length, '0');
  return `${digits(date.getFullYear(), 4)}-${digits(date.getMonth() + 1)}-${digits(date.getDate())}`;
}
