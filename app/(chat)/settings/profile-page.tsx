'use client';

import { useState, type FormEvent } from 'react';
import { useActions, useChat } from '#lib/client/provider.tsx';
import type { ClientError } from '#lib/client/types.ts';
import { limits } from '#lib/contract/records.ts';
import { Avatar } from '#lib/ui/avatar.tsx';
import { Button } from '#lib/ui/button.tsx';
import { TextField } from '#lib/ui/field.tsx';
import { toast } from '#lib/ui/toast.tsx';
import { useFields } from '#lib/ui/use-fields.ts';

const checks = {
  displayName: (value: string) => (value.trim() ? undefined : 'Enter the name people know you by.'),
};

export function ProfilePage() {
  const { updateAccount } = useActions();
  const account = useChat((state) => state.account);
  const { id, username, displayName, about, email, avatarUrl } = account;
  const { values, field, setValue, check } = useFields({ displayName, about }, checks);
  const [busy, setBusy] = useState(false);
  const changed = values.displayName.trim() !== displayName || values.about.trim() !== about;

  const discard = () => {
    setValue('displayName', displayName);
    setValue('about', about);
  };
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!changed || !check(event)) return;
    setBusy(true);
    try {
      await updateAccount({ displayName: values.displayName.trim(), about: values.about.trim() });
      toast('Saved');
    } catch (error) {
      toast.error((error as ClientError).message);
    } finally {
      setBusy(false);
    }
  };

  const count = (text: string, max: number) => `${text.length} / ${max}`;
  return (
    <form noValidate onSubmit={(event) => void submit(event)} className="grid gap-4">
      <div className="mb-2">
        <Avatar id={id} name={values.displayName || displayName} src={avatarUrl} size={96} />
      </div>
      <TextField
        {...field('displayName')}
        label="Name"
        hint={count(values.displayName, limits.displayNameLength)}
        maxLength={limits.displayNameLength}
        autoComplete="name"
        dir="auto"
      />
      <TextField
        label="Username"
        prefix="@"
        value={username}
        readOnly
        help="People find you by it. It can’t be changed."
      />
      <TextField
        {...field('about')}
        label="About"
        hint={count(values.about, limits.aboutLength)}
        maxLength={limits.aboutLength}
        dir="auto"
        autoComplete="off"
      />
      {email && <TextField label="Email" value={email} readOnly help="Only you see this." />}
      <div className="mt-2 flex justify-end gap-2">
        <Button variant="text" disabled={!changed} onClick={discard}>
          Discard
        </Button>
        <Button type="submit" disabled={!changed} busy={busy} busyLabel="Saving…">
          Save changes
        </Button>
      </div>
    </form>
  );
}
