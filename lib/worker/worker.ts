import type { FromWorker, ToWorker } from '#lib/contract/worker.ts';
import { forgetOtherPages, forgetPages, keepPage, keptPage } from './pages.ts';
import { followNotification, receivePush } from './push.ts';
import { answererOf, changesPerson, isKeepable, isOfBuild } from './rules.ts';
import {
  answerFile,
  answerPage,
  forgetBuilds,
  installShell,
  otherBuilds,
  renewPage,
  shellFiles,
} from './shell.ts';
import { keepSpeech } from './speech.ts';

declare const self: ServiceWorkerGlobalScope;

/** A page that is frozen, or of a build that does not know the question, says nothing. */
const patienceMs = 3000;

self.addEventListener('install', (event) => event.waitUntil(installShell()));

self.addEventListener('activate', (event) => {
  const { navigationPreload } = self.registration;
  event.waitUntil(Promise.all([navigationPreload?.enable(), forgetOtherPages(), takePages()]));
});

async function takePages(): Promise<void> {
  await self.clients.claim();
  await tidy();
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin } = self.location;
  const answerer = answererOf(request, origin);
  const forgotten = changesPerson(request, origin) ? forgetPages() : null;
  if (forgotten) event.waitUntil(forgotten);
  if (answerer === 'files') event.respondWith(answerFile(request));
  else if (answerer === 'page') event.respondWith(open(event));
  // Not answered before there is nothing left of who was here.
  else if (forgotten && request.mode !== 'navigate')
    event.respondWith(forgotten.then(() => fetch(request)));
});

/** What is kept of the page at once; the server's instead where there is nothing, or it is asked for anew. */
async function open(event: FetchEvent): Promise<Response> {
  const { url, cache } = event.request;
  const network = fromNetwork(event);
  if (!isKeepable(url)) return answerPage(network, () => Promise.resolve(null));
  event.waitUntil(renew(url, network, event.resultingClientId));
  const isReload = cache === 'no-cache' || cache === 'reload';
  const findKept = () => keptPage(url).catch(() => null);
  const kept = isReload ? null : await findKept();
  return kept ?? answerPage(network, findKept);
}

/** Keeps the server's page, as far as it may be kept. */
async function renew(url: string, network: Promise<Response>, clientId: string): Promise<void> {
  const response = await network.then((answer) => answer.clone()).catch(() => null);
  if (!response || !(await keepPage(url, response)) || response.type === 'opaqueredirect') return;
  // What it shows is of somebody who is not signed in here any more.
  const page = await self.clients.get(clientId);
  if (page instanceof WindowClient) await page.navigate(url).catch(() => undefined);
}

/** As the server draws it now. */
async function keepAnew(path: string): Promise<void> {
  const url = new URL(path, self.location.origin).href;
  if (!isKeepable(url)) return;
  const page = fetch(url, { credentials: 'same-origin', cache: 'no-store', redirect: 'manual' });
  await page.then((response) => keepPage(url, response)).catch(() => undefined);
}

async function fromNetwork(event: FetchEvent): Promise<Response> {
  const preloaded = (await event.preloadResponse) as Response | undefined;
  return preloaded ?? fetch(event.request);
}

self.addEventListener('push', (event) => event.waitUntil(receivePush(event.data)));
self.addEventListener('notificationclick', (event) => event.waitUntil(followNotification(event)));

self.addEventListener('message', (event) => {
  const told = event.data as ToWorker;
  if (told.type === 'take-over') event.waitUntil(self.skipWaiting());
  else if (told.type === 'keep') event.waitUntil(keepAnew(told.path));
  else event.waitUntil(hearLanguage(told));
});

async function hearLanguage(told: Extract<ToWorker, { type: 'language' }>): Promise<void> {
  const { language, locale } = told;
  if (await keepSpeech({ language, locale })) await renewPage();
  // A page has just been opened: another may have been closed.
  await tidy();
}

/** Lets go of the files of earlier builds once no page is of any of them. */
async function tidy(): Promise<void> {
  const { registration, clients } = self;
  const { active } = registration;
  const others = await otherBuilds();
  const pages = await clients.matchAll({ type: 'window', includeUncontrolled: true });
  const scripts = await Promise.all(pages.map(scriptsOf));
  // A later build has its files before it has a page: they are not this one's to let go.
  const isNewest =
    !registration.installing && !registration.waiting && registration.active === active;
  if (isNewest && scripts.every((of) => isOfBuild(of, shellFiles))) await forgetBuilds(others);
}

function scriptsOf(page: Client): Promise<string[] | null> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const timer = setTimeout(() => resolve(null), patienceMs);
    port1.addEventListener('message', (event) => {
      clearTimeout(timer);
      resolve(event.data as string[]);
    });
    port1.start();
    page.postMessage({ type: 'scripts' } satisfies FromWorker, [port2]);
  });
}
