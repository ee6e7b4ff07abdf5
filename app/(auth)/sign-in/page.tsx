import type { Metadata } from 'next';
import { configuredProviders } from '#lib/auth/options.ts';
import { requestTexts } from '../../request-texts.ts';
import { nextPath } from '../next-path.ts';
import { SignInForm } from './sign-in-form.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await requestTexts();
  return { title: `${t('action.signIn')} · Gatherly` };
}

interface SignInProps {
  searchParams: Promise<{ next?: string | string[]; error?: string | string[] }>;
}

export default async function SignInPage({ searchParams }: SignInProps) {
  const { next, error } = await searchParams;
  const providers = configuredProviders();
  const t = await requestTexts();
  return (
    <>
      <h1 className="text-2xl font-bold tracking-[-.02em]">{t('signIn.heading')}</h1>
      <p className="mt-1.5 mb-6 text-pretty text-text-2 phone:mb-5">{t('signIn.lead')}</p>
      <SignInForm
        next={nextPath(next)}
        providers={providers}
        failure={error === undefined ? null : String(error)}
      />
    </>
  );
}
