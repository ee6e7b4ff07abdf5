import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refusal } from '#lib/contract/events.ts';
import { env } from '#lib/env.ts';
import { metrics } from '#lib/metrics.ts';
import { isAddress } from './origin.ts';

/**
 * Answers `GET /metrics` in Prometheus' text form: to whoever has METRICS_TOKEN, or, where none is
 * set, to this machine itself. Others are told that there is nothing here.
 * @returns what to refuse it with, where it has not answered
 */
export async function answerMetrics(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Refusal | undefined> {
  const { method = '', headers } = request;
  const { METRICS_TOKEN } = env();
  const isRead = method === 'GET' || method === 'HEAD';
  if (!isRead || (METRICS_TOKEN === undefined && !isFromHere(request))) {
    return { code: 'not_found', message: 'There is nothing here.' };
  }
  if (METRICS_TOKEN !== undefined && !isBearer(headers.authorization, METRICS_TOKEN)) {
    return { code: 'unauthenticated', message: 'The metrics need the token of this server.' };
  }
  const { registry } = metrics();
  const text = await registry.metrics();
  response.setHeader('content-type', registry.contentType);
  response.end(method === 'HEAD' ? undefined : text);
  return undefined;
}

/**
 * Whether this machine asks, and for itself: not a proxy on it for somebody else, and not a web page
 * whose host name has been made to point here.
 */
function isFromHere({ socket, headers }: IncomingMessage): boolean {
  const peer = socket.remoteAddress ?? '';
  const isForwarded = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'].some(
    (name) => headers[name] !== undefined,
  );
  return /^(::ffff:)?127\.|^::1$/.test(peer) && !isForwarded && isAddress(headers.host);
}

function isBearer(authorization: string | undefined, token: string): boolean {
  const given = /^bearer +(.+)$/i.exec(authorization ?? '')?.[1] ?? '';
  // Of equal length, so that the comparison tells nothing of the token.
  return timingSafeEqual(digest(given), digest(token));
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
