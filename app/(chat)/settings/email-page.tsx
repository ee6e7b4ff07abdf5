'use client';

import { useState, type FormEvent } from 'react';
import { useActions, useChat } from '#lib/client/provider.tsx';
import type { RequestError } from '#lib/client/errors.ts';
import { Button } from '#lib/ui/button.tsx';
import { TextField } from '#lib/ui/field.tsx';
import { toast } from '#lib/ui/toast.tsx';
import { focusFirstWrong, pageForm, useFields } from '#lib/ui/use-fields.ts';
import type { Texts } from '#lib/texts/texts.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { errorText } from '#lib/ui/failure.ts';
import { CurrentPassword } from './current-password.tsx';

const checksIn = (t: Texts) => ({
  // Whether it is right the server says; with the first key after that it is unsaid.
  email: () => undefined,
  current: (value: string) => (value ? undefined : t('newPassword.enterCurrent')),
});

export function EmailPage() {
  const t = useTexts();
  const { changeEmail } = useActions();
  const email = useChat((state) => state.account.email);
  const { values, field, setValue, setError, check } = useFields(
    { email: email ?? '', current: '' },
    checksIn(t),
  );
  const [busy, setBusy] = useState(false);

  const showRefusal = (form: HTMLFormElement, error: unknown) => {
    const { code, details } = error as RequestError;
    // What no password can look like is not theirs either.
    const isPasswordWrong =
      code === 'invalid_credentials' ||
      (code === 'invalid_input' && details.issues?.some(({ path }) => path === 'password'));
    if (isPasswordWrong) setError('current', t('newPassword.wrong'));
    else if (code === 'invalid_input') setError('email', t('check.email'));
    else if (code === 'conflict') setError('email', t('settings.emailRefused'));
    else return toast.error(errorText(t, error));
    focusFirstWrong(form);
  };
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    if (!check(event)) return;
    setBusy(true);
    try {
      await changeEmail({ password: values.current, email: values.email.trim() || null });
      setValue('current', '');
      toast(t('profile.saved'));
    } catch (error) {
      showRefusal(form, error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form {...pageForm} onSubmit={(event) => void submit(event)} className="grid gap-4">
      <TextField
        {...field('email')}
        label={t('field.email')}
        hint={t('field.optional')}
        type="email"
        autoComplete="email"
        spellCheck={false}
      />
      <CurrentPassword {...field('current')} />
      <div className="mt-2 flex justify-end">
        <Button type="submit" busy={busy} busyLabel={t('action.saving')}>
          {t('profile.save')}
        </Button>
      </div>
    </form>
  );
}
