import { timeOf, type TimelineItem } from './timeline.ts';

/** Where in the log somebody wants to be. */
export type Goal =
  /** At the unread divider, or else at the end. */
  | { to: 'opening' }
  | { to: 'end' }
  /** At the first message that was sent then (Date.now() ms) or later, under the name of its day. */
  | { to: 'time'; at: number };

/** The row to go to; one past the last where it is the end. */
export function indexOfGoal(items: readonly TimelineItem[], goal: Goal): number {
  const found =
    goal.to === 'time'
      ? items.findIndex((item) => item.kind !== 'day' && (timeOf(item) ?? 0) >= goal.at)
      : items.findIndex(({ kind }) => goal.to === 'opening' && kind === 'divider');
  if (found === -1) return items.length;
  if (goal.to === 'opening') return found;
  const isLine = (index: number) => /^(day|divider)$/.test(items[index]?.kind ?? '');
  let index = found;
  while (isLine(index - 1)) index -= 1;
  return index;
}

/** So many rows fill most screens. */
const rowsDrawn = 30;
const rowsAbove = 10;

/** The rows that are drawn where nothing is known of the screen: those about the unread divider, or the last. */
export function rowsToDraw(items: readonly TimelineItem[]): { index: number; start?: undefined }[] {
  const goal = indexOfGoal(items, { to: 'opening' });
  const first = Math.max(0, goal - (goal === items.length ? rowsDrawn : rowsAbove));
  return items.slice(first, first + rowsDrawn).map((_, at) => ({ index: first + at }));
}

/** The message to which a key leads from another one, by their rows; null for other keys. */
export function stepFrom(
  items: readonly TimelineItem[],
  from: number,
  key: string,
  /** The row that is one page above or below. */
  pageAt: (direction: 1 | -1) => number,
): number | null {
  const isBubble = (index: number) => items[index]?.kind === 'bubble';
  const nearest = (start: number, direction: 1 | -1) => {
    for (let index = start; index >= 0 && index < items.length; index += direction)
      if (isBubble(index)) return index;
    return from;
  };
  switch (key) {
    case 'ArrowUp':
      return nearest(from - 1, -1);
    case 'ArrowDown':
      return nearest(from + 1, 1);
    case 'PageUp':
      return nearest(Math.max(0, Math.min(pageAt(-1), from - 1)), 1);
    case 'PageDown':
      return nearest(Math.min(items.length - 1, Math.max(pageAt(1), from + 1)), -1);
    case 'Home':
      return nearest(0, 1);
    case 'End':
      return nearest(items.length - 1, -1);
    default:
      return null;
  }
}
