'use client';

import { signIn } from 'next-auth/react';
import Link from 'next/link';
import { useState, type FormEvent } from 'react';
import { Button } from '#lib/ui/button.tsx';
import { TextField } from '#lib/ui/field.tsx';
import { Notice } from '#lib/ui/notice.tsx';
import { useFields } from '#lib/ui/use-fields.ts';
import { passwordSignIn, refusalText, type Refusal } from '../requests.ts';

const checks = {
  username: (value: string) => (value.trim() ? undefined : 'Enter your email or username.'),
  password: (value: string) => (value ? undefined : 'Enter your password.'),
};

interface SignInFormProps {
  next: string;
  providers: { id: string; name: string }[];
  /** Why the person is here again: `rate_limited:SECONDS`, or next-auth's word for what failed. */
  failure: string | null;
}

export function SignInForm({ next, providers, failure }: SignInFormProps) {
  const { values, field, check } = useFields({ username: '', password: '' }, checks);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const mismatch = refusal?.code === 'invalid_credentials';

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    if (!check(event)) return;
    setBusy(true);
    setRefusal(null);
    const refused = await passwordSignIn(values.username.trim(), values.password);
    // A whole page load: everything that follows is the signed-in person's.
    if (!refused) return location.replace(next);
    setBusy(false);
    setRefusal(refused);
    if (refused.code === 'invalid_credentials') {
      form.querySelector<HTMLInputElement>('[name=password]')?.select();
    }
  };

  return (
    <form noValidate onSubmit={(event) => void submit(event)} className="grid gap-4">
      {refusal && <Notice kind="error">{refusalText(refusal)}</Notice>}
      {failure && !refusal && <Notice kind="error">{failureText(failure)}</Notice>}
      <TextField
        {...field('username')}
        label="Email or username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        initialFocus
      />
      <TextField
        {...field('password')}
        label="Password"
        type="password"
        autoComplete="current-password"
        invalid={mismatch}
      />
      <Button type="submit" size="lg" busy={busy} busyLabel="Signing in…" className="mt-2 w-full">
        Sign in
      </Button>
      {providers.length > 0 && <Providers providers={providers} next={next} />}
      <p className="mt-1 text-center text-md leading-6 text-text-2">
        New here?{' '}
        <Link
          href="/register"
          className="-my-2.5 inline-block px-1 py-2.5 font-semibold text-accent-text underline"
        >
          Create an account
        </Link>
      </p>
    </form>
  );
}

function failureText(failure: string): string {
  const seconds = /^rate_limited:(\d{1,5})$/.exec(failure)?.[1];
  return seconds
    ? refusalText({ code: 'rate_limited', issues: [], retryAfterSeconds: Number(seconds) })
    : 'That sign-in didn’t work. Try again, or use your password.';
}

function Providers({ providers, next }: Pick<SignInFormProps, 'providers' | 'next'>) {
  return (
    <>
      <p className="flex items-center gap-3 text-sm text-text-3 before:h-px before:flex-1 before:bg-border after:h-px after:flex-1 after:bg-border">
        or
      </p>
      {providers.map(({ id, name }) => (
        <Button
          key={id}
          variant="outline"
          size="lg"
          className="w-full"
          onClick={() => void signIn(id, { callbackUrl: next })}
        >
          Continue with {name}
        </Button>
      ))}
    </>
  );
}
