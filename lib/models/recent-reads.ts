// What is asked with every message and every request is remembered for a moment. What is in use is read anew
// before that is over, all of it in one question to the database, so that those who ask need not wait.

/** For so long (ms) a change made by another process may go unnoticed. */
export const freshMs = 3_000;
const renewEveryMs = 2_000;
/** So that nobody waits behind the answer for all of them. */
const renewedAtOnce = 500;

interface Reading<V> {
  at: number;
  /** Kept beside its outcome, so that forgetting also drops a read that is still under way. */
  answer: Promise<V | null>;
  value: V | null;
  isUsed: boolean;
}

interface RecentReads<V> {
  /** What was read at most 3 s ago, if it was there. */
  peek(key: string): V | null;
  /** The same, read if need be. Those who ask for it are answered in their order, whatever is forgotten meanwhile. */
  read(key: string): Promise<V | null>;
  /** Makes the next look read it. */
  forget(key: string): boolean;
  forgetAll(): void;
}

/**
 * @param read finds one by its key
 * @param readAgain finds those of these that are still there, by their keys
 * @param isKept whether an answer may be given again; a failure never is
 */
export function createRecentReads<V extends object>(
  read: (key: string) => Promise<V | null>,
  readAgain: (values: V[]) => Promise<Map<string, V>>,
  isKept: (value: V | null) => boolean,
): RecentReads<V> {
  const readings = new Map<string, Reading<V>>();
  /** What is being read, be it forgotten or not. */
  const underWay = new Map<string, Promise<V | null>>();
  let timer: NodeJS.Timeout | null = null;

  const fresh = (key: string): Reading<V> | undefined => {
    const reading = readings.get(key);
    if (!reading || performance.now() - reading.at >= freshMs) return undefined;
    reading.isUsed = true;
    return reading;
  };

  /** Nobody is answered before those who asked earlier, whose question may have been forgotten since. */
  const inOrder = (key: string, found: Promise<V | null>): Promise<V | null> => {
    const before = underWay.get(key);
    const answer = before ? Promise.allSettled([before, found]).then(() => found) : found;
    underWay.set(key, answer);
    const over = () => {
      if (underWay.get(key) === answer) underWay.delete(key);
    };
    answer.then(over, over);
    return answer;
  };

  const begin = (key: string): Promise<V | null> => {
    const answer = inOrder(key, read(key));
    const reading: Reading<V> = { at: performance.now(), answer, value: null, isUsed: false };
    readings.set(key, reading);
    const drop = () => {
      if (readings.get(key) === reading) readings.delete(key);
    };
    answer.then((value) => {
      // A turn later: whoever waits for the answer comes before those who need not.
      setImmediate(() => (reading.value = value));
      if (!isKept(value)) drop();
    }, drop);
    timer ??= setTimeout(renew, renewEveryMs).unref();
    return answer;
  };

  const renew = (): void => {
    const now = performance.now();
    const used: [string, Reading<V>][] = [];
    for (const [key, reading] of readings) {
      if (reading.isUsed && reading.value) used.push([key, reading]);
      else if (now - reading.at >= freshMs) readings.delete(key);
    }
    for (let i = 0; i < used.length; i += renewedAtOnce) {
      // Where it fails, those who ask read it themselves, and are told.
      renewSome(used.slice(i, i + renewedAtOnce)).catch(() => undefined);
    }
    timer = readings.size > 0 ? setTimeout(renew, renewEveryMs).unref() : null;
  };

  const renewSome = async (some: [string, Reading<V>][]): Promise<void> => {
    const at = performance.now();
    const found = await readAgain(some.flatMap(([, { value }]) => value ?? []));
    for (const [key, before] of some) {
      // It was forgotten meanwhile, maybe after this was read.
      if (readings.get(key) !== before) continue;
      const value = found.get(key) ?? null;
      if (!isKept(value)) readings.delete(key);
      else readings.set(key, { at, answer: Promise.resolve(value), value, isUsed: false });
    }
  };

  return {
    peek: (key) => fresh(key)?.value ?? null,
    read: (key) => fresh(key)?.answer ?? begin(key),
    forget: (key) => readings.delete(key),
    forgetAll: () => readings.clear(),
  };
}
