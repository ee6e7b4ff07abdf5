import { pagesCachePrefix } from '#lib/contract/worker.ts';
import { accountOf, scriptsOf } from './rules.ts';
import { buildName, shellFiles, withFreshNonce } from './shell.ts';

// The last pages of the application as the server drew them for whoever is signed in here: a start shows one
// of them at once, messages and all, and the page catches up with the server as it does after any pause. They
// are of this build, and go with its files, and whenever somebody signs in or out.

const cacheName = pagesCachePrefix + buildName;
const mostPages = 5;

/** What is on its way when they are thrown away comes too late. */
let generation = 0;
let forgetting: Promise<unknown> = Promise.resolve();

/** The page for this address, if it is kept. */
export async function keptPage(url: string): Promise<Response | null> {
  await forgetting;
  const kept = await caches.match(url, { cacheName, ignoreVary: true });
  return kept ? withFreshNonce(kept, markKept) : null;
}

const markKept = (html: string) => html.replace('<html ', '<html data-kept ');

/**
 * Keeps what the server has answered, unless it is no page of this build for somebody signed in. Of who is
 * signed out, and of another account, nothing stays. Says whether that was so of what had been kept.
 */
export async function keepPage(url: string, response: Response): Promise<boolean> {
  const mine = generation;
  if (response.type === 'opaqueredirect') {
    await forgetPages();
    return true;
  }
  if (!response.ok || response.redirected) return false;
  const html = await response.text();
  const account = accountOf(html);
  if (account === null) return false;
  const isOther = await isOfOther(account);
  if (mine !== generation) return false;
  if (isOther) await forgetPages();
  if (!scriptsOf(html).every((path) => shellFiles.has(path))) return isOther;
  const cache = await caches.open(cacheName);
  const now = generation;
  await cache.put(url, new Response(html, { headers: response.headers }));
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, -mostPages).map((key) => cache.delete(key)));
  if (now !== generation) await forgetPages();
  return isOther;
}

async function isOfOther(account: string): Promise<boolean> {
  const cache = await caches.open(cacheName);
  const [first] = await cache.keys();
  const kept = first && (await cache.match(first, { ignoreVary: true }));
  return kept !== undefined && accountOf(await kept.text()) !== account;
}

/** Those of other builds are of no use to this one. */
export const forgetOtherPages = () => forget((name) => name !== cacheName);

export function forgetPages(): Promise<unknown> {
  generation += 1;
  return (forgetting = forget(() => true).catch(() => undefined));
}

async function forget(isMeant: (name: string) => boolean): Promise<void> {
  const names = await caches.keys();
  const pages = names.filter((name) => name.startsWith(pagesCachePrefix) && isMeant(name));
  await Promise.all(pages.map((name) => caches.delete(name)));
}
