import type { TimelineItem } from './timeline.ts';

/** What a row's height depends on, in px: the width of the log, and the text size that was set. */
export interface RowMetrics {
  width: number;
  rem: number;
}

const bubblePadding = 15;
const linePx = 44;
const systemLinePx = 41;

/** About how high (px) a row is that has not been drawn yet: what is near makes scrolling calm. */
export function estimateHeight(item: TimelineItem, { width, rem }: RowMetrics): number {
  if (item.kind === 'system') return systemLinePx;
  if (item.kind !== 'bubble') return linePx;
  const text = item.message?.text ?? item.pending?.text ?? '';
  const room = Math.min(560, (width - 48) * 0.8) - 24;
  const perLine = Math.max(8, room / (0.48 * rem));
  // Time and tick stand behind the last word.
  const lines = linesOf(text, perLine, 8);
  const gap = item.first ? 12 : 2;
  return gap + bubblePadding + lines * Math.round(1.375 * rem);
}

function linesOf(text: string, perLine: number, meta: number): number {
  let lines = 0;
  let from = 0;
  for (;;) {
    const end = text.indexOf('\n', from);
    const length = (end === -1 ? text.length + meta : end) - from;
    lines += Math.max(1, Math.ceil(length / perLine));
    if (end === -1) return lines;
    from = end + 1;
  }
}
