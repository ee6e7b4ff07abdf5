import { deletedName } from '#lib/contract/text.ts';
import type { Texts } from '#lib/texts/texts.ts';

/** What stands in the place of a name: of who is gone, or of whom nothing is known here. */
export const shownName = (t: Texts, name: string): string =>
  name === deletedName ? t('person.deleted') : name || t('person.someone');

/** People are called by their first name where there is no room or need for more. */
export const firstName = (name: string): string => name.trim().split(/\s+/)[0] || name;
