'use client';

import { useEffect, useLayoutEffect, useRef } from 'react';

/** Gives the focus back to where it was before this appeared, if it would be lost with it. */
export function useFocusReturn(): void {
  const before = useRef<Element | null>(null);
  // Before anything of this takes the focus, and before a browser takes it from what is hidden behind it.
  useLayoutEffect(() => {
    before.current = document.activeElement;
  }, []);
  useEffect(
    () => () => {
      const { current } = before;
      if (document.activeElement === document.body && current instanceof HTMLElement)
        current.focus();
    },
    [],
  );
}
