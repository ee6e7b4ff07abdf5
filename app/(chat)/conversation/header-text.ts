import type { Texts } from '#lib/texts/texts.ts';
import { firstName, shownName } from './names.ts';

/** “typing…”, or who: “Ana is typing…”, “Ana and Bo are typing…”, “3 people are typing…”. */
export function typingText(t: Texts, names: readonly string[], isGroup: boolean): string {
  if (!isGroup) return t('typing.direct');
  const [first = '', second = ''] = names.map((name) => firstName(shownName(t, name)));
  if (names.length === 1) return t('typing.one', { name: first });
  if (names.length === 2) return t('typing.two', { first, second });
  return t('typing.many', { count: names.length });
}
