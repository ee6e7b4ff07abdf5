'use client';

import { useState, type FocusEvent, type KeyboardEvent } from 'react';

/**
 * A list that is one stop for Tab; the arrows, Home and End walk along it. Each row's control has
 * `data-roving` with its key, and the tab index that `tabIndexOf` says. `start` is the row that Tab
 * comes to first, where there is one.
 */
export function useRoving(keys: readonly string[], start: string | null = null) {
  const [current, setCurrent] = useState<string | null>(null);
  const stop = [current, start].find((key) => key !== null && keys.includes(key)) ?? keys[0];

  const onFocus = ({ target }: FocusEvent<HTMLElement>) => {
    const key = target.dataset['roving'];
    if (key !== undefined) setCurrent(key);
  };
  const onBlur = ({ currentTarget, relatedTarget }: FocusEvent<HTMLElement>) => {
    if (start !== null && !currentTarget.contains(relatedTarget)) setCurrent(null);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const { target, currentTarget, key } = event;
    const isPlain = !(event.altKey || event.ctrlKey || event.metaKey || event.shiftKey);
    if (!isPlain || !(target instanceof HTMLElement) || !target.matches('[data-roving]')) return;
    const rows = [...currentTarget.querySelectorAll<HTMLElement>('[data-roving]')];
    const at = rows.indexOf(target);
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: rows.length - 1,
    };
    const step = steps[key];
    if (step === undefined) return;
    event.preventDefault();
    rows[step]?.focus();
  };
  return {
    tabIndexOf: (key: string): 0 | -1 => (key === stop ? 0 : -1),
    listeners: { onFocus, onBlur, onKeyDown },
  };
}
