import type { Instrumentation } from 'next';
import { requestContext } from '#lib/transport/request-context.ts';

/** Next calls this as it starts. Where there is no server.ts, nobody else prepares the process. */
export async function register(): Promise<void> {
  // Next bundles this for its other runtime too.
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const { startPageHost } = await import('#lib/transport/page-start.ts');
    await startPageHost();
  }
}

/** Next tells here what a page threw; the line of the request then has it. */
export const onRequestError: Instrumentation.onRequestError = async (error, request) => {
  requestContext().cause = error;
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const { logPageFailure } = await import('#lib/transport/page-start.ts');
    logPageFailure(error, request);
  }
};
