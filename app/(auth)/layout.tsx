import { Globe } from '#lib/ui/icons.tsx';
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import type { ReactNode } from 'react';
import { callerFromRequest } from '#lib/auth/caller.ts';
import { refusing } from '#lib/transport/perform.ts';
import { Brand } from '#lib/ui/brand.tsx';
import { Art } from './art.tsx';
import { LanguageChoice } from './language-choice.tsx';

export default async function AuthLayout({ children }: { children: ReactNode }) {
  const asked = await headers();
  if (await isSignedIn(asked)) redirect('/chats');
  return (
    <div className="grid h-dvh desktop:grid-cols-2">
      <div className="flex min-h-0 flex-col overflow-y-auto bg-surface px-5 py-5 tablet:px-12 tablet:py-8 dark:bg-app">
        <header>
          <Brand />
        </header>
        <main className="mx-auto mt-7 mb-auto w-full max-w-98 pb-6 tablet:my-auto tablet:pt-6">
          {children}
        </main>
        <footer className="-my-3.25 flex flex-wrap items-center gap-x-6 text-sm text-text-3 phone:justify-center">
          <span className="flex items-center gap-2">
            <Globe aria-hidden className="icon-xs" />
            <span dir="ltr">{asked.get('host')}</span>
          </span>
          <LanguageChoice />
        </footer>
      </div>
      <Art />
    </div>
  );
}

// Without a database nobody can be recognised: the form stays, and says so when it is sent.
async function isSignedIn(asked: Headers): Promise<boolean> {
  const reply = await refusing('page', async () => {
    await callerFromRequest(asked);
    return { ok: true as const };
  });
  return reply.ok;
}
