import { AppError } from '#lib/contract/errors.ts';
import type { Caller, Visitor } from '#lib/use-cases/define.ts';
import { sessionTokenIn, type CookieGetter } from './cookies.ts';
import { liveSession, peekSession } from './session-check.ts';
import { decodeToken, type TokenKind } from './tokens.ts';
import { visitorOf } from './visitor.ts';

/**
 * Who holds this token. `kind` says what it may open: `session` is everything and takes session
 * tokens only; `socket` is a handshake and takes session and socket tokens.
 * @throws AppError `unauthenticated` when it is none, or its session is over.
 */
export async function callerFromToken(
  token: unknown,
  visitor: Visitor,
  kind: TokenKind,
): Promise<Caller> {
  const claims =
    (await decodeToken(token, 'session')) ??
    (kind === 'socket' ? await decodeToken(token, 'socket') : null);
  if (!claims || !(await liveSession(claims))) throw unauthenticated();
  return { ...visitor, userId: claims.sub, sessionId: claims.sid };
}

/** Who holds the session cookie. @throws AppError `unauthenticated` */
export const callerFromCookies = (
  cookies: string | CookieGetter | null,
  visitor: Visitor,
): Promise<Caller> => callerFromToken(sessionTokenIn(cookies), visitor, 'session');

/** Who sends this request: by its bearer token, else by its cookie. @throws AppError `unauthenticated` */
export function callerFromRequest(
  headers: Headers,
  visitor: Visitor = visitorOf(headers),
): Promise<Caller> {
  const bearer = bearerIn(headers);
  if (bearer) return callerFromToken(bearer[1], visitor, 'session');
  return callerFromCookies(headers.get('cookie'), visitor);
}

/** Whether a request comes with a bearer token, good or not: then its cookie does not count. */
export const hasBearer = (headers: Headers): boolean => bearerIn(headers) !== null;

// Another scheme is not ours: a proxy in front may ask for a password of its own.
const bearerIn = (headers: Headers): RegExpExecArray | null =>
  /^bearer(?:\s+(.*))?$/i.exec(headers.get('authorization')?.trim() ?? '');

/** For a caller known from before, such as a socket's. @throws AppError `unauthenticated` */
export async function confirmCaller({ userId, sessionId }: Caller): Promise<void> {
  if (!(await liveSession({ sub: userId, sid: sessionId }))) throw unauthenticated();
}

/** Whether that needs no asking: the session was looked up a moment ago, and is good. */
export const isConfirmed = ({ userId, sessionId }: Caller): boolean =>
  peekSession({ sub: userId, sid: sessionId }) !== null;

const unauthenticated = () => new AppError('unauthenticated', 'Sign in first.');
