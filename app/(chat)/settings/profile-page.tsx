'use client';

import { useState, type FormEvent } from 'react';
import { useActions, useChat } from '#lib/client/provider.tsx';
import { limits } from '#lib/contract/limits.ts';
import { Avatar } from '#lib/ui/avatar.tsx';
import { Button } from '#lib/ui/button.tsx';
import { TextField } from '#lib/ui/field.tsx';
import { toast } from '#lib/ui/toast.tsx';
import { pageForm, useFields } from '#lib/ui/use-fields.ts';
import type { Texts } from '#lib/texts/texts.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { errorText } from '#lib/ui/failure.ts';
import { PictureButtons } from '../picture/picture-buttons.tsx';

const checksIn = (t: Texts) => ({
  displayName: (value: string) => (value.trim() ? undefined : t('check.name')),
});

export function ProfilePage() {
  const t = useTexts();
  const { updateAccount } = useActions();
  const account = useChat((state) => state.account);
  const { id, username, displayName, about, avatarUrl } = account;
  const { values, field, setValue, check } = useFields({ displayName, about }, checksIn(t));
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
      toast(t('profile.saved'));
    } catch (error) {
      toast.error(errorText(t, error));
    } finally {
      setBusy(false);
    }
  };

  const count = (text: string, max: number) => t.outOf(text.length, max);
  return (
    <form {...pageForm} onSubmit={(event) => void submit(event)} className="grid gap-4">
      <div className="mb-2 flex items-center gap-5">
        <Avatar id={id} name={values.displayName || displayName} src={avatarUrl} size={96} />
        <PictureButtons hasPicture={avatarUrl !== null} />
      </div>
      <TextField
        {...field('displayName')}
        label={t('field.name')}
        hint={count(values.displayName, limits.displayNameLength)}
        maxLength={limits.displayNameLength}
        autoComplete="name"
        dir="auto"
      />
      <TextField
        label={t('field.username')}
        prefix="@"
        value={username}
        readOnly
        help={t('profile.usernameHelp')}
      />
      <TextField
        {...field('about')}
        label={t('field.about')}
        hint={count(values.about, limits.aboutLength)}
        maxLength={limits.aboutLength}
        dir="auto"
        autoComplete="off"
      />
      <div className="mt-2 flex justify-end gap-2">
        <Button variant="text" disabled={!changed} onClick={discard}>
          {t('profile.discard')}
        </Button>
        <Button type="submit" disabled={!changed} busy={busy} busyLabel={t('action.saving')}>
          {t('profile.save')}
        </Button>
      </div>
    </form>
  );
}
