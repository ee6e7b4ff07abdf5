import { cookies, headers } from 'next/headers';
import { cache } from 'react';
import { compiledTexts } from '#lib/texts/compiled.ts';
import {
  languageCookie,
  languageNamed,
  localeFor,
  preferredLanguage,
} from '#lib/texts/languages.ts';
import { createTexts, type TextsOptions } from '#lib/texts/texts.ts';
import { zoneIn } from '#lib/texts/zone.ts';
import { signedIn } from './(chat)/signed-in.ts';

/**
 * What this request is to be answered in: the language of the person's own setting, else of this
 * browser's last page, else of its Accept-Language header; and when and where it is read.
 */
export const requestLanguage = cache(async (): Promise<TextsOptions> => {
  const reply = await signedIn();
  const accepted = (await headers()).get('accept-language');
  const set = await cookies();
  const language =
    (reply.ok ? reply.account.language : undefined) ??
    languageNamed(set.get(languageCookie)?.value) ??
    preferredLanguage(accepted);
  const zone = zoneIn(set);
  return {
    language,
    locale: localeFor(language, accepted),
    messages: compiledTexts(language),
    zone,
    drawnAt: zone === undefined ? undefined : Date.now(),
  };
});

/** The texts for what the server writes itself. */
export const requestTexts = cache(async () => createTexts(await requestLanguage()));
