import type { Language } from '#lib/contract/records.ts';

/** Each in its own words: whoever looks for theirs cannot read the others. */
export const languageNames: Record<Language, string> = {
  en: 'English',
  es: 'Español',
  de: 'Deutsch',
  ar: 'العربية',
};

export const languages = Object.keys(languageNames) as Language[];

/** Tells the first paint what this browser was set to. */
export const languageCookie = 'gatherly.language';

export const directionOf = (language: Language): 'ltr' | 'rtl' =>
  language === 'ar' ? 'rtl' : 'ltr';

/** What a cookie says, if it names one of ours. */
export const languageNamed = (name: string | undefined): Language | undefined =>
  languages.find((language) => language === name);

/** The first of an Accept-Language header that the pages can speak; English if there is none. */
export function preferredLanguage(header: string | null): Language {
  for (const { language } of accepted(header)) {
    const ours = languageNamed(language);
    if (ours) return ours;
  }
  return 'en';
}

/**
 * How dates and numbers look: as the header says for this language (`en-GB`), else in this language
 * with the habits of the place that the header names first (`en-DE`).
 */
export function localeFor(language: Language, header: string | null): string {
  const wanted = accepted(header);
  const region = (
    wanted.find((locale) => locale.language === language && locale.region) ??
    wanted.find((locale) => locale.region)
  )?.region;
  return region ? `${language}-${region}` : language;
}

const longestHeader = 200;

/** What an Accept-Language header names, the most wanted first. */
function accepted(header: string | null): { language: string; region: string | undefined }[] {
  return (header ?? '')
    .slice(0, longestHeader)
    .split(',')
    .flatMap((part) => {
      const match =
        /^\s*([a-z]{2,3})(?:-[a-z]{4})?(?:-([a-z]{2}))?\s*(?:;\s*q=([\d.]{1,5})\s*)?$/i.exec(part);
      if (!match) return [];
      const [, language = '', region, quality = '1'] = match;
      return [
        {
          language: language.toLowerCase(),
          region: region?.toUpperCase(),
          quality: Number(quality),
        },
      ];
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
}
