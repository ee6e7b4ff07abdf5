/** Who answers a request of a page: the worker's own files, the network with the shell behind it, or nobody but the network. */
export type Answerer = 'files' | 'page' | 'network';

export interface Asked {
  method: string;
  /** `navigate` for a page. */
  mode: string;
  url: string;
}

/** What belongs to the server alone, and what is no part of the application. */
const serverOnly = /^\/(api|api-docs|socket\.io|metrics|_next|offline-shell)(\/|$)/;

/**
 * Nothing of the server's data is ever answered by the worker, and nothing that it answers is kept
 * while the application runs: its files are those of the build, fetched when it was installed.
 */
export function answererOf({ method, mode, url }: Asked, origin: string): Answerer {
  const address = new URL(url);
  if (method !== 'GET' || address.origin !== origin) return 'network';
  const { pathname } = address;
  if (mode === 'navigate') return isPage(pathname) ? 'page' : 'network';
  return pathname.startsWith('/_next/static/') || isIcon(pathname) ? 'files' : 'network';
}

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
