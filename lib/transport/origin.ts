import { env } from '#lib/env.ts';

/**
 * Whether a browser's request comes from one of our own pages: from the host that it is sent to,
 * PUBLIC_URL or ALLOWED_ORIGINS. Without an Origin header it is no cross-site request of a browser.
 */
export function isOwnOrigin(
  origin: string | null | undefined,
  host: string | null | undefined,
): boolean {
  if (origin === null || origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const { PUBLIC_URL, ALLOWED_ORIGINS } = env();
  if (origin === PUBLIC_URL || ALLOWED_ORIGINS.includes(origin)) return true;
  return new URL(origin).host === host;
}
