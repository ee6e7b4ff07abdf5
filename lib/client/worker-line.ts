import type { Language } from '#lib/contract/records.ts';
import type { FromWorker, ToWorker } from '#lib/contract/worker.ts';

// What a page and its service worker say to each other. Browsers without one, and pages without https, do
// without.

/** Browsers' own; undefined where there can be no service worker. */
export const workers = (): ServiceWorkerContainer | undefined =>
  (navigator as Partial<Navigator>).serviceWorker;

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- A worker has no target.
export const tell = (worker: ServiceWorker, told: ToWorker): void => worker.postMessage(told);

/** What the person reads, as soon as there is a worker that can be told. */
export async function tellLanguage(language: Language, locale: string): Promise<void> {
  const registration = await workers()?.ready;
  if (registration?.active) tell(registration.active, { type: 'language', language, locale });
}

/** What the worker says, until the answer is called. */
export function hearWorker(listener: (told: FromWorker) => void): () => void {
  const hear = (event: MessageEvent<FromWorker>) => {
    if (event.data.type !== 'scripts') return listener(event.data);
    // Those for browsers without modules have not been loaded.
    const loaded = [...document.scripts].filter(({ src, noModule }) => src !== '' && !noModule);
    const scripts = loaded.map(({ src }) => src);
    event.ports[0]?.postMessage(scripts);
  };
  const container = workers();
  container?.addEventListener('message', hear);
  container?.startMessages();
  return () => container?.removeEventListener('message', hear);
}
