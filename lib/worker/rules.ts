import { accountMeta } from '#lib/contract/worker.ts';

/** Who answers a request of a page: the worker's own files, the network with the shell behind it, or nobody but the network. */
type Answerer = 'files' | 'page' | 'network';

export interface Asked {
  method: string;
  /** `navigate` for a page. */
  mode: string;
  url: string;
}

/** What belongs to the server alone, and what is no part of the application. */
const serverOnly = /^\/(api|api-docs|socket\.io|metrics|_next|offline-shell)(\/|$)/;

/**
 * Of the server's data the worker answers nothing but the pages that it may keep (`isKeepable`). Its
 * files are those of the build, fetched when it was installed.
 */
export function answererOf({ method, mode, url }: Asked, origin: string): Answerer {
  const address = new URL(url);
  if (method !== 'GET' || address.origin !== origin) return 'network';
  const { pathname } = address;
  if (mode === 'navigate') return isPage(pathname) ? 'page' : 'network';
  return pathname.startsWith('/_next/static/') || isIcon(pathname) ? 'files' : 'network';
}

/** Whether the worker may keep this page: one of the chats, as it is without a wish in its query. */
export function isKeepable(url: string): boolean {
  const { pathname, search } = new URL(url);
  return search === '' && /^\/chats(\/[0-9a-f]{24})?$/.test(pathname);
}

/** Whether after this somebody else may be signed in, or nobody. */
export function changesPerson({ method, mode, url }: Asked, origin: string): boolean {
  const address = new URL(url);
  if (address.origin !== origin) return false;
  if (mode === 'navigate') return /^\/(sign-in|register|api\/auth)(\/|$)/.test(address.pathname);
  return method !== 'GET' && address.pathname.startsWith('/api/auth/');
}

/** Whose page this is; null for one that is nobody's. */
export const accountOf = (html: string): string | null =>
  new RegExp(`<meta name="${accountMeta}" content="([0-9a-f]{24})"`).exec(html)?.[1] ?? null;

/** The paths of a page's own scripts, without those for browsers that have no workers. */
export const scriptsOf = (html: string): string[] =>
  [...html.matchAll(/<script (?![^>]*nomodule)[^>]*src="(\/_next\/static\/[^"?]+)/gi)].map(
    ([, path = '']) => path,
  );

const isPage = (pathname: string): boolean =>
  !serverOnly.test(pathname) && !/\.\w+$/.test(pathname);

const isIcon = (pathname: string): boolean => /^\/[\w-]+\.(png|svg)$/.test(pathname);

/** Whether this is an answer of what stands before a server that is away, rather than of the server. */
export const isAway = (status: number): boolean => [502, 503, 504].includes(status);

const noncePattern = /'nonce-([^']+)'/;

/**
 * The page with another nonce, in its policy and in its scripts: one that has been served before is
 * no secret any more.
 */
export function withNonce(
  page: { policy: string; html: string },
  nonce: string,
): { policy: string; html: string } {
  const before = noncePattern.exec(page.policy)?.[1];
  if (before === undefined) throw new Error('The page has no nonce');
  return {
    policy: page.policy.replaceAll(before, nonce),
    html: page.html.replaceAll(before, nonce),
  };
}

/** Whether a page with these scripts is of this build; one that tells nothing may be of any. */
export const isOfBuild = (scripts: readonly string[] | null, files: ReadonlySet<string>): boolean =>
  scripts !== null &&
  scripts
    .map((script) => new URL(script).pathname)
    .filter((path) => path.startsWith('/_next/static/chunks/'))
    .every((path) => files.has(path));
