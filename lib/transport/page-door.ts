import { randomBytes } from 'node:crypto';
import { addressHeader, visitorOf } from '#lib/auth/visitor.ts';
import type { Refusal } from '#lib/contract/events.ts';
import { logsWritten, survivorsAnnounced } from '#lib/models/append.ts';
import { headsWritten } from '#lib/models/heads.ts';
import { isPageHost, settingsFault } from '#lib/page-host.ts';
import { patiently } from '#lib/patience.ts';
import { published } from '#lib/publish.ts';
import { breakdownTexts } from '#lib/texts/breakdown.ts';
import { directionOf, preferredLanguage } from '#lib/texts/languages.ts';
import { receiptsWritten } from '#lib/use-cases/receipts.ts';
import { refusalOf } from './allow.ts';
import { shared } from './cors.ts';
import { logAnswer } from './failure-log.ts';
import { problemResponse } from './problem.ts';
import { requestIdOf, withContext, type RequestContext } from './request-context.ts';
import { headersOf, nonceHeader, pathHeader, policyFor } from './security-headers.ts';

// What front-door.ts does for every request of server.ts is done here on a page host, where Next alone sees
// them: for REST by the route files, for pages by proxy.ts. And what server.ts does a moment after an answer
// is done before it, since there may be no moment after it.

/** Nobody's answer waits longer for what would otherwise follow it. */
const settleWithinMs = 1_000;

/** Answers a request for a route file; on a page host through its front door. */
export const throughDoor = (
  request: Request,
  answer: () => Promise<Response>,
): Promise<Response> => (isPageHost() ? letIn(request, answer) : answer());

async function letIn(request: Request, answer: () => Promise<Response>): Promise<Response> {
  const began = performance.now();
  const { method, headers } = request;
  const { pathname: path, search } = new URL(request.url);
  const context: RequestContext = { id: requestIdOf(headers.get('x-request-id')) };
  // Nothing else works without settings.
  const fault = settingsFault();
  if (fault !== null) return problemResponse({ code: 'unavailable', message: notSetUp(fault) });
  const refusal = await refusalFor(headers, path);
  const given = refusal
    ? shared(request, problemResponse(refusal))
    : await withContext(context, answer);
  if (!refusal) await finishWork();
  context.isOver = true;
  context.onOver?.();
  const { status } = given;
  logAnswer(context, { method, path, status, ms: Math.round(performance.now() - began) });
  const response = new Response(given.body, { status, headers: new Headers(given.headers) });
  const url = path + search;
  for (const [name, value] of Object.entries(headersOf(url, policyFor(url, '', false)))) {
    if (!response.headers.has(name)) response.headers.set(name, value);
  }
  response.headers.set('x-request-id', context.id);
  return response;
}

/** Lets a request for a page go on to Next, with what pages and answers have in their headers. */
export async function openPage(request: Request): Promise<Response> {
  const { NextResponse } = await import('next/server.js');
  const { pathname, search } = new URL(request.url);
  const fault = settingsFault();
  if (fault !== null) return faultPage(fault, request.headers.get('accept-language') ?? '');
  const refusal = await refusalFor(request.headers, pathname);
  if (refusal) return problemResponse(refusal);
  const headers = new Headers(request.headers);
  const nonce = randomBytes(16).toString('base64');
  const url = pathname + search;
  const policy = policyFor(url, nonce, false);
  headers.set('content-security-policy', policy);
  headers.set(nonceHeader, nonce);
  headers.set(pathHeader, pathname);
  headers.delete(addressHeader);
  return NextResponse.next({ request: { headers }, headers: headersOf(url, policy) });
}

/** Why a request is not let in, if it is not. */
const refusalFor = (headers: Headers, path: string): Promise<Refusal | null> =>
  refusalOf(
    {
      address: visitorOf(headers).address,
      authorization: headers.get('authorization'),
      cookie: headers.get('cookie'),
    },
    path,
  );

/** Does what others are to see of a change: then this process may be stopped. */
async function finishWork(): Promise<void> {
  const { after } = await import('next/server.js');
  await patiently(settleWithinMs, settled(), () => new Error('late')).catch(() => undefined);
  // Of a database or a Redis that takes its time there may be more; the platform waits for that.
  after(async () => {
    await logsWritten();
    await survivorsAnnounced();
    await settled();
  });
}

async function settled(): Promise<void> {
  await receiptsWritten();
  await Promise.all([headsWritten(), published()]);
}

const notSetUp = (fault: string): string => `Gatherly is not set up yet: ${fault}.`;

/** For whoever sets it up; visitors read at least that it is not their fault. */
function faultPage(fault: string, languages: string): Response {
  const language = preferredLanguage(languages);
  const { title } = breakdownTexts[language];
  const page = `<!doctype html>
<html lang="${language}" dir="${directionOf(language)}">
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Gatherly</title>
<h1>${title}</h1><p lang="en" dir="ltr">${notSetUp(fault)}</p>
</html>
`;
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
    'retry-after': '30',
  };
  return new Response(page, { status: 503, headers });
}
