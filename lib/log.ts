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
        // A driver's error carries the operation, and with it what people wrote.
        serializers: { err: described },
        redact: ['password', 'token', 'text', '*.password', '*.token', '*.text'],
      },
      standardError,
    );
  });

function described(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack } = error;
  return { name, message, stack, code: (error as { code?: unknown }).code };
}
