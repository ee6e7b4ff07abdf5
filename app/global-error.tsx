'use client';

import './globals.css';
import { useSyncExternalStore } from 'react';
import { breakdownTexts } from '#lib/texts/breakdown.ts';
import {
  directionOf,
  languageCookie,
  languageNamed,
  preferredLanguage,
} from '#lib/texts/languages.ts';
import { AppearanceScript } from '#lib/ui/appearance-script.tsx';
import { Mark } from '#lib/ui/brand.tsx';
import { RotateCw } from '#lib/ui/icons.tsx';

/** For every page, and for the layout: every page has it in its scripts, and this is all of it. */
export default function GlobalError({ error }: { error: Error & { digest?: string } }) {
  const language = useSyncExternalStore(
    () => () => undefined,
    languageHere,
    () => 'en' as const,
  );
  const { title, text, reload } = breakdownTexts[language];
  return (
    <html lang={language} dir={directionOf(language)} suppressHydrationWarning>
      <head>
        <AppearanceScript />
      </head>
      <body>
        <main className="grid h-dvh place-items-center overflow-y-auto bg-surface">
          <title>Gatherly</title>
          <div role="alert" className="flex flex-col items-center p-8 text-center">
            <Mark size={72} />
            <h1 className="mt-5 text-xl font-bold tracking-[-.015em]">{title}</h1>
            <p className="mt-1.5 mb-5 max-w-100 text-pretty text-text-2">{text(error.digest)}</p>
            {/* Without the button that can be busy, which is not in every page's scripts. */}
            <button
              type="button"
              onClick={() => location.reload()}
              className="inline-flex min-h-11 items-center gap-2 rounded-md bg-accent px-4.5 font-semibold text-on-accent hover:bg-accent-hover active:bg-accent-pressed"
            >
              <RotateCw aria-hidden className="size-5" /> {reload}
            </button>
          </div>
        </main>
      </body>
    </html>
  );
}

/** The layout, which knows better, may be what did not work. */
function languageHere() {
  const kept = document.cookie.split('; ').find((pair) => pair.startsWith(`${languageCookie}=`));
  return (
    languageNamed(kept?.slice(languageCookie.length + 1)) ??
    preferredLanguage(navigator.languages.join())
  );
}
