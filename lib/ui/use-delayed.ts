'use client';

import { useEffect, useRef, useState } from 'react';

const atLeastMs = 300;

/**
 * True once `active` has been so for a while: what comes quickly needs no skeleton. Then it stays so for
 * a moment, whatever comes: one that only flashes up is worse than none.
 */
export function useDelayed(active: boolean, delayMs = 150): boolean {
  const [isShown, setShown] = useState(false);
  const shownAt = useRef(0);
  useEffect(() => {
    if (active === isShown) return;
    const waitMs = active ? delayMs : shownAt.current + atLeastMs - performance.now();
    const timer = setTimeout(() => {
      shownAt.current = performance.now();
      setShown(active);
    }, waitMs);
    return () => clearTimeout(timer);
  }, [active, isShown, delayMs]);
  return isShown;
}
