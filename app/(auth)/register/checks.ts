import { limits } from '#lib/contract/records.ts';

/** What each field needs, in the words of the page. The server checks again, by the contract. */
export const checks = {
  displayName(value: string) {
    if (!value.trim()) return 'Enter the name people know you by.';
    return value.trim().length > limits.displayNameLength
      ? `At most ${limits.displayNameLength} characters.`
      : undefined;
  },
  username(value: string) {
    const { min, max } = limits.usernameLength;
    const name = value.trim();
    if (name.length < min) return `At least ${min} characters.`;
    if (name.length > max) return `At most ${max} characters.`;
    return /^[a-z0-9_.]+$/i.test(name)
      ? undefined
      : 'Use letters a–z, digits, dots and underscores.';
  },
  email(value: string) {
    const email = value.trim();
    if (email === '' || /^[^\s@]+@[^\s@]+\.[^\s@.]{2,}$/.test(email)) return undefined;
    return email.includes('@')
      ? 'Add the part after the dot, like name@example.org.'
      : 'Write it like name@example.org.';
  },
  password(value: string) {
    const { min, max } = limits.passwordLength;
    if (value.length < min) return `At least ${min} characters.`;
    return value.length > max ? `At most ${max} characters.` : undefined;
  },
};
