import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { addressHeader } from '#lib/auth/visitor.ts';
import type { Refusal } from '#lib/contract/events.ts';
import { clientAddress, isTrustedProxy } from '#lib/limits/address.ts';
import { metrics } from '#lib/metrics.ts';
import { refusalOf } from './allow.ts';
import { logAnswer } from './failure-log.ts';
import { answerMetrics } from './metrics-page.ts';
import { brokenOn, isStopping } from './perform.ts';
import { requestIdOf, withContext, type RequestContext } from './request-context.ts';
import { answerProblem } from './problem.ts';
import { headersOf, nonceHeader, pathHeader, policyFor } from './security-headers.ts';
import { answerStatic, isGone } from './static-files.ts';
import { whenOver } from './when-over.ts';

type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const contexts = new WeakMap<IncomingMessage, RequestContext>();

/**
 * Greets every request of the HTTP server, Socket.io's included: gives it an id, and its answer the
 * headers that every answer has. To be called before anything answers.
 */
export function greet(request: IncomingMessage, response: ServerResponse, dev: boolean): void {
  const { headers, url = '' } = request;
  const context: RequestContext = { id: requestIdOf(headers['x-request-id']) };
  contexts.set(request, context);
  headers['x-request-id'] = context.id;
  response.setHeader('x-request-id', context.id);
  // A proxy that keeps this connection would go on bringing what is refused here.
  if (isStopping()) response.setHeader('connection', 'close');
  const nonce = randomBytes(16).toString('base64');
  const policy = policyFor(url, nonce, dev);
  for (const [name, value] of Object.entries(headersOf(url, policy)))
    response.setHeader(name, value);
  // From here Next takes the nonce for its own scripts. What a client says of these is not heard.
  headers['content-security-policy'] = policy;
  headers[nonceHeader] = nonce;
  headers[pathHeader] = url.split('?', 1)[0] ?? '';
  headers[addressHeader] = clientAddress(request.socket.remoteAddress, headers['x-forwarded-for']);
  for (const name of ['x-middleware-subrequest', 'next-resume']) delete headers[name];
  const began = performance.now();
  whenOver(request, response, () => finish(request, response, context, performance.now() - began));
}

/** Has a greeted request answered: here if it is none that Next should see, else by `handle`. */
export async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  handle: Handle,
  dev: boolean,
): Promise<void> {
  const context = contexts.get(request) ?? { id: requestIdOf(undefined) };
  await withContext(context, async () => {
    try {
      const refusal = await answered(request, response, handle, dev);
      if (refusal) answerProblem(response, refusal);
    } catch (error) {
      context.cause = error;
      if (response.headersSent) response.destroy();
      else answerProblem(response, brokenOn(context.id));
    }
  });
}

/** Has it answered, or says why it is not to be. */
async function answered(
  request: IncomingMessage,
  response: ServerResponse,
  handle: Handle,
  dev: boolean,
): Promise<Refusal | undefined> {
  const { url = '', method = '' } = request;
  const path = isHost(request.headers.host) ? pathOf(url) : null;
  if (path === null) return { code: 'invalid_input', message: 'The address is not well-formed.' };
  const refusal = await refusalFor(request, path);
  if (refusal) {
    metrics().refusals.inc({ code: refusal.code });
    return refusal;
  }
  if (path === '/metrics') return answerMetrics(request, response);
  if (!dev && (await answerStatic(request, response, path))) return undefined;
  if (!dev && (!isTaken(method, path) || (await isGone(path)))) {
    return { code: 'not_found', message: 'There is nothing here that takes this.' };
  }
  if (path.startsWith('/api/v1/') && hasLostField(url)) {
    const issues = [{ path: lostField, message: 'is not a field of this input' }];
    return { code: 'invalid_input', message: 'The input is not what this takes.', issues };
  }
  keepForwarded(request);
  await handle(request, response);
  return undefined;
}

/**
 * The decoded path; null for what is none, such as another server's address. Clients resolve `..`
 * before they ask; to Next it would lead elsewhere than what is decided here by the path's beginning.
 */
function pathOf(url: string): string | null {
  if (!url.startsWith('/') || url.startsWith('//')) return null;
  try {
    const path = decodeURIComponent(url.split('?', 1)[0] ?? '');
    return /[/\\]\.\.?([/\\]|$)/.test(path) ? null : path;
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}

/** Whether a Host header, if there is one, can be part of an address. */
const isHost = (host: string | undefined): boolean =>
  host === undefined || (/^[^\s/?#@\\]+$/.test(host) && URL.canParse(`http://${host}`));

/** Whether this is a request for Next. Pages are read only: they have no actions of Next's kind. */
function isTaken(method: string, path: string): boolean {
  // Next's page for what went wrong has an address, at which it answers that something did.
  if (path === '/_global-error') return false;
  const methods = path.startsWith('/api/')
    ? 'GET HEAD OPTIONS POST PUT PATCH DELETE'
    : 'GET HEAD OPTIONS';
  return methods.split(' ').includes(method);
}

const lostField = '__proto__';

/** Whether the query has the one field of which Next tells a route nothing. It belongs to no input. */
const hasLostField = (url: string): boolean =>
  new URLSearchParams(url.slice(`${url}?`.indexOf('?') + 1)).has(lostField);

/**
 * Leaves of what a request says of the one before it, to a proxy, only what we believe: that it came
 * by TLS, from a proxy of ours. The host is that of the Host header.
 */
function keepForwarded({ headers, socket }: IncomingMessage): void {
  const isSecure = headers['x-forwarded-proto'] === 'https' && isTrustedProxy(socket.remoteAddress);
  for (const name of ['host', 'port', 'proto']) delete headers[`x-forwarded-${name}`];
  if (isSecure) headers['x-forwarded-proto'] = 'https';
}

/** Why the request's address may not go on, if it may not. */
function refusalFor({ headers }: IncomingMessage, path: string): Promise<Refusal | null> {
  const { authorization, cookie, [addressHeader]: address } = headers;
  return refusalOf({ address: String(address), authorization, cookie }, path);
}

function finish(
  { method = '', url = '' }: IncomingMessage,
  { statusCode: status }: ServerResponse,
  context: RequestContext,
  ms: number,
): void {
  context.isOver = true;
  context.onOver?.();
  // Without its query, which may hold what is not for a log.
  const path = url.split('?', 1)[0]?.slice(0, 200);
  logAnswer(context, { method, path, status, ms: Math.round(ms) });
  if (path?.startsWith('/socket.io/')) return;
  metrics().httpSeconds.observe({ method, status: `${Math.floor(status / 100)}xx` }, ms / 1000);
}
