import type { Metadata } from 'next';
import { requestTexts } from '../../request-texts.ts';
import { RegisterForm } from './register-form.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await requestTexts();
  return { title: `${t('register.title')} · Gatherly` };
}

export default async function RegisterPage() {
  const t = await requestTexts();
  return (
    <>
      <h1 className="text-2xl font-bold tracking-[-.02em]">{t('register.title')}</h1>
      <p className="mt-1.5 mb-6 text-pretty text-text-2 phone:mb-5">{t('register.lead')}</p>
      <RegisterForm />
    </>
  );
}
