import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { remember } from '#lib/runtime.ts';
import { hostOf, lookupWith, mayReach } from './addresses.ts';

interface Posted {
  status: number;
  /** When to come again, if it says so (ms). */
  retryAfterMs: number | null;
}

interface Options {
  withinMs: number;
  lookup?: LookupFunction;
}

/** Of an answer nothing but its status is of use. */
const maxAnswerBytes = 4_096;

/**
 * Posts these bytes to a host on the Internet. Redirects are not followed.
 * @throws when the host is none, or has not answered within `withinMs`.
 */
export async function post(
  url: URL,
  headers: Record<string, string | number>,
  body: Buffer,
  { withinMs, lookup = lookupWith() }: Options,
): Promise<Posted> {
  const host = hostOf(url);
  // Of an address nobody looks up anything.
  if (isIP(host) !== 0 && !mayReach(host)) throw new Error('the host is not public');
  const isTls = url.protocol === 'https:';
  const { https, http } = agents();
  const options = {
    method: 'POST',
    headers: { ...headers, 'content-length': body.length },
    lookup,
    maxHeaderSize: 8_192,
    signal: AbortSignal.timeout(withinMs),
  };
  return new Promise((resolve, reject) => {
    const request = isTls
      ? httpsRequest(url, { ...options, agent: https })
      : httpRequest(url, { ...options, agent: http });
    request.on('error', reject);
    request.on('response', (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxAnswerBytes) response.destroy();
      });
      response.on('error', () => undefined);
      const { statusCode = 0, headers: answered } = response;
      resolve({ status: statusCode, retryAfterMs: waitIn(answered['retry-after']) });
    });
    request.end(body);
  });
}

/** What Retry-After says: seconds, or a date. */
export function waitIn(retryAfter: string | undefined): number | null {
  if (retryAfter === undefined) return null;
  if (/^\d{1,9}$/.test(retryAfter)) return Number(retryAfter) * 1000;
  const at = Date.parse(retryAfter);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}

// Connections are kept: a push service gets all of its notifications over a few of them.
const agents = () =>
  remember('push-agents', () => {
    const options = { keepAlive: true, maxFreeSockets: 4, timeout: 30_000 };
    return { https: new Agent(options), http: new HttpAgent(options) };
  });
