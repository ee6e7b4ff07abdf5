/** How many of something there are at this moment, by key. Keys that have none take no memory. */
export interface Tally {
  /** Adds one and says how many there are now. */
  add(key: string): number;
  remove(key: string): void;
  of(key: string): number;
}

export function createTally(): Tally {
  const counts = new Map<string, number>();
  const of = (key: string) => counts.get(key) ?? 0;
  return {
    of,
    add(key) {
      const count = of(key) + 1;
      counts.set(key, count);
      return count;
    },
    remove(key) {
      const count = of(key) - 1;
      if (count > 0) counts.set(key, count);
      else counts.delete(key);
    },
  };
}
