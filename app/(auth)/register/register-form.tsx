'use client';

import Link from 'next/link';
import { useState, type FormEvent } from 'react';
import { Button } from '#lib/ui/button.tsx';
import { TextField } from '#lib/ui/field.tsx';
import { Notice } from '#lib/ui/notice.tsx';
import { PasswordMeter } from '#lib/ui/password-meter.tsx';
import { focusFirstWrong, pageForm, useFields } from '#lib/ui/use-fields.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { limits } from '#lib/contract/limits.ts';
import type { Texts } from '#lib/texts/texts.ts';
import { passwordSignIn, refusalText, registerAccount, type Refusal } from '../requests.ts';
import { checksIn } from './checks.ts';
import { takenText, useUsernameCheck } from './use-username-check.ts';

const empty = { displayName: '', username: '', email: '', password: '' };
type Field = keyof typeof empty;
const isField = (path: string): path is Field => path in empty;

export function RegisterForm() {
  const t = useTexts();
  const checks = checksIn(t);
  const { values, field, setError, check } = useFields<Field>(empty, checks);
  const [busy, setBusy] = useState(false);
  const [notice, setNotice] = useState<string | null>(null);
  const found = useUsernameCheck(values.username, !checks.username(values.username));
  const taken =
    found && !found.available ? takenText(t, found.username, found.suggestions) : undefined;

  const showRefusal = ({ code, issues, ...rest }: Refusal) => {
    const atFields = issues.map(({ path }) => path).filter(isField);
    for (const path of atFields) setError(path, wrongText(t, path));
    if (code === 'username_taken') {
      setError('username', takenText(t, values.username.trim().toLowerCase(), []));
    } else if (atFields.length === 0) {
      setNotice(refusalText(t, { code, issues, ...rest }));
    }
  };

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    if (!check(event)) return;
    if (taken) return focusFirstWrong(form);
    setBusy(true);
    setNotice(null);
    const username = values.username.trim().toLowerCase();
    const email = values.email.trim();
    const { password } = values;
    const refused = await registerAccount({
      username,
      displayName: values.displayName.trim(),
      password,
      ...(email && { email }),
    });
    if (refused) {
      setBusy(false);
      showRefusal(refused);
      return focusFirstWrong(form);
    }
    // The account is there: if signing in fails now, the sign-in page is the place to try again.
    const notSignedIn = await passwordSignIn(username, password);
    location.replace(notSignedIn ? '/sign-in' : '/chats');
  };

  const name = field('username');
  return (
    <form {...pageForm} onSubmit={(event) => void submit(event)} className="grid gap-4">
      {notice && <Notice kind="error">{notice}</Notice>}
      <TextField
        {...field('displayName')}
        label={t('field.name')}
        autoComplete="name"
        dir="auto"
        initialFocus
      />
      <TextField
        {...name}
        label={t('field.username')}
        prefix="@"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        error={name.error ?? taken}
        success={
          found?.available ? t('register.free', { username: `@${found.username}` }) : undefined
        }
      />
      <TextField
        {...field('email')}
        label={t('field.email')}
        hint={t('field.optional')}
        type="email"
        autoComplete="email"
        spellCheck={false}
      />
      <TextField
        {...field('password')}
        label={t('field.password')}
        type="password"
        autoComplete="new-password"
        help={<PasswordMeter password={values.password} />}
      />
      <Button
        type="submit"
        size="lg"
        busy={busy}
        busyLabel={t('register.busy')}
        className="mt-2 w-full"
      >
        {t('register.submit')}
      </Button>
      <p className="-mt-0.5 text-center text-md leading-6 text-text-2">
        {t('register.haveOne')}{' '}
        <Link
          href="/sign-in"
          className="-my-2.5 inline-block px-1 py-2.5 font-semibold text-accent-text underline"
        >
          {t('action.signIn')}
        </Link>
      </p>
    </form>
  );
}

/** What the server refuses and the checks let pass, in the words of the checks. */
function wrongText(t: Texts, field: Field): string {
  switch (field) {
    case 'displayName':
      return t('check.name');
    case 'username':
      return t('check.username');
    case 'email':
      return t('check.email');
    case 'password':
      return t('check.atLeast', { count: limits.passwordLength.min });
  }
}
