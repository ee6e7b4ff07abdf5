import { firstName } from './names.ts';

/** “typing…”, or who: “Ana is typing…”, “Ana and Bo are typing…”, “3 people are typing…”. */
export function typingText(names: readonly string[], isGroup: boolean): string {
  if (!isGroup) return 'typing…';
  const [first = '', second = ''] = names.map(firstName);
  if (names.length === 1) return `${first} is typing…`;
  if (names.length === 2) return `${first} and ${second} are typing…`;
  return `${names.length} people are typing…`;
}
