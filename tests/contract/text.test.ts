import { expect, it } from 'vitest';
import { Text } from '#lib/contract/inputs.ts';

it.each(['', ' ', '\n\t', '\u00a0', '\u200b', '\u0000', '\u2060\ufeff\u202e'])(
  'a message may not be %j, which nobody would see',
  (text) => {
    expect(Text.safeParse(text).success).toBe(false);
  },
);

it.each(['a', '.', '👩‍👩‍👧', '\u{1FAE9}', ' \u200b؟'])('a message may be %j, as it is', (text) => {
  expect(Text.parse(text)).toBe(text);
});
