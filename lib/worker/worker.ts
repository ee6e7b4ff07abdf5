import type { FromWorker, ToWorker } from '#lib/contract/worker.ts';
import { followNotification, receivePush } from './push.ts';
import { answererOf, isOfBuild } from './rules.ts';
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
  event.waitUntil(Promise.all([self.registration.navigationPreload?.enable(), takePages()]));
});

async function takePages(): Promise<void> {
  await self.clients.claim();
  await tidy();
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const answerer = answererOf(request, self.location.origin);
  if (answerer === 'files') event.respondWith(answerFile(request));
  if (answerer === 'page') event.respondWith(answerPage(fromNetwork(event)));
});

async function fromNetwork(event: FetchEvent): Promise<Response> {
  const preloaded = (await event.preloadResponse) as Response | undefined;
  return preloaded ?? fetch(event.request);
}

self.addEventListener('push', (event) => event.waitUntil(receivePush(event.data)));
self.addEventListener('notificationclick', (event) => event.waitUntil(followNotification(event)));

self.addEventListener('message', (event) => {
  const told = event.data as ToWorker;
  if (told.type === 'take-over') event.waitUntil(self.skipWaiting());
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
