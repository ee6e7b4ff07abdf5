'use client';

import { useState, type FormEvent } from 'react';
import { useActions, useChat } from '#lib/client/provider.tsx';
import type { ClientError } from '#lib/client/types.ts';
import { limits } from '#lib/contract/records.ts';
import { Button } from '#lib/ui/button.tsx';
import { TextField } from '#lib/ui/field.tsx';
import { PasswordMeter } from '#lib/ui/password-meter.tsx';
import { toast } from '#lib/ui/toast.tsx';
import { focusFirstWrong, useFields } from '#lib/ui/use-fields.ts';

const { min, max } = limits.passwordLength;

const checks = {
  current: (value: string) => (value ? undefined : 'Enter the password you have now.'),
  next(value: string) {
    if (value.length < min) return `At least ${min} characters.`;
    return value.length > max ? `At most ${max} characters.` : undefined;
  },
};

export function PasswordPage() {
  const { changePassword } = useActions();
  const username = useChat((state) => state.account.username);
  const { values, field, setValue, setError, check } = useFields({ current: '', next: '' }, checks);
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
      toast('Password changed');
    } catch (error) {
      const { code, message } = error as ClientError;
      if (code === 'invalid_credentials') {
        setError('current', 'This is not your password. Try again.');
        focusFirstWrong(form);
      } else toast.error(message);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form noValidate onSubmit={(event) => void submit(event)} className="grid gap-4">
      {/* For password managers: whose password this is. */}
      <input type="hidden" name="username" autoComplete="username" value={username} />
      <TextField
        {...field('current')}
        label="Current password"
        type="password"
        autoComplete="current-password"
      />
      <TextField
        {...field('next')}
        label="New password"
        type="password"
        autoComplete="new-password"
        help={<PasswordMeter password={values.next} />}
      />
      <div className="mt-2 flex justify-end">
        <Button type="submit" busy={busy} busyLabel="Changing…">
          Change password
        </Button>
      </div>
    </form>
  );
}
