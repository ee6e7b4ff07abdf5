import * as z from 'zod';
import { AppError, isAppError, type ErrorCode, type Issue } from '#lib/contract/errors.ts';
import type { Reply } from '#lib/contract/events.ts';
import { operations, type Output } from '#lib/contract/operations.ts';
import { connected } from '#lib/database/connect.ts';
import { isDatabaseAway } from '#lib/database/errors.ts';
import { createTurns } from '#lib/limits/turns.ts';
import { metrics } from '#lib/metrics.ts';
import { createDeadlines, patiently } from '#lib/patience.ts';
import { remember } from '#lib/runtime.ts';
import { useCases } from '#lib/use-cases/all.ts';
import type { Caller, UseCaseName, Visitor } from '#lib/use-cases/define.ts';
import { requestContext, type RequestContext } from './request-context.ts';

/** However slow the database is, nobody waits longer for an answer (ms). */
const patienceMs = 4_500;

/** What reads pages of long texts is done a few at a time for each person: they are read into memory. */
const inTurns = new Set<UseCaseName>(['listMessages', 'listConversations']);
const pagesAtOnce = 4;
const turns = () => remember('page-turns', () => createTurns(pagesAtOnce));

/** A reply; `created` tells REST whether a thing is new. */
export type Performed<T> =
  (Extract<Reply<T>, { ok: true }> & { created: boolean }) | Extract<Reply<T>, { ok: false }>;

/** The one place where input is parsed, a use case runs, and errors become replies. Never throws. */
export async function perform<N extends UseCaseName>(
  name: N,
  caller: Caller | Visitor,
  raw: unknown,
): Promise<Performed<Output<N>>> {
  const over = underWay();
  try {
    return await refusing<Performed<Output<N>>>(name, async () => {
      await connected();
      const { created = true, ...data } = await inTime(runUseCase(name, caller, raw));
      return { ok: true, data: data as Output<N>, created };
    });
  } finally {
    over();
  }
}

/** Parses the input by the contract and runs the use case; to be called when connected. @throws what refuses it */
export function runUseCase(
  name: UseCaseName,
  caller: Caller | Visitor,
  raw: unknown,
): Promise<{ created?: boolean }> {
  const input: unknown = operations[name].input.parse(raw);
  // The table's types tie caller, input and answer to the name; the loop over it loses that tie.
  const run = useCases[name] as unknown as (caller: unknown, input: unknown) => Promise<object>;
  const work = () => run(caller, input);
  const takesTurn = inTurns.has(name) && 'userId' in caller;
  return takesTurn ? turns()(caller.userId, work) : work();
}

/** Runs something that may refuse, and turns what it throws into the reply that says so. */
export async function refusing<R>(
  name: string,
  run: () => Promise<R>,
): Promise<R | Extract<Performed<never>, { ok: false }>> {
  try {
    return await run();
  } catch (error) {
    return refusal(name, error, requestContext());
  }
}

/** Resolves when everything that has arrived is answered; what arrives from now on is refused. */
export async function allAnswered(): Promise<void> {
  const performing = work();
  performing.isStopping = true;
  while (performing.count > 0) {
    await new Promise<void>((resolve) => (performing.onRest = resolve));
  }
}

/** Whether the server has been told to stop. */
export const isStopping = (): boolean => work().isStopping;

/** @throws AppError `unavailable` when the server has been told to stop. */
export function requireServing(): void {
  if (isStopping()) throw new AppError('unavailable', 'The server is stopping.');
}

const work = () =>
  remember('performing', () => ({ count: 0, isStopping: false, onRest: (): void => undefined }));

/** Begins something that a clean stop waits for. Returns how to say that it has been answered. */
export function underWay(): () => void {
  const performing = work();
  performing.count++;
  return () => {
    if (--performing.count === 0) performing.onRest();
  };
}

const tooLate = () =>
  new AppError(
    'unavailable',
    'The database takes too long to answer. What you asked for may be done all the same.',
  );

/** The answer. @throws AppError `unavailable` when it takes longer than somebody should wait; it goes on. */
export const inTime = <T>(answer: Promise<T>): Promise<T> => patiently(patienceMs, answer, tooLate);

/**
 * Calls this with the same error where there is no answer by then; for what is not a promise.
 * Returns how to say that there is one.
 */
export const failLater = (fail: (error: AppError) => void): (() => void) =>
  remember('deadlines', () => createDeadlines(patienceMs))(() => fail(tooLate()));

/** The reply to what was thrown; what the log is to tell of it goes to the context. */
export function refusal(
  operation: string,
  error: unknown,
  context: RequestContext,
): Extract<Performed<never>, { ok: false }> {
  const reply = replyTo(error, context.id);
  const { code } = reply.error;
  metrics().refusals.inc({ code });
  const isUnexpected = code === 'internal' || code === 'unavailable';
  Object.assign(context, { operation, code, ...(isUnexpected && { cause: error }) });
  return reply;
}

function replyTo(error: unknown, requestId: string): Extract<Performed<never>, { ok: false }> {
  if (error instanceof z.ZodError || (error as Error)?.name === 'ZodError') {
    return refuse(
      'invalid_input',
      'The input is not what this takes.',
      issuesOf(error as z.ZodError),
    );
  }
  if (isAppError(error)) {
    const { issues, retryAfterMs } = error.details;
    return refuse(error.code, error.message, issues, retryAfterMs);
  }
  if (isDatabaseAway(error)) return refuse('unavailable', 'The database cannot be reached.');
  return { ok: false, error: brokenOn(requestId) };
}

/** What is told of a failure that nobody has foreseen; the log has the rest under this id. */
export const brokenOn = (requestId: string) => ({
  code: 'internal' as const,
  message: `Something went wrong on the server (${requestId}).`,
});

function refuse(code: ErrorCode, message: string, issues?: Issue[], retryAfterMs?: number) {
  const more = { ...(issues && { issues }), ...(retryAfterMs !== undefined && { retryAfterMs }) };
  return { ok: false as const, error: { code, message, ...more } };
}

/** Nobody mends more at once; an input of thousands of faults is not to be answered tenfold. */
const maxIssues = 20;
const maxIssuePath = 200;

const issuesOf = (error: z.ZodError): Issue[] =>
  error.issues
    .slice(0, maxIssues)
    .flatMap((issue) => {
      const path = issue.path.join('.');
      if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
      return issue.keys.slice(0, maxIssues).map((key) => ({
        path: path ? `${path}.${key}` : key,
        message: 'is not a field of this input',
      }));
    })
    .slice(0, maxIssues)
    .map(({ path, message }) => ({ path: path.slice(0, maxIssuePath), message }));
