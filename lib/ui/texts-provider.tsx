'use client';

import { Direction } from 'radix-ui';
import { createContext, use, useMemo, useSyncExternalStore, type ReactNode } from 'react';
import { createTexts, type Texts, type TextsOptions } from '#lib/texts/texts.ts';

const TextsContext = createContext<Texts | null>(null);

/** Everything below speaks this language. */
export function TextsProvider(props: TextsOptions & { children: ReactNode }) {
  const { language, locale, messages, drawnAt, children } = props;
  // What the server drew was for where this browser was last; it stands until the page lives.
  const zone = useSyncExternalStore(
    never,
    () => props.zone && zoneHere(),
    () => props.zone,
  );
  const texts = useMemo(
    () => createTexts({ language, locale, messages, zone, drawnAt }),
    [language, locale, messages, zone, drawnAt],
  );
  return (
    <TextsContext value={texts}>
      <Direction.Provider dir={texts.direction}>{children}</Direction.Provider>
    </TextsContext>
  );
}

const never = () => () => undefined;
const zoneHere = () => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The page's texts, in the language of whoever reads it. */
export function useTexts(): Texts {
  const texts = use(TextsContext);
  if (!texts) throw new Error('There is no TextsProvider above this component');
  return texts;
}
