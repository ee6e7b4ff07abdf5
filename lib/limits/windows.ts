/** Counts of uses by key, each within a window of time that begins with its first use. */
export interface Windows {
  /** Counts a use. @returns 0 where that is within the limit, else how long (ms) the window still lasts. */
  take(key: string): number;
}

/** At most so many uses in so many seconds. At once, where a limiter with a promise costs each message several. */
export function createWindows(points: number, seconds: number): Windows {
  const windows = new Map<string, { count: number; endsAt: number }>();
  const begin = (key: string, now: number) => {
    windows.delete(key);
    // All last equally long, so those that end first stand first.
    for (const [old, { endsAt }] of windows) {
      if (endsAt > now) break;
      windows.delete(old);
    }
    const window = { count: 0, endsAt: now + seconds * 1000 };
    windows.set(key, window);
    return window;
  };
  return {
    take(key) {
      const now = performance.now();
      const known = windows.get(key);
      const window = known && known.endsAt > now ? known : begin(key, now);
      window.count++;
      return window.count <= points ? 0 : window.endsAt - now;
    },
  };
}
