/** How many of something there are at this moment, by key. Keys that have none take no memory. */
export interface Tally {
  /** Adds one, or so many, and says how many there are now. */
  add(key: string, many?: number): number;
  remove(key: string, many?: number): void;
  of(key: string): number;
}

export function createTally(): Tally {
  const counts = new Map<string, number>();
  const of = (key: string) => counts.get(key) ?? 0;
  return {
    of,
    add(key, many = 1) {
      const count = of(key) + many;
      counts.set(key, count);
      return count;
    },
    remove(key, many = 1) {
      const count = of(key) - many;
      if (count > 0) counts.set(key, count);
      else counts.delete(key);
    },
  };
}
