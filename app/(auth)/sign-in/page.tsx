import type { Metadata } from 'next';
import { configuredProviders } from '#lib/auth/options.ts';
import { connected } from '#lib/database/connect.ts';
import { refusing } from '#lib/transport/perform.ts';
import { hasAccounts } from '#lib/use-cases/accounts.ts';
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
  const [t, isFirst] = await Promise.all([requestTexts(), isNobodyHere()]);
  return (
    <>
      <h1 className="text-2xl font-bold tracking-[-.02em]">
        {t(isFirst ? 'signIn.firstHeading' : 'signIn.heading')}
      </h1>
      <p className="mt-1.5 mb-6 text-pretty text-text-2 phone:mb-5">
        {t(isFirst ? 'signIn.firstLead' : 'signIn.lead')}
      </p>
      <SignInForm
        next={nextPath(next)}
        providers={providers}
        failure={error === undefined ? null : String(error)}
      />
    </>
  );
}

const askWithinMs = 300;

/** Nobody can be back where nobody has been. Of a database that is away nobody waits to hear it. */
async function isNobodyHere(): Promise<boolean> {
  const reply = await refusing('page', async () => {
    await connected(askWithinMs);
    return { ok: true as const, isFirst: !(await hasAccounts()) };
  });
  return reply.ok && reply.isFirst;
}
