const left = new Set<() => Promise<unknown>>();

/** Leaves something out of the page's first load: it is fetched by `fetchLeft`, or when it is wanted. */
export const later = (load: () => Promise<unknown>): void => void left.add(load);

/**
 * Fetches what has been left out of the page, one after the other, whenever there is nothing else to do
 * after `afterMs`: then it opens at once. What fails is asked for again when it is wanted. Returns how to stop.
 */
export function fetchLeft(afterMs: number): () => void {
  let isOver = false;
  const fetchAll = async () => {
    for (const load of left) {
      await idle();
      if (isOver) return;
      await load().catch(() => undefined);
    }
  };
  const timer = setTimeout(() => void fetchAll(), afterMs);
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

// Safari has no such callback.
const idle = (): Promise<unknown> =>
  new Promise((resolve) =>
    'requestIdleCallback' in window
      ? // A busy page is never idle.
        requestIdleCallback(resolve, { timeout: 1_000 })
      : setTimeout(resolve, 100),
  );
