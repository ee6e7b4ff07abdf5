import { httpStatus, type ErrorCode, type Issue } from '#lib/contract/errors.ts';
import type { ClientError } from './types.ts';

export const clientErrorCodes = [
  ...(Object.keys(httpStatus) as ErrorCode[]),
  'offline',
  'timeout',
  'stale',
] as const satisfies readonly ClientError['code'][];

/** What every promise of the client rejects with. What people are told of it, the pages say. */
export class RequestError extends Error implements ClientError {
  override name = 'RequestError';
  constructor(
    readonly code: ClientError['code'],
    readonly details: { issues?: Issue[]; retryAfterMs?: number } = {},
  ) {
    super(code);
  }
}

/** The plain form that the store keeps. */
export function clientErrorOf(error: unknown): ClientError {
  const code = error instanceof RequestError ? error.code : 'internal';
  return { code };
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
