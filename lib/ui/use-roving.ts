'use client';

import { startTransition, useState, type FocusEvent, type KeyboardEvent } from 'react';
import { flushSync } from 'react-dom';

interface RovingOptions {
  /** The row that Tab comes to first, where there is one. */
  start?: string | null;
  /** Gives the row with this key the focus; it is in the page by then. */
  focusRow(key: string): void;
  /** How many rows a page has. */
  rowsInView(): number;
}

/**
 * A list that is one stop for Tab; the arrows, Home, End and the page keys walk along it. Each row's
 * control has `data-roving` with its key, and the tab index that `tabIndexOf` says. The row `stop` has to
 * be in the page, whatever else is not.
 */
export function useRoving(keys: readonly string[], options: RovingOptions) {
  const { start = null, focusRow, rowsInView } = options;
  const [current, setCurrent] = useState<string | null>(null);
  // Whoever leaves what a row leads to comes back to that row.
  const [last, setLast] = useState(start);
  if (start !== null && start !== last) {
    setLast(start);
    setCurrent(null);
  }
  const stop = [current, start, last].find((key) => key !== null && keys.includes(key)) ?? keys[0];

  const onFocus = ({ target }: FocusEvent<HTMLElement>) => {
    const key = target.dataset['roving'];
    // Together with what a press on the row leads to.
    if (key !== undefined) startTransition(() => setCurrent(key));
  };
  const onBlur = ({ currentTarget, relatedTarget }: FocusEvent<HTMLElement>) => {
    if (start !== null && !currentTarget.contains(relatedTarget)) setCurrent(null);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const { target, key } = event;
    if (event.defaultPrevented) return;
    const isPlain = !(event.altKey || event.ctrlKey || event.metaKey || event.shiftKey);
    if (!isPlain || !(target instanceof HTMLElement) || !target.matches('[data-roving]')) return;
    const at = keys.indexOf(target.dataset['roving'] ?? '');
    const [end, page] = [keys.length - 1, Math.max(1, rowsInView() - 1)];
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: end,
      PageDown: Math.min(at + page, end),
      PageUp: Math.max(at - page, 0),
    };
    const step = steps[key];
    if (step === undefined) return;
    event.preventDefault();
    const next = keys[step];
    if (next === undefined) return;
    // Far away it has yet to be drawn.
    flushSync(() => setCurrent(next));
    focusRow(next);
  };
  return {
    stop,
    tabIndexOf: (key: string): 0 | -1 => (key === stop ? 0 : -1),
    listeners: { onFocus, onBlur, onKeyDown },
  };
}
