import { createECDH, hkdfSync } from 'node:crypto';
import { sessionSecret } from '#lib/auth/secret.ts';
import { env } from '#lib/env.ts';
import { remember } from '#lib/runtime.ts';

/** What push services know this server by. Both keys are in base64url. */
export interface Vapid {
  publicKey: string;
  privateKey: string;
  /** Whom they may tell of a problem, `mailto:` or `https:`. */
  contact: string;
}

/** Null where no notifications are sent: they are switched off, or nobody has said whom to contact. */
export function vapid(): Vapid | null {
  const { PUSH, PUSH_CONTACT, PUBLIC_URL } = env();
  const contact = PUSH_CONTACT ?? (PUBLIC_URL?.startsWith('https://') ? PUBLIC_URL : undefined);
  if (PUSH === 'off' || contact === undefined) return null;
  return { ...remember('vapid-keys', () => keysFrom(sessionSecret())), contact };
}

const orderOfP256 = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');

/**
 * The keys that belong to this session secret. Made from it rather than kept beside it, they are the
 * same wherever it is the same, and who changes it, signing everybody out, ends their notifications too.
 */
export function keysFrom(secret: string): Pick<Vapid, 'publicKey' | 'privateKey'> {
  // 16 bytes more than the key has, so that the remainder favours no key.
  const bytes = Buffer.from(hkdfSync('sha256', secret, 'gatherly', 'vapid', 48));
  const scalar = (BigInt(`0x${bytes.toString('hex')}`) % (orderOfP256 - 1n)) + 1n;
  const privateKey = Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex');
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(privateKey);
  return {
    publicKey: ecdh.getPublicKey('base64url'),
    privateKey: privateKey.toString('base64url'),
  };
}

/** Whether this is a point of P-256 in base64url, to which can be encrypted. */
export function isPublicKey(p256dh: string): boolean {
  const point = Buffer.from(p256dh, 'base64url');
  // Both coordinates, as browsers have them.
  if (point.length !== 65 || point[0] !== 4) return false;
  const ecdh = createECDH('prime256v1');
  ecdh.generateKeys();
  try {
    ecdh.computeSecret(point);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_CRYPTO_ECDH_INVALID_PUBLIC_KEY')
      return false;
    throw error;
  }
}
