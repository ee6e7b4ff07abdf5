import { offlineShellPath } from '#lib/contract/worker.ts';
import { after } from './after.ts';
import { isAway, withNonce } from './rules.ts';
import { readSpeech } from './speech.ts';

// The application's files and its page without private data, as this build has them. A cache for each
// build: pages that an earlier one has made go on with its files until the last of them is gone.

/** What esbuild is told by lib/build: the names of the build's files, and a name for all of them. */
declare const shellBuild: { version: string; files: string[] };

const prefix = 'gatherly-shell-';
export const buildName = shellBuild.version;
const cacheName = prefix + buildName;
const pageTimeoutMs = 3000;

export const shellFiles: ReadonlySet<string> = new Set(shellBuild.files);

/** @throws when anything cannot be had: the worker is then not installed, and tries again later. */
export async function installShell(): Promise<void> {
  const cache = await caches.open(cacheName);
  await Promise.all([...shellBuild.files.map((file) => keepFile(cache, file)), keepPage(cache)]);
}

/** Fetches the page without private data anew, in the language that is read now. */
export async function renewPage(): Promise<void> {
  await keepPage(await caches.open(cacheName));
}

async function keepFile(cache: Cache, file: string): Promise<void> {
  // Named by its content: what an earlier build has of this name is the same.
  const kept = file.startsWith('/_next/static/') ? await keptFile(file) : undefined;
  const response = kept ?? (await fetch(file, { credentials: 'omit' }));
  if (!response.ok) throw new Error(`${file}: ${response.status}`);
  await cache.put(file, response);
}

async function keepPage(cache: Cache): Promise<void> {
  const { locale } = await readSpeech();
  // Without cookies nobody is signed in: nothing in it can be private.
  const response = await fetch(offlineShellPath, {
    credentials: 'omit',
    cache: 'no-store',
    redirect: 'error',
    headers: { 'accept-language': locale },
  });
  if (!response.ok) throw new Error(`${offlineShellPath}: ${response.status}`);
  await cache.put(offlineShellPath, response);
}

/** A file of this build or of an earlier one; of others the network knows. */
export async function answerFile(request: Request): Promise<Response> {
  return (await keptFile(request.url)) ?? fetch(request);
}

const keptFile = (file: string) => caches.match(file, { ignoreVary: true });

/** The server's page if it comes soon; otherwise what `instead` finds, or the one without private data. */
export async function answerPage(
  network: Promise<Response>,
  instead: () => Promise<Response | null>,
): Promise<Response> {
  const soon = await Promise.race([network.catch(() => null), after(pageTimeoutMs)]);
  if (soon && !isAway(soon.status)) return soon;
  return (await instead()) ?? (await offlinePage()) ?? network;
}

async function offlinePage(): Promise<Response | null> {
  const kept = await (await caches.open(cacheName)).match(offlineShellPath);
  return kept ? withFreshNonce(kept) : null;
}

/** A page that is kept, to be shown: what was once served has no secret any more. */
export async function withFreshNonce(
  kept: Response,
  change = (html: string) => html,
): Promise<Response> {
  const headers = new Headers(kept.headers);
  const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
  const page = { policy: headers.get('content-security-policy') ?? '', html: await kept.text() };
  const { policy, html } = withNonce(page, nonce);
  headers.set('content-security-policy', policy);
  return new Response(change(html), { headers });
}

/** Of which there are files as well, by names of their own. */
export async function otherBuilds(): Promise<string[]> {
  const names = await caches.keys();
  return names.filter((name) => name.startsWith(prefix) && name !== cacheName);
}

export const forgetBuilds = (names: string[]): Promise<unknown> =>
  Promise.all(names.map((name) => caches.delete(name)));
