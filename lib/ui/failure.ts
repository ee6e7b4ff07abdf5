import { clientErrorCodes } from '#lib/client/errors.ts';
import type { ClientError } from '#lib/client/types.ts';
import type { Texts } from '#lib/texts/texts.ts';

/** What went wrong, and what to do about it. */
export const errorText = (t: Texts, error: unknown): string => t(`error.${codeOf(error)}`);

/** What went wrong, where a button says what to do about it. */
export function reasonText(t: Texts, error: unknown): string {
  const code = reasons.find((reason) => reason === codeOf(error));
  return code ? t(`reason.${code}`) : errorText(t, error);
}

/** Of an action: “Not deleted. You’re offline. Try again when you’re back.” */
export const failureText = (t: Texts, what: string, error: unknown): string =>
  `${what} ${errorText(t, error)}`;

const reasons = [
  'conflict',
  'internal',
  'offline',
  'rate_limited',
  'timeout',
  'unavailable',
] as const;

function codeOf(error: unknown): ClientError['code'] {
  const code = (error as Partial<ClientError> | null)?.code;
  return clientErrorCodes.find((known) => known === code) ?? 'internal';
}
