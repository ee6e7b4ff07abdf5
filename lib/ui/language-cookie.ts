import type { Language } from '#lib/contract/records.ts';
import { languageCookie } from '#lib/texts/languages.ts';

const yearSeconds = 365 * 24 * 3600;

/** Lets the server's next page be in this language from its first paint on. */
export function keepLanguage(language: Language): void {
  const secure = location.protocol === 'https:' ? '; secure' : '';
  document.cookie = `${languageCookie}=${language}; path=/; max-age=${yearSeconds}; samesite=lax${secure}`;
}
