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
 * @param ms how long there is waited; longer where the work before took long, since then more comes together
 * @param work never rejects; it is done once at a time
 */
export function createGathering(ms: number, work: () => Promise<void>): Gathering {
  let timer: NodeJS.Timeout | null = null;
  let working = Promise.resolve();
  let tookMs = 0;
  const timed = async () => {
    const began = performance.now();
    await work();
    tookMs = performance.now() - began;
  };
  const now = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    working = working.then(timed);
    return working;
  };
  const soon = () => {
    timer ??= setTimeout(() => void now(), Math.max(ms, Math.min(share * tookMs, longestMs)));
  };
  return { soon, now };
}
