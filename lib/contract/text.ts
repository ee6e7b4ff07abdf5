/** Whether a text has anything but spaces, control characters and characters of no width. */
export const isVisible = (text: string): boolean => /[^\p{Z}\p{Cc}\p{Cf}]/u.test(text);
