import { httpStatus, type ErrorCode } from '#lib/contract/errors.ts';
import { log } from '#lib/log.ts';
import { remember } from '#lib/runtime.ts';
import { refusal } from './perform.ts';
import { requestIdOf, type RequestContext } from './request-context.ts';

/** However many are refused in a storm, the disk of the log has to survive it. */
const maxLinesPerSecond = 100;

/** Does something of a socket's. What it throws becomes the reply that says so, and a line of the log. */
export async function loggingFailure<R>(
  operation: string,
  work: () => Promise<R>,
  about: object = {},
  givenId?: unknown,
): Promise<R | ReturnType<typeof refusal>> {
  try {
    return await work();
  } catch (error) {
    return loggedRefusal(operation, error, about, givenId);
  }
}

/** The reply to what something of a socket's threw, which is logged under an id of its own. */
export function loggedRefusal(
  operation: string,
  error: unknown,
  about: object,
  givenId?: unknown,
): ReturnType<typeof refusal> {
  const context: RequestContext = { id: requestIdOf(givenId) };
  const reply = refusal(operation, error, context);
  logFailure(context, about);
  return reply;
}

const codes = new Map<number, ErrorCode>();
for (const [code, status] of Object.entries(httpStatus) as [ErrorCode, number][]) {
  if (!codes.has(status)) codes.set(status, code);
}

/** What was answered to a request: written if it failed. The path is without its query, which may hold secrets. */
export function logAnswer(
  context: RequestContext,
  about: { method: string; path: string | undefined; status: number; ms: number },
): void {
  const { status } = about;
  if (status < 400 && context.cause === undefined) {
    log().debug({ requestId: context.id, ...about }, 'answered');
    return;
  }
  // A page may go on without what it was refused, and fail for another reason.
  const isSame = context.code !== undefined && httpStatus[context.code] === status;
  const code = isSame ? context.code : codes.get(status);
  logFailure({ ...context, ...(code && { code }) }, about);
}

/**
 * Writes the one line of a request or command that failed: an error with its cause if that is a bug
 * of ours, a warning if the database is away, otherwise for information. Of expected refusals at most
 * 100 lines a second are written; the next line says how many were withheld.
 */
export function logFailure({ id, operation, code, cause }: RequestContext, about: object): void {
  const line = { requestId: id, ...(operation && { operation }), ...(code && { code }), ...about };
  const { status = code ? httpStatus[code] : undefined } = about as { status?: number };
  if (code === 'unavailable') {
    const reason = cause instanceof Error ? cause.name : undefined;
    writeLimited('warn', { ...line, ...(reason && { reason }) });
  } else if (cause !== undefined || (status !== undefined && status >= 500)) {
    log().error({ ...line, ...(cause !== undefined && { err: cause }) }, 'a request failed');
  } else {
    writeLimited('info', line);
  }
}

function writeLimited(level: 'info' | 'warn', line: object): void {
  const budget = remember('failure-log', () => ({ second: 0, lines: 0, withheld: 0 }));
  const second = Math.floor(performance.now() / 1000);
  if (budget.second !== second) Object.assign(budget, { second, lines: 0 });
  if (++budget.lines > maxLinesPerSecond) {
    budget.withheld++;
    return;
  }
  const { withheld } = budget;
  budget.withheld = 0;
  log()[level]({ ...line, ...(withheld > 0 && { withheld }) }, 'refused');
}
