import type { Metadata } from 'next';
import { RegisterForm } from './register-form.tsx';

export const metadata: Metadata = { title: 'Create your account · Gatherly' };

export default function RegisterPage() {
  return (
    <>
      <h1 className="text-2xl font-bold tracking-[-.02em]">Create your account</h1>
      <p className="mt-1.5 mb-6 text-text-2 phone:mb-5">
        It takes a minute. You can change everything later.
      </p>
      <RegisterForm />
    </>
  );
}
