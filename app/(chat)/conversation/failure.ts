import type { ClientError } from '#lib/client/types.ts';

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : ((error as Partial<ClientError> | null)?.message ?? '');

/** Of an action: “Not deleted. You’re offline. Try again when you’re back.” */
export const failureText = (what: string, error: unknown): string =>
  `${what} ${messageOf(error)}`.trim();

/** Why a message was not sent. That it can be tried again, the button beside it says. */
export function notSentText(error: ClientError | null): string {
  if (!error) return 'Not sent.';
  if (error.code === 'forbidden' || error.code === 'not_found')
    return 'Not sent. You can’t send messages here any more.';
  return failureText('Not sent.', error).replace(/ Try again\.$/, '');
}

const notYet: Partial<Record<ClientError['code'], string>> = {
  rate_limited: 'That was a lot at once.',
  timeout: 'The server took too long to answer.',
  unavailable: 'The server can’t take it just now.',
};

/** Why a message waits. That nothing has to be done, it says as well. */
export const notYetText = ({ code }: ClientError): string =>
  `Not sent yet. ${notYet[code] ?? 'Something went wrong on the server.'} Trying again…`;
