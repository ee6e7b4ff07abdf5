import { decode, encode } from 'next-auth/jwt';
import * as z from 'zod';
import { Id } from '#lib/contract/records.ts';
import { sessionSecret } from './secret.ts';

/** Which person and which session record a token names. */
export interface Claims {
  sub: string;
  sid: string;
}

/** `session`: good everywhere. `socket`: lives minutes and opens sockets only. */
export type TokenKind = 'session' | 'socket';

/** Longer than a session on purpose: the session record alone says when it ends, and it slides. */
export const sessionTokenSeconds = 400 * 24 * 3600;
const socketTokenSeconds = 5 * 60;

// next-auth makes a key of its own from each salt; the session cookie has none.
const salts: Record<TokenKind, string> = { session: '', socket: 'gatherly-socket' };
const maxLength = 4096;
// What `encode` makes: a JWE with a direct key, thus with an empty second part. Anything else is
// turned away before any cryptography is tried on it.
const shape = /^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/;
const Payload = z.object({ sub: Id, sid: Id, exp: z.number() });

/** A token as it is in the cookie, in `Authorization: Bearer` and in a socket's handshake. */
export const encodeSessionToken = ({ sub, sid }: Claims): Promise<string> =>
  encode({ token: { sub, sid }, secret: sessionSecret(), maxAge: sessionTokenSeconds });

/** A token for a page whose socket host is another origin. */
export async function encodeSocketToken({ sub, sid }: Claims) {
  const expiresAt = new Date(Date.now() + socketTokenSeconds * 1000);
  const token = await encode({
    token: { sub, sid },
    secret: sessionSecret(),
    salt: salts.socket,
    maxAge: socketTokenSeconds,
  });
  return { token, expiresAt };
}

/** What the token claims; null when it is not a good one of this kind, however it is malformed. */
export async function decodeToken(token: unknown, kind: TokenKind): Promise<Claims | null> {
  if (typeof token !== 'string' || token.length > maxLength || !shape.test(token)) return null;
  const secret = sessionSecret();
  // The library throws for every fault that a token can have; they all mean the same.
  const payload = await decode({ token, secret, salt: salts[kind] }).catch(() => null);
  const { success, data } = Payload.safeParse(payload);
  // The library allows 15 s of grace; "at most 5 minutes" does not.
  if (!success || data.exp * 1000 <= Date.now()) return null;
  return { sub: data.sub, sid: data.sid };
}
