/** Whether a text has anything but spaces, control characters and characters of no width. */
export const isVisible = (text: string): boolean => /[^\p{Z}\p{Cc}\p{Cf}]/u.test(text);

/** The display name of an account that is no more. Pages say it in their own language. */
export const deletedName = 'Deleted account';
