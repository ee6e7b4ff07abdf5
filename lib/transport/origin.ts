import { isIP } from 'node:net';
import { sessionTokenIn } from '#lib/auth/cookies.ts';
import { env } from '#lib/env.ts';

/** What a browser says of where a request comes from. */
interface Provenance {
  origin: string | null | undefined;
  host: string | null | undefined;
  /** `Sec-Fetch-Site`, which pages cannot set. */
  site: string | string[] | null | undefined;
  referer: string | null | undefined;
  /** Whether a session's cookie came along, which browsers send whoever makes them. */
  hasCookie: boolean;
}

/**
 * Whether a browser's request comes from one of our own pages: from PUBLIC_URL, ALLOWED_ORIGINS, or
 * the host that it is sent to. With PUBLIC_URL set, that host must be an address: a name might be
 * somebody else's, made to point here. Without an Origin header, what else the browser says of it
 * decides; a request that says nothing at all is a program's, and programs have tokens, not cookies.
 */
export function isOwnOrigin({ site, referer, hasCookie, ...said }: Provenance): boolean {
  const { host } = said;
  let origin = said.origin ?? undefined;
  if (origin === undefined) {
    if (site) return site === 'same-origin' || site === 'none';
    if (!hasCookie) return true;
    // Browsers leave the origin out of what a page gets from its own, and the site where there is no TLS.
    origin = referer && URL.canParse(referer) ? new URL(referer).origin : undefined;
  }
  if (origin === undefined || !URL.canParse(origin)) return false;
  const { PUBLIC_URL, ALLOWED_ORIGINS } = env();
  if (origin === PUBLIC_URL || ALLOWED_ORIGINS.includes(origin)) return true;
  return new URL(origin).host === host && (PUBLIC_URL === undefined || isAddress(host));
}

/** Where a request comes from, by its headers. */
export const provenanceOf = (headers: Headers): Provenance => ({
  origin: headers.get('origin'),
  host: headers.get('host'),
  site: headers.get('sec-fetch-site'),
  referer: headers.get('referer'),
  hasCookie: sessionTokenIn(headers.get('cookie')) !== undefined,
});

/** Whether a Host header names an address or this machine, and so nothing that a name server says. */
export function isAddress(host: string | null | undefined): boolean {
  if (!host || !URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  return hostname === 'localhost' || isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
}
