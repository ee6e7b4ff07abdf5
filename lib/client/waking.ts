/**
 * Calls `wake` whenever the page may have slept while its connection died: it is in view again, comes
 * back out of the browser's memory, or the network is there again; and `changed` whenever the network
 * comes or goes. Returns what ends it.
 */
export function watchWaking(wake: () => void, changed: () => void): () => void {
  const watch = new AbortController();
  const { signal } = watch;
  const shown = () => {
    if (document.visibilityState === 'visible') wake();
  };
  const restored = ({ persisted }: PageTransitionEvent) => {
    if (persisted) wake();
  };
  document.addEventListener('visibilitychange', shown, { signal });
  window.addEventListener('pageshow', restored, { signal });
  window.addEventListener('online', wake, { signal });
  window.addEventListener('online', changed, { signal });
  window.addEventListener('offline', changed, { signal });
  return () => watch.abort();
}
