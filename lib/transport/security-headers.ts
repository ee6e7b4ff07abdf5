import { isSecureSite } from '#lib/auth/cookies.ts';
import { env } from '#lib/env.ts';

/** The front door puts the nonce of a page's scripts here, over whatever a client sends. */
export const nonceHeader = 'x-gatherly-nonce';

/** And here the path that a page is asked for at, which Next does not tell all that draws it. */
export const pathHeader = 'x-gatherly-path';

/**
 * What a page may load and do. Scripts run by their nonce alone and may load others; styles may be
 * inline, because components put them into the page while it runs.
 * @param dev React's development build evaluates code, and the pages reload over a socket.
 */
function pagePolicy(nonce: string, dev: boolean): string {
  const { SOCKET_URL, PUBLIC_URL } = env();
  const hosts = [PUBLIC_URL, SOCKET_URL].filter((url) => url !== undefined);
  const sockets = hosts.flatMap((url) => [url, url.replace(/^http/, 'ws')]);
  return [
    "default-src 'self'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    `connect-src ${["'self'", ...sockets].join(' ')}`,
    "worker-src 'self'",
    "frame-src 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** For answers that no browser is to show: they may load nothing at all. */
const dataPolicy =
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** For next-auth's answers, among them a page with a form and a style of its own. */
const formPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; " +
  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** The policy of the answer to a request for this address. */
export function policyFor(url: string, nonce: string, dev: boolean): string {
  if (isUnder(url, 'api/auth')) return formPolicy;
  return isData(url) ? dataPolicy : pagePolicy(nonce, dev);
}

/** Whether an answer may be kept by caches, as far as it says so itself: only files and pictures may. */
const isCacheable = (url: string): boolean =>
  isUnder(url, 'api/v1/pictures') || (!isData(url) && /^\/(_next\/|[^?]*\.\w+(\?|$))/.test(url));

const isData = (url: string): boolean =>
  ['api', 'socket.io', 'metrics'].some((root) => isUnder(url, root));

const isUnder = (url: string, root: string): boolean =>
  url.startsWith(`/${root}`) && /^$|^[/?]/.test(url.slice(root.length + 1));

const powers = [
  'accelerometer',
  'browsing-topics',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'serial',
  'usb',
  'xr-spatial-tracking',
];

/** The headers of the answer to a request for this address; caching is for the answer to allow. */
export function headersOf(url: string, policy: string): Record<string, string> {
  return {
    'content-security-policy': policy,
    ...(!isCacheable(url) && { 'cache-control': 'no-store' }),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
    'permissions-policy': powers.map((power) => `${power}=()`).join(', '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'origin-agent-cluster': '?1',
    'x-dns-prefetch-control': 'off',
    // A year; of this host only, since its domain may serve other things without TLS.
    ...(isSecureSite() && { 'strict-transport-security': 'max-age=31536000' }),
  };
}
