const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

// Digits, © and the like are emoji to Unicode only with a variation selector or a keycap.
const emoji =
  /^(?:\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3|\p{Emoji_Presentation}.*|\p{Extended_Pictographic}[\uFE0F\u200D\p{Emoji_Modifier}].*)$/su;

/** Whether the text is one to three emoji and nothing else: those are shown large, without a bubble. */
export function isEmojiOnly(text: string): boolean {
  const trimmed = text.trim();
  // A family of four with skin tones has 41 characters; nothing longer can be three emoji.
  if (trimmed === '' || trimmed.length > 130) return false;
  let count = 0;
  for (const { segment } of segmenter.segment(trimmed)) {
    if (segment.trim() === '') continue;
    if (++count > 3 || !emoji.test(segment)) return false;
  }
  return true;
}
