import { env } from '#lib/env.ts';
import { refuse } from '#lib/limits/refuse.ts';
import { createTally } from '#lib/limits/tally.ts';
import { remember } from '#lib/runtime.ts';
import { requestContext } from './request-context.ts';

/** Long enough for whoever reads at all to have read something. */
const retryMs = 1_000;

/** Bytes of answers that wait for their readers, by person. */
const unread = () => remember('unread-answers', createTally);

/**
 * Counts an answer until its request has ended, which is when it was read or its reader has gone. One
 * answer may be larger than what may wait.
 * @throws AppError `rate_limited` when the person leaves too much unread.
 */
export function countUnread(userId: string, bytes: number): void {
  const context = requestContext();
  // Its reader has gone already: nobody would take it off again.
  if (context.isOver) return;
  const waiting = unread().of(userId);
  const isFull = waiting > 0 && waiting + bytes > env().REST_BACKLOG_KIB * 1024;
  if (isFull) refuse('REST_BACKLOG', userId, retryMs);
  unread().add(userId, bytes);
  context.onOver = () => unread().remove(userId, bytes);
}
