import { isIP } from 'node:net';
import { env } from '#lib/env.ts';

/** What a browser says of where a request comes from. */
export interface Provenance {
  origin: string | null | undefined;
  host: string | null | undefined;
  /** `Sec-Fetch-Site`, which pages cannot set. */
  site: string | string[] | null | undefined;
}

/**
 * Whether a browser's request comes from one of our own pages: from PUBLIC_URL, ALLOWED_ORIGINS, or
 * the host that it is sent to. With PUBLIC_URL set, that host must be an address: a name might be
 * somebody else's, made to point here. Without an Origin header it is a cross-site request only if
 * the browser says so; programs send neither.
 */
export function isOwnOrigin({ origin, host, site }: Provenance): boolean {
  if (origin === null || origin === undefined) return site !== 'cross-site' && site !== 'same-site';
  if (!URL.canParse(origin)) return false;
  const { PUBLIC_URL, ALLOWED_ORIGINS } = env();
  if (origin === PUBLIC_URL || ALLOWED_ORIGINS.includes(origin)) return true;
  return new URL(origin).host === host && (PUBLIC_URL === undefined || isAddress(host));
}

/** Where a request comes from, by its headers. */
export const provenanceOf = (headers: Headers): Provenance => ({
  origin: headers.get('origin'),
  host: headers.get('host'),
  site: headers.get('sec-fetch-site'),
});

/** Whether a Host header names an address or this machine, and so nothing that a name server says. */
export function isAddress(host: string | null | undefined): boolean {
  if (!host || !URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  return hostname === 'localhost' || isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
}
