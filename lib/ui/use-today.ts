'use client';

import { useSyncExternalStore } from 'react';

/**
 * The start of the viewer's day, or null while the page is the server's, which does not know their
 * clock: show no times then. Changes at midnight, and on return to a page that slept through it.
 */
export const useToday = (): number | null => useSyncExternalStore(subscribe, today, () => null);

const today = () => new Date().setHours(0, 0, 0, 0);

function subscribe(listener: () => void): () => void {
  const timer = setInterval(listener, 60_000);
  document.addEventListener('visibilitychange', listener);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', listener);
  };
}
