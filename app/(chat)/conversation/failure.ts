import type { ClientError } from '#lib/client/types.ts';

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : ((error as Partial<ClientError> | null)?.message ?? '');

/** Of an action: “Not deleted. You’re offline. Try again when you’re back.” */
export const failureText = (what: string, error: unknown): string =>
  `${what} ${messageOf(error)}`.trim();

/** Why a message was not sent. That it can be tried again, the button beside it says. */
export const notSentText = (error: ClientError | null): string =>
  error ? failureText('Not sent.', error).replace(/ Try again\.$/, '') : 'Not sent.';
