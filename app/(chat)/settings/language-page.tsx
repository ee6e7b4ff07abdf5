'use client';

import { useState } from 'react';
import { useActions } from '#lib/client/provider.tsx';
import type { Language } from '#lib/contract/records.ts';
import { languageNames, languages } from '#lib/texts/languages.ts';
import { Spinner } from '#lib/ui/spinner.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { toast } from '#lib/ui/toast.tsx';
import { failureText } from '#lib/ui/failure.ts';
import { Card } from './card.tsx';

/** The account's language. When it has changed, the shell has the page written anew. */
export function LanguagePage() {
  const t = useTexts();
  const { updateAccount } = useActions();
  const [asked, setAsked] = useState<Language | null>(null);
  const choose = async (language: Language) => {
    setAsked(language);
    try {
      await updateAccount({ language });
    } catch (error) {
      setAsked(null);
      toast.error(failureText(t, t('language.failed'), error));
    }
  };
  return (
    <Card>
      <div role="radiogroup" aria-label={t('app.language')}>
        {languages.map((language) => (
          <LanguageRow
            key={language}
            language={language}
            isChosen={language === (asked ?? t.language)}
            isBusy={language === asked && language !== t.language}
            onChoose={() => void choose(language)}
          />
        ))}
      </div>
    </Card>
  );
}

interface LanguageRowProps {
  language: Language;
  isChosen: boolean;
  isBusy: boolean;
  onChoose: () => void;
}

function LanguageRow({ language, isChosen, isBusy, onChoose }: LanguageRowProps) {
  return (
    <label className="flex min-h-13 cursor-pointer items-center gap-3.5 rounded-md px-3.5 py-1.5 hover:bg-hover-surface has-focus-visible:outline-2 has-focus-visible:outline-focus">
      <input
        type="radio"
        name="language"
        value={language}
        checked={isChosen}
        onChange={onChoose}
        className="size-5.5 flex-none accent-accent"
      />
      <span lang={language} className="min-w-0 flex-1 text-body font-medium">
        <bdi>{languageNames[language]}</bdi>
      </span>
      {isBusy && <Spinner />}
    </label>
  );
}
