import { tell, workers } from './worker-line.ts';

// The service worker's coming, and that of its new versions.

/** Registers it. Null where it is refused. */
export async function registerWorker(): Promise<ServiceWorkerRegistration | null> {
  try {
    await workers()?.register('/sw.js', { updateViaCache: 'none' });
    return await workerRegistration();
  } catch {
    return null;
  }
}

export const workerRegistration = async (): Promise<ServiceWorkerRegistration | null> =>
  (await workers()
    ?.getRegistration('/')
    .catch(() => undefined)) ?? null;

/** Of a build that was tried here before: in development nothing is to come from a cache. */
export async function removeWorker(): Promise<void> {
  await (await workerRegistration())?.unregister();
}

/** Looks for a new version now, and ends nothing if there is none. */
export async function lookForUpdate(): Promise<void> {
  await (await workerRegistration())?.update().catch(() => undefined);
}

/**
 * Looks for new versions now and then, and says when one is ready to take over; `take` then loads the
 * page anew with it. Returns how to stop.
 */
export function watchUpdates(
  registration: ServiceWorkerRegistration,
  onReady: (take: () => void) => void,
): () => void {
  const offer = (worker: ServiceWorker) => onReady(() => takeOver(worker));
  const watch = () => {
    const worker = registration.installing;
    worker?.addEventListener('statechange', () => {
      // The first of all takes nobody's place.
      if (worker.state === 'installed' && registration.active) offer(worker);
    });
  };
  const look = () => {
    if (document.visibilityState !== 'visible' || Date.now() - lookedAt < lookEveryMs) return;
    lookedAt = Date.now();
    void lookForUpdate();
  };
  let lookedAt = Date.now();
  if (registration.waiting) offer(registration.waiting);
  watch();
  registration.addEventListener('updatefound', watch);
  document.addEventListener('visibilitychange', look);
  const timer = setInterval(look, lookEveryMs);
  return () => {
    registration.removeEventListener('updatefound', watch);
    document.removeEventListener('visibilitychange', look);
    clearInterval(timer);
  };
}

const lookEveryMs = 15 * 60_000;

function takeOver(worker: ServiceWorker): void {
  // Taken over already, at the wish of another tab: then there is nobody to wait for.
  if (worker.state !== 'installed') return location.reload();
  workers()?.addEventListener('controllerchange', () => location.reload(), { once: true });
  tell(worker, { type: 'take-over' });
}
