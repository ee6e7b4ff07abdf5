import type { Language } from '#lib/contract/records.ts';
import { localeFor, preferredLanguage } from '#lib/texts/languages.ts';

/** What the person reads, as their page last said. */
export interface Speech {
  language: Language;
  locale: string;
}

const cacheName = 'gatherly-speech';
const key = '/speech';

export async function readSpeech(): Promise<Speech> {
  const kept = await caches.match(key, { cacheName });
  if (kept) return (await kept.json()) as Speech;
  const wanted = navigator.languages.join();
  const language = preferredLanguage(wanted);
  return { language, locale: localeFor(language, wanted) };
}

/** Whether that is something new. */
export async function keepSpeech(speech: Speech): Promise<boolean> {
  const before = await readSpeech();
  await (await caches.open(cacheName)).put(key, Response.json(speech));
  return before.locale !== speech.locale || before.language !== speech.language;
}
