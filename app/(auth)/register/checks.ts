import { limits } from '#lib/contract/limits.ts';
import type { Texts } from '#lib/texts/texts.ts';

/** What each field needs, in the words of the page. The server checks again, by the contract. */
export const checksIn = (t: Texts) => ({
  displayName(value: string) {
    if (!value.trim()) return t('check.name');
    return value.trim().length > limits.displayNameLength
      ? t('check.atMost', { count: limits.displayNameLength })
      : undefined;
  },
  username(value: string) {
    const { min, max } = limits.usernameLength;
    const name = value.trim();
    if (name.length < min) return t('check.atLeast', { count: min });
    if (name.length > max) return t('check.atMost', { count: max });
    return /^[a-z0-9_.]+$/i.test(name) ? undefined : t('check.username');
  },
  email(value: string) {
    const email = value.trim();
    if (email === '' || /^[^\s@]+@[^\s@]+\.[^\s@.]{2,}$/.test(email)) return undefined;
    return email.includes('@') ? t('check.emailEnd') : t('check.email');
  },
  password(value: string) {
    const { min, max } = limits.passwordLength;
    if (value.length < min) return t('check.atLeast', { count: min });
    return value.length > max ? t('check.atMost', { count: max }) : undefined;
  },
});
