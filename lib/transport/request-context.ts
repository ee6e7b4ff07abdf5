import { AsyncLocalStorage } from 'node:async_hooks';
import type { ErrorCode } from '#lib/contract/errors.ts';
import { remember } from '#lib/runtime.ts';

/** What the log tells about one request or one command, whoever finds it out. */
export interface RequestContext {
  id: string;
  operation?: string;
  code?: ErrorCode;
  /** What was thrown, where that is not an expected refusal. */
  cause?: unknown;
  /** The request has ended: it was answered to the last byte, or its sender has gone. */
  isOver?: boolean;
  /** Called when it ends. */
  onOver?: () => void;
}

// Made once: the routes have a second copy of this module.
const storage = () => remember('request-context', () => new AsyncLocalStorage<RequestContext>());

/** Runs the work with this context around all that it starts. */
export const withContext = <T>(context: RequestContext, work: () => T): T =>
  storage().run(context, work);

/** The context of what is going on; outside of any request, one that nobody reads. */
export const requestContext = (): RequestContext =>
  storage().getStore() ?? { id: crypto.randomUUID() };

/** The id that a client or a proxy gave its request, if it is fit for a log and a header; else a new one. */
export const requestIdOf = (given: unknown): string =>
  typeof given === 'string' && /^[\w.:-]{8,64}$/.test(given) ? given : crypto.randomUUID();
