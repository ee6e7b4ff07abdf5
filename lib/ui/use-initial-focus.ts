'use client';

import { useEffect, type RefObject } from 'react';

/**
 * Gives a field the focus when it appears. A frame later than the browser's own way: a dialog has
 * then noted where the focus was, and gives it back there when it closes.
 */
export function useInitialFocus(field: RefObject<HTMLInputElement | null>, wanted: boolean): void {
  useEffect(() => {
    if (!wanted) return;
    const frame = requestAnimationFrame(() => field.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, [field, wanted]);
}
