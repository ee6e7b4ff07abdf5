import type { Instrumentation } from 'next';
import { requestContext } from '#lib/transport/request-context.ts';

/** Next tells here what a page threw; the line of the request then has it. */
export const onRequestError: Instrumentation.onRequestError = (error) => {
  requestContext().cause = error;
};
