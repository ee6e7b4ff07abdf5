/** A message that waits, as pages keep it in IndexedDB (lib/client/kept-rows.ts). */
interface Unsent {
  clientId: string;
  conversationId: string;
  text: string;
}

/** Puts what could not be sent where the next page finds it, and tells those that are open. */
export async function keepUnsent(unsent: Unsent): Promise<boolean> {
  const entry = { ...unsent, createdAt: new Date().toISOString(), status: 'pending', error: null };
  for (const { name = '' } of await indexedDB.databases()) {
    if (!/^gatherly-[0-9a-f]{24}$/.test(name)) continue;
    const db = await asked(indexedDB.open(name));
    try {
      if (!(await isOfWhoeverIsSignedIn(db))) continue;
      await asked(db.transaction('outbox', 'readwrite').objectStore('outbox').add(entry));
    } finally {
      db.close();
    }
    const pages = new BroadcastChannel(name);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A channel has no target.
    pages.postMessage({ type: 'unsent', entry });
    pages.close();
    return true;
  }
  return false;
}

async function isOfWhoeverIsSignedIn(db: IDBDatabase): Promise<boolean> {
  const { objectStoreNames: has } = db;
  if (!has.contains('account') || !has.contains('outbox')) return false;
  return (await asked(db.transaction('account').objectStore('account').count())) > 0;
}

const asked = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error as DOMException));
  });
