import { useState, type FormEvent } from 'react';
import { useActions, useChat } from '#lib/client/provider.tsx';
import type { ClientError } from '#lib/client/types.ts';
import { Button } from '#lib/ui/button.tsx';
import { Dialog } from '#lib/ui/dialog.tsx';
import { TextField } from '#lib/ui/field.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { pageForm } from '#lib/ui/use-fields.ts';
import { toast } from '#lib/ui/toast.tsx';
import type { PlainKey } from '#lib/texts/catalogue.ts';
import { errorText } from '#lib/ui/failure.ts';
import { Card } from './card.tsx';

const goes: PlainKey[] = ['deletion.profile', 'deletion.devices', 'deletion.groups'];
const stays: PlainKey[] = ['deletion.messages', 'deletion.name'];

export function DeleteAccountPage() {
  const t = useTexts();
  const { username, hasPassword } = useChat((state) => state.account);
  const [proof, setProof] = useState('');
  const [error, setError] = useState<string>();
  const [isAsking, setAsking] = useState(false);

  const ask = (event: FormEvent) => {
    event.preventDefault();
    if (proof.trim() !== '') setAsking(true);
    else setError(t(hasPassword ? 'signIn.enterPassword' : 'deletion.enterUsername'));
  };
  return (
    <>
      <Part title={t('deletion.goes')} lines={goes} />
      <Part title={t('deletion.stays')} lines={stays} />
      <form {...pageForm} onSubmit={ask} className="grid gap-4">
        {hasPassword && (
          <input type="hidden" name="username" autoComplete="username" value={username} />
        )}
        <TextField
          label={t(hasPassword ? 'field.password' : 'field.username')}
          type={hasPassword ? 'password' : 'text'}
          autoComplete={hasPassword ? 'current-password' : 'off'}
          value={proof}
          error={error}
          onChange={(event) => {
            setProof(event.target.value);
            setError(undefined);
          }}
        />
        <div className="flex justify-end">
          <Button type="submit" variant="danger">
            {t('settings.deleteAccount')}
          </Button>
        </div>
      </form>
      {isAsking && (
        <Confirmation
          proof={hasPassword ? { password: proof } : { username: proof.trim() }}
          onWrong={() => setError(t(hasPassword ? 'newPassword.wrong' : 'deletion.wrongUsername'))}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

function Part({ title, lines }: { title: string; lines: PlainKey[] }) {
  const t = useTexts();
  return (
    <Card title={title}>
      <ul className="list-disc px-3.5 pb-3 ps-8 text-md text-text-2">
        {lines.map((line) => (
          <li key={line} className="py-0.5">
            {t(line)}
          </li>
        ))}
      </ul>
    </Card>
  );
}

interface ConfirmationProps {
  proof: { password: string } | { username: string };
  onWrong: () => void;
  onClose: () => void;
}

function Confirmation({ proof, onWrong, onClose }: ConfirmationProps) {
  const t = useTexts();
  const { deleteAccount } = useActions();
  const [busy, setBusy] = useState(false);
  const confirm = async () => {
    setBusy(true);
    try {
      await deleteAccount(proof);
    } catch (error) {
      setBusy(false);
      onClose();
      if ((error as ClientError).code === 'invalid_credentials') onWrong();
      else toast.error(errorText(t, error));
    }
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t('deletion.title')}
      footer={
        <>
          <Button variant="text" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button
            variant="danger"
            busy={busy}
            busyLabel={t('deletion.busy')}
            onClick={() => void confirm()}
          >
            {t('deletion.confirm')}
          </Button>
        </>
      }
    >
      <p>{t('deletion.text')}</p>
    </Dialog>
  );
}
