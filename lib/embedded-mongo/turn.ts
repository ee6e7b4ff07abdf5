/** How long one command may keep the thread before others get a turn. */
const turnMs = 10;
const longTurnMs = 150;

let startedAt = performance.now();
let isMarked = false;
const waiting: (() => void)[] = [];

/**
 * Called where a command begins. Commands that begin in the same turn of the event loop share its
 * time, or many clients together would hold the thread as one may not.
 */
export function beginTurn(): void {
  if (isMarked) return;
  isMarked = true;
  startedAt = performance.now();
  setImmediate(() => (isMarked = false));
}

export const isTurnOver = (): boolean => performance.now() - startedAt > turnMs;

/** When the turn began that goes on now: a number to know it by. */
export const turnStart = (): number => startedAt;

/** Whether others have waited so long that what is done now had better be given up. */
export const isTurnLong = (): boolean => performance.now() - startedAt > longTurnMs;

/** Resolves when whoever waits has been served; those who work long come one in each turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) setImmediate(serveNext);
  });
}

function serveNext(): void {
  startedAt = performance.now();
  waiting.shift()!();
  if (waiting.length > 0) setImmediate(serveNext);
}
