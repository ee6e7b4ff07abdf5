import { describe, expect, it } from 'vitest';
import { isEmojiOnly } from '../../app/(chat)/conversation/emoji-only.ts';

describe('messages of emoji only', () => {
  it('have one to three emoji, whatever each is made of', () => {
    for (const text of ['🎉', '🥾🏔️☀️', '👨‍👩‍👧‍👦', '👍🏽 🇸🇪', '❤️', '1️⃣', ' 😀\n'])
      expect(isEmojiOnly(text), text).toBe(true);
  });

  it('have no text, no digits and no fourth', () => {
    for (const text of ['', ' ', 'ok 👍', '123', '#', '©', '😀😀😀😀', '!', 'a'])
      expect(isEmojiOnly(text), text).toBe(false);
  });
});
