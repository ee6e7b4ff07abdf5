/**
 * The outcome of the work, if it comes within `ms`; the work itself goes on.
 * @throws what `tooLate` makes, when it takes longer.
 */
export const patiently = <T>(ms: number, work: Promise<T>, tooLate: () => Error): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(tooLate()), ms);
    const over =
      <O>(settle: (outcome: O) => void) =>
      (outcome: O): void => {
        clearTimeout(timer);
        settle(outcome);
      };
    work.then(over(resolve), over(reject));
  });

/**
 * A deadline of `ms` for each of many things, by one timer. What it returns is called for each, with what
 * to do should it come; that returns how to call it off.
 */
export function createDeadlines(ms: number): (late: () => void) => () => void {
  /** By when they come, the next one first: all wait equally long. */
  const waiting = new Map<() => void, number>();
  let timer: NodeJS.Timeout | null = null;
  const look = (): void => {
    timer = null;
    const now = performance.now();
    const due: (() => void)[] = [];
    for (const [late, at] of waiting) {
      if (at > now) {
        timer = setTimeout(look, at - now);
        break;
      }
      due.push(late);
      waiting.delete(late);
    }
    for (const late of due) late();
  };
  return (late) => {
    waiting.set(late, performance.now() + ms);
    timer ??= setTimeout(look, ms);
    return () => waiting.delete(late);
  };
}
