'use client';

import { useRouter } from 'next/navigation';
import { languageNames, languages } from '#lib/texts/languages.ts';
import { keepLanguage } from '#lib/ui/language-cookie.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';

/** For who has no account to keep a language in; it stays with this browser. */
export function LanguageChoice() {
  const t = useTexts();
  const router = useRouter();
  return (
    <select
      aria-label={t('app.language')}
      value={t.language}
      onChange={({ target }) => {
        const language = languages.find((ours) => ours === target.value);
        if (!language) return;
        keepLanguage(language);
        router.refresh();
      }}
      className="min-h-11 cursor-pointer rounded-sm bg-transparent px-1 text-sm! text-text-2 underline-offset-2 hover:underline"
    >
      {languages.map((language) => (
        <option key={language} value={language} lang={language}>
          {languageNames[language]}
        </option>
      ))}
    </select>
  );
}
