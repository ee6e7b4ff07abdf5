'use client';

import { Direction } from 'radix-ui';
import { createContext, use, useMemo, type ReactNode } from 'react';
import { createTexts, type Texts, type TextsOptions } from '#lib/texts/texts.ts';

const TextsContext = createContext<Texts | null>(null);

/** Everything below speaks this language. */
export function TextsProvider(props: TextsOptions & { children: ReactNode }) {
  const { language, locale, messages, children } = props;
  const texts = useMemo(
    () => createTexts({ language, locale, messages }),
    [language, locale, messages],
  );
  return (
    <TextsContext value={texts}>
      <Direction.Provider dir={texts.direction}>{children}</Direction.Provider>
    </TextsContext>
  );
}

/** The page's texts, in the language of whoever reads it. */
export function useTexts(): Texts {
  const texts = use(TextsContext);
  if (!texts) throw new Error('There is no TextsProvider above this component');
  return texts;
}
