import type { Rect, VirtualItem } from '@tanstack/react-virtual';

// What is known of a log before it is in the page: then the first rows that are drawn are the right ones, in
// their places. What has changed meanwhile is noticed as anything is that changes its size.

const mostLogs = 20;
const heights = new Map<string, VirtualItem[]>();
let rect: Rect = { width: 0, height: 0 };

/** The size (px) of the log that was on the screen last; nothing if there was none. */
export const lastRect = (): Rect => rect;

/** Notes how large a log was; out of sight it has no size. */
export function keepRect(seen: Rect | null): void {
  if (seen && seen.height > 0) rect = seen;
}

/** How high the rows of this conversation were, as far as they have been drawn. */
export const heightsOf = (id: string): VirtualItem[] => heights.get(id) ?? [];

export function keepHeights(id: string, rows: VirtualItem[]): void {
  heights.delete(id);
  heights.set(id, rows);
  for (const oldest of heights.keys()) {
    if (heights.size <= mostLogs) return;
    heights.delete(oldest);
  }
}
