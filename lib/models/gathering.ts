/** Work that waits a moment for more of its kind. */
export interface Gathering {
  /** Has it done soon, together with all that comes until then. */
  soon(): void;
  /** Does it now, after what is under way; for a clean stop. */
  now(): Promise<void>;
}

/** Of the time that passes, the work takes about one part in so many, however much there is. */
const share = 10;
/** However slow the database is, nothing waits longer to be written with others. */
const longestMs = 500;

/**
 * @param ms how long there is waited; longer soon after work that took long, since then more comes together
 * @param work never rejects; it is done once at a time
 */
export function createGathering(ms: number, work: () => Promise<void>): Gathering {
  let timer: NodeJS.Timeout | null = null;
  let working = Promise.resolve();
  let isWorking = false;
  /** More has come while the work was done. */
  let isWanted = false;
  /** Before then it would take more than its share. */
  let restsUntil = 0;
  const timed = async () => {
    const began = performance.now();
    isWorking = true;
    await work();
    isWorking = false;
    const ended = performance.now();
    restsUntil = ended + Math.min(share * (ended - began), longestMs);
    if (isWanted) soon();
  };
  const now = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    isWanted = false;
    working = working.then(timed);
    return working;
  };
  const soon = () => {
    isWanted = isWorking;
    if (isWanted) return;
    timer ??= setTimeout(() => void now(), Math.max(ms, restsUntil - performance.now()));
  };
  return { soon, now };
}
