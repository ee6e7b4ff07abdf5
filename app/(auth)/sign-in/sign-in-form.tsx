'use client';

import { signIn } from 'next-auth/react';
import Link from 'next/link';
import { useState, type FormEvent } from 'react';
import { Button } from '#lib/ui/button.tsx';
import { TextField } from '#lib/ui/field.tsx';
import { Notice } from '#lib/ui/notice.tsx';
import { pageForm, useFields } from '#lib/ui/use-fields.ts';
import type { Texts } from '#lib/texts/texts.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { passwordSignIn, refusalText, type Refusal } from '../requests.ts';

const checksIn = (t: Texts) => ({
  username: (value: string) => (value.trim() ? undefined : t('signIn.enterUsername')),
  password: (value: string) => (value ? undefined : t('signIn.enterPassword')),
});

interface SignInFormProps {
  next: string;
  providers: { id: string; name: string }[];
  /** Why the person is here again: `rate_limited:SECONDS`, or next-auth's word for what failed. */
  failure: string | null;
}

export function SignInForm({ next, providers, failure }: SignInFormProps) {
  const t = useTexts();
  const { values, field, check } = useFields({ username: '', password: '' }, checksIn(t));
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
    <form {...pageForm} onSubmit={(event) => void submit(event)} className="grid gap-4">
      {refusal && <Notice kind="error">{refusalText(t, refusal)}</Notice>}
      {failure && !refusal && <Notice kind="error">{failureText(t, failure)}</Notice>}
      <TextField
        {...field('username')}
        label={t('signIn.username')}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        initialFocus
      />
      <TextField
        {...field('password')}
        label={t('field.password')}
        type="password"
        autoComplete="current-password"
        invalid={mismatch}
      />
      <Button
        type="submit"
        size="lg"
        busy={busy}
        busyLabel={t('signIn.busy')}
        className="mt-2 w-full"
      >
        {t('action.signIn')}
      </Button>
      {providers.length > 0 && <Providers providers={providers} next={next} />}
      <p className="mt-1 text-center text-md leading-6 text-text-2">
        {t('signIn.newHere')}{' '}
        <Link
          href="/register"
          className="-my-2.5 inline-block px-1 py-2.5 font-semibold text-accent-text underline"
        >
          {t('signIn.create')}
        </Link>
      </p>
      <p className="text-center text-sm text-balance text-text-3">{t('signIn.forgot')}</p>
    </form>
  );
}

function failureText(t: Texts, failure: string): string {
  const seconds = /^rate_limited:(\d{1,5})$/.exec(failure)?.[1];
  return seconds
    ? refusalText(t, { code: 'rate_limited', issues: [], retryAfterSeconds: Number(seconds) })
    : t('signIn.failed');
}

function Providers({ providers, next }: Pick<SignInFormProps, 'providers' | 'next'>) {
  const t = useTexts();
  return (
    <>
      <p className="flex items-center gap-3 text-sm text-text-3 before:h-px before:flex-1 before:bg-border after:h-px after:flex-1 after:bg-border">
        {t('signIn.or')}
      </p>
      {providers.map(({ id, name }) => (
        <Button
          key={id}
          variant="outline"
          size="lg"
          className="w-full"
          onClick={() => void signIn(id, { callbackUrl: next })}
        >
          {t('signIn.continueWith', { name })}
        </Button>
      ))}
    </>
  );
}
