import pino from 'pino';
import { env } from './env.ts';
import { remember } from './runtime.ts';

/** The process's log: JSON lines on standard error, without secrets or the texts of messages. */
export const log = (): pino.Logger =>
  remember('log', () => {
    const standardError = pino.destination({ dest: 2, sync: true });
    // Whoever read it has gone. There is nobody left to tell, and telling would fail again.
    standardError.on('error', () => undefined);
    return pino(
      {
        level: env().LOG_LEVEL,
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        serializers: { err: (error: unknown) => described(error) },
        redact: { paths: secrets.flatMap((name) => [name, `*.${name}`]), censor: '…' },
      },
      standardError,
    );
  });

/** Logs what nobody caught: a bug somewhere must not end the conversations of everybody. */
export function logUncaught(): void {
  for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
    process.on(event, (error: unknown) => log().error({ err: error }, event));
  }
}

/**
 * Puts what libraries print into the log, in its form. An error with a digest is a page's, of which
 * the line of its request tells already.
 */
export function logConsole(): void {
  for (const level of ['error', 'warn'] as const) {
    console[level] = (...printed: unknown[]) => {
      const error = printed.find((part) => part instanceof Error);
      const isTold = error !== undefined && 'digest' in error;
      log()[isTold ? 'debug' : level]({ err: error ?? printed.map(String).join(' ') }, 'printed');
    };
  }
}

const secrets = ['password', 'currentPassword', 'token', 'text', 'cookie', 'authorization'];
const maxCauses = 3;

/**
 * An error and what caused it, without what it carries: a driver's error has the operation in it, and
 * with that what people wrote. The values that messages quote are left out for the same reason.
 */
function described(error: unknown, causes = maxCauses): object {
  if (!(error instanceof Error)) return { message: unquoted(String(error)) };
  const { name, message, stack = '', cause, code } = error as Error & { code?: unknown };
  const calls = stack.split('\n').filter((line) => /^ +at /.test(line));
  return {
    name,
    message: unquoted(message),
    code,
    stack: calls.join('\n'),
    ...(cause !== undefined && causes > 0 && { cause: described(cause, causes - 1) }),
  };
}

// Of a duplicate key the index is told, of a cast the type, of bad JSON the place.
const unquoted = (message: string): string =>
  message
    .replace(/(dup key: ).*/s, '$1…')
    .replace(/"(?:[^"\\]|\\.)*"|(?<!\w)'(?:[^'\\]|\\.)*'(?!\w)/gs, '"…"')
    .slice(0, 500);
