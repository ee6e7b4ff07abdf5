import type { Language } from '#lib/contract/records.ts';
import { compiledTexts } from '#lib/texts/compiled.ts';
import { createTexts, type Texts } from '#lib/texts/texts.ts';

export const textsIn = (language: Language, locale: string = language, zone?: string): Texts =>
  createTexts({ language, locale, messages: compiledTexts(language), zone });

/** What pages say to who has chosen nothing. */
export const english = textsIn('en', new Intl.DateTimeFormat().resolvedOptions().locale);
