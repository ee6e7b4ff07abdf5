import compile from 'icu-minify/compile';
import type { Language } from '#lib/contract/records.ts';
import type { Catalogue } from './catalogue.ts';
import { ar } from './catalogues/ar.ts';
import { de } from './catalogues/de.ts';
import { en } from './catalogues/en.ts';
import { es } from './catalogues/es.ts';
import type { Messages } from './texts.ts';

export const catalogues: Record<Language, Catalogue> = { en, es, de, ar };

const compiled = new Map<Language, Messages>();

/** The texts of a language, parsed. On the server only: the browser is sent what comes out. */
export function compiledTexts(language: Language): Messages {
  const known = compiled.get(language);
  if (known) return known;
  const pairs = Object.entries(catalogues[language]).map(([key, text]) => [key, compile(text)]);
  // Objects of the plainest kind: the parser's own have no prototype, and cannot be sent to a page.
  const messages = JSON.parse(JSON.stringify(Object.fromEntries(pairs))) as Messages;
  compiled.set(language, messages);
  return messages;
}
