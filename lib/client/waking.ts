/**
 * Calls back whenever the page may have slept while its connection died: it is in view again, comes
 * back out of the browser's memory, or the network is there again. Returns what ends it.
 */
export function watchWaking(wake: () => void): () => void {
  const shown = () => {
    if (document.visibilityState === 'visible') wake();
  };
  const restored = ({ persisted }: PageTransitionEvent) => {
    if (persisted) wake();
  };
  document.addEventListener('visibilitychange', shown);
  window.addEventListener('pageshow', restored);
  window.addEventListener('online', wake);
  return () => {
    document.removeEventListener('visibilitychange', shown);
    window.removeEventListener('pageshow', restored);
    window.removeEventListener('online', wake);
  };
}
