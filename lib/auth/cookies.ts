import { env } from '#lib/env.ts';

/** The value of a cookie, such as `(name) => jar.get(name)?.value` of Next's `cookies()`. */
export type CookieGetter = (name: string) => string | undefined;

// Enough for next-auth, which cuts at 4 kB; a token of ours is a tenth of that.
const maxChunks = 4;

/** Whether people reach this server by https. */
export const isSecureSite = (): boolean => env().PUBLIC_URL?.startsWith('https:') ?? false;

/** The session cookie's name; behind https one that no other host of the domain can set. */
export const sessionCookieName = (secure = isSecureSite()): string =>
  `${secure ? '__Host-' : ''}next-auth.session-token`;

/** The session cookie as next-auth sets it. */
export function sessionCookie(secure = isSecureSite()) {
  const options = { httpOnly: true, sameSite: 'lax', path: '/', secure } as const;
  return { name: sessionCookieName(secure), options };
}

/** The session token in a `Cookie` header or behind a getter; chunks (`name.0`, `name.1`) are joined. */
export function sessionTokenIn(cookies: string | CookieGetter | null): string | undefined {
  const get = typeof cookies === 'function' ? cookies : getterOf(cookies ?? '');
  const name = sessionCookieName();
  const whole = get(name);
  if (whole !== undefined) return whole;
  const chunks: string[] = [];
  for (let chunk = get(`${name}.0`); chunk && chunks.length < maxChunks;) {
    chunks.push(chunk);
    chunk = get(`${name}.${chunks.length}`);
  }
  return chunks.length > 0 ? chunks.join('') : undefined;
}

function getterOf(header: string): CookieGetter {
  const values = new Map<string, string>();
  for (const pair of header.split(';')) {
    const cut = pair.indexOf('=');
    const name = pair.slice(0, cut).trim();
    // The first of a name is the one with the most specific path.
    if (cut > 0 && !values.has(name)) values.set(name, pair.slice(cut + 1).trim());
  }
  return (name) => values.get(name);
}
