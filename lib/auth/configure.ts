import { env } from '#lib/env.ts';

/**
 * Tells next-auth, which reads the environment by itself, where it is: at PUBLIC_URL, else wherever
 * the request says that it went. To be called at start.
 */
export function configureNextAuth(): void {
  const { PUBLIC_URL } = env();
  if (PUBLIC_URL) {
    process.env.NEXTAUTH_URL = PUBLIC_URL;
    delete process.env.AUTH_TRUST_HOST;
  } else {
    delete process.env.NEXTAUTH_URL;
    process.env.AUTH_TRUST_HOST = 'true';
  }
}
