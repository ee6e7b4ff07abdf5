/** Every refusal that Gatherly can answer with, and the HTTP status that carries it. */
export const httpStatus = {
  invalid_input: 400,
  unauthenticated: 401,
  invalid_credentials: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  username_taken: 409,
  too_large: 413,
  unsupported_media: 415,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
} as const;

export type ErrorCode = keyof typeof httpStatus;

/** What was wrong with one field of an input. `path` is dotted, empty for the whole input. */
export interface Issue {
  path: string;
  message: string;
}

/** An expected refusal. Anything else that is thrown is a bug and is answered with `internal`. */
export class AppError extends Error {
  override name = 'AppError';
  constructor(
    readonly code: ErrorCode,
    message: string = code,
    readonly details: { issues?: Issue[]; retryAfterMs?: number } = {},
  ) {
    super(message);
  }
}

// Next bundles lib/ a second time: the class that threw may not be the class imported here, so the
// name decides, never the constructor.
export const isAppError = (error: unknown): error is AppError =>
  error instanceof Error && error.name === 'AppError';

/** A wait in words: seconds up to a minute and a half, then minutes. */
export function waitText(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  const [count, unit] = seconds <= 90 ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
