// Of a crowd that comes at once everybody has the same asked of the database, each for themselves, and a question
// costs much more than one thing more in it.

/** So far (ms) from each other questions are begun: what is asked for meanwhile goes together. */
const apartMs = 20;
/** So many things are asked for in one question. */
const most = 500;

interface Asked<V> {
  key: string;
  found(value: V | null): void;
  failed(error: unknown): void;
}

/**
 * Looks up one thing by its key: at once, or up to 20 ms later together with what others look up. It is read after
 * it was asked for, so nobody gets what was there before.
 * @param find what is there of these, by their keys; where it fails, it fails for all who asked
 */
export function createLookUps<V>(
  find: (keys: string[]) => Promise<Map<string, V>>,
): (key: string) => Promise<V | null> {
  let waiting: Asked<V>[] = [];
  let begunAt = -Infinity;

  const askAll = (): void => {
    begunAt = performance.now();
    const all = waiting;
    waiting = [];
    for (let i = 0; i < all.length; i += most) void ask(all.slice(i, i + most));
  };

  const ask = async (those: Asked<V>[]): Promise<void> => {
    try {
      const values = await find([...new Set(those.map(({ key }) => key))]);
      for (const { key, found } of those) found(values.get(key) ?? null);
    } catch (error) {
      for (const { failed } of those) failed(error);
    }
  };

  return (key) =>
    new Promise((found, failed) => {
      if (waiting.push({ key, found, failed }) > 1) return;
      const inMs = begunAt + apartMs - performance.now();
      if (inMs > 0) setTimeout(askAll, inMs);
      else askAll();
    });
}
