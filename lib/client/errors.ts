import { httpStatus, type ErrorCode, type Issue } from '#lib/contract/errors.ts';
import type { ClientError } from './types.ts';

const messages: Record<ClientError['code'], string> = {
  offline: "You're offline. Try again when you're back.",
  timeout: 'The server took too long to answer. Try again.',
  invalid_input: 'Check what you entered and try again.',
  unauthenticated: "You're signed out. Sign in again.",
  invalid_credentials: "That name and password don't match. Check both and try again.",
  forbidden: "You can't do that here.",
  not_found: "This isn't here any more.",
  conflict: 'Something changed meanwhile. Try again.',
  username_taken: 'That username is taken.',
  too_large: 'That is too long to send.',
  unsupported_media: "This kind of file can't be sent.",
  rate_limited: 'That was a lot at once. Wait a moment, then try again.',
  internal: 'Something went wrong on the server. Try again.',
  unavailable: 'The server may be restarting. Try again in a moment.',
  stale: 'You wrote this more than a day ago.',
};

export const clientErrorCodes = Object.keys(messages) as ClientError['code'][];

/** What every promise of the client rejects with; `message` is for people, `code` for programs. */
export class RequestError extends Error implements ClientError {
  override name = 'RequestError';
  constructor(
    readonly code: ClientError['code'],
    readonly details: { issues?: Issue[]; retryAfterMs?: number } = {},
  ) {
    super(messages[code]);
  }
}

/** The plain form that the store keeps. */
export function clientErrorOf(error: unknown): ClientError {
  const code = error instanceof RequestError ? error.code : 'internal';
  return { code, message: messages[code] };
}

export const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === 'string' && Object.hasOwn(httpStatus, code);

const passing = new Set<ClientError['code']>([
  'offline',
  'timeout',
  'unavailable',
  'internal',
  'rate_limited',
]);

/** The same request may well succeed later. */
export const isPassing = (error: unknown): boolean => passing.has(clientErrorOf(error).code);
