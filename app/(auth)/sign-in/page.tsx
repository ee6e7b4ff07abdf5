import type { Metadata } from 'next';
import { configuredProviders } from '#lib/auth/options.ts';
import { nextPath } from '../next-path.ts';
import { SignInForm } from './sign-in-form.tsx';

export const metadata: Metadata = { title: 'Sign in · Gatherly' };

interface SignInProps {
  searchParams: Promise<{ next?: string | string[]; error?: string | string[] }>;
}

export default async function SignInPage({ searchParams }: SignInProps) {
  const { next, error } = await searchParams;
  const providers = configuredProviders();
  return (
    <>
      <h1 className="text-2xl font-bold tracking-[-.02em]">Welcome back</h1>
      <p className="mt-1.5 mb-6 text-text-2 phone:mb-5">Sign in to pick up your chats.</p>
      <SignInForm
        next={nextPath(next)}
        providers={providers}
        failure={error === undefined ? null : String(error)}
      />
    </>
  );
}
