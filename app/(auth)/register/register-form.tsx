'use client';

import Link from 'next/link';
import { useState, type FormEvent } from 'react';
import { Button } from '#lib/ui/button.tsx';
import { TextField } from '#lib/ui/field.tsx';
import { Notice } from '#lib/ui/notice.tsx';
import { PasswordMeter } from '#lib/ui/password-meter.tsx';
import { focusFirstWrong, useFields } from '#lib/ui/use-fields.ts';
import { passwordSignIn, refusalText, registerAccount, type Refusal } from '../requests.ts';
import { checks } from './checks.ts';
import { takenText, useUsernameCheck } from './use-username-check.ts';

const empty = { displayName: '', username: '', email: '', password: '' };
type Field = keyof typeof empty;
const isField = (path: string): path is Field => path in empty;

export function RegisterForm() {
  const { values, field, setError, check } = useFields<Field>(empty, checks);
  const [busy, setBusy] = useState(false);
  const [notice, setNotice] = useState<string | null>(null);
  const found = useUsernameCheck(values.username);
  const taken =
    found && !found.available ? takenText(found.username, found.suggestions) : undefined;

  const showRefusal = ({ code, issues, ...rest }: Refusal) => {
    const atFields = issues.filter(({ path }) => isField(path));
    for (const { path, message } of atFields) if (isField(path)) setError(path, sentence(message));
    if (code === 'username_taken') {
      setError('username', takenText(values.username.trim().toLowerCase(), []));
    } else if (atFields.length === 0) {
      setNotice(refusalText({ code, issues, ...rest }));
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
    <form noValidate onSubmit={(event) => void submit(event)} className="grid gap-4">
      {notice && <Notice kind="error">{notice}</Notice>}
      <TextField
        {...field('displayName')}
        label="Name"
        autoComplete="name"
        dir="auto"
        initialFocus
      />
      <TextField
        {...name}
        label="Username"
        prefix="@"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        error={name.error ?? taken}
        success={found?.available ? `@${found.username} is free` : undefined}
      />
      <TextField
        {...field('email')}
        label="Email"
        hint="Optional"
        type="email"
        autoComplete="email"
        spellCheck={false}
      />
      <TextField
        {...field('password')}
        label="Password"
        type="password"
        autoComplete="new-password"
        help={<PasswordMeter password={values.password} />}
      />
      <Button
        type="submit"
        size="lg"
        busy={busy}
        busyLabel="Creating your account…"
        className="mt-2 w-full"
      >
        Create account
      </Button>
      <p className="-mt-0.5 text-center text-md leading-6 text-text-2">
        Already have one?{' '}
        <Link
          href="/sign-in"
          className="-my-2.5 inline-block px-1 py-2.5 font-semibold text-accent-text underline"
        >
          Sign in
        </Link>
      </p>
    </form>
  );
}

/** The contract's messages are the ends of sentences: "must be …". */
const sentence = (message: string): string =>
  message.charAt(0).toUpperCase() + message.slice(1).replace(/\.?$/, '.');
