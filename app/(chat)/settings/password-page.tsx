'use client';

import { useState, type FormEvent } from 'react';
import { useActions } from '#lib/client/provider.tsx';
import type { ClientError } from '#lib/client/types.ts';
import { limits } from '#lib/contract/limits.ts';
import { Button } from '#lib/ui/button.tsx';
import { TextField } from '#lib/ui/field.tsx';
import { PasswordMeter } from '#lib/ui/password-meter.tsx';
import { toast } from '#lib/ui/toast.tsx';
import { focusFirstWrong, pageForm, useFields } from '#lib/ui/use-fields.ts';
import type { Texts } from '#lib/texts/texts.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { errorText } from '#lib/ui/failure.ts';
import { CurrentPassword } from './current-password.tsx';

const { min, max } = limits.passwordLength;

const checksIn = (t: Texts) => ({
  current: (value: string) => (value ? undefined : t('newPassword.enterCurrent')),
  next(value: string) {
    if (value.length < min) return t('check.atLeast', { count: min });
    return value.length > max ? t('check.atMost', { count: max }) : undefined;
  },
});

export function PasswordPage() {
  const t = useTexts();
  const { changePassword } = useActions();
  const { values, field, setValue, setError, check } = useFields(
    { current: '', next: '' },
    checksIn(t),
  );
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    if (!check(event)) return;
    setBusy(true);
    try {
      await changePassword(values.current, values.next);
      setValue('current', '');
      setValue('next', '');
      toast(t('newPassword.done'));
    } catch (error) {
      if ((error as ClientError).code === 'invalid_credentials') {
        setError('current', t('newPassword.wrong'));
        focusFirstWrong(form);
      } else toast.error(errorText(t, error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form {...pageForm} onSubmit={(event) => void submit(event)} className="grid gap-4">
      <CurrentPassword {...field('current')} />
      <TextField
        {...field('next')}
        label={t('newPassword.new')}
        type="password"
        autoComplete="new-password"
        help={<PasswordMeter password={values.next} />}
      />
      <div className="mt-2 flex justify-end">
        <Button type="submit" busy={busy} busyLabel={t('newPassword.busy')}>
          {t('newPassword.submit')}
        </Button>
      </div>
    </form>
  );
}
