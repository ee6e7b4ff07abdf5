'use client';

import { useEffect } from 'react';

/** Gives the focus back to where it was before this appeared, if it would be lost with it. */
export function useFocusReturn(): void {
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      if (document.activeElement === document.body && before instanceof HTMLElement) before.focus();
    };
  }, []);
}
