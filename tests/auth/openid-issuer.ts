import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Grant {
  person: Person;
  nonce: string | null;
  challenge: string | null;
}

export interface Person {
  sub: string;
  name?: string;
  preferred_username?: string;
  email?: string;
  email_verified?: boolean;
}

/** A small OpenID Connect provider on this machine, with real keys. */
export async function startIssuer(clientId: string, clientSecret: string) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const grants = new Map<string, Grant>();
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const path = new URL(request.url ?? '/', issuer).pathname;
    const found =
      path === '/.well-known/openid-configuration'
        ? configuration()
        : path === '/keys'
          ? {
              keys: [
                { ...publicKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: '1' },
              ],
            }
          : path === '/token'
            ? tokens(new URLSearchParams(await textOf(request)), request.headers.authorization)
            : { error: 'not_found' };
    response.statusCode = 'error' in found ? 400 : 200;
    response.setHeader('content-type', 'application/json').end(JSON.stringify(found));
  }

  const configuration = () => ({
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    response_types_supported: ['code'],
    id_token_signing_alg_values_supported: ['RS256'],
  });

  function tokens(form: URLSearchParams, authorization = ''): object {
    const grant = grants.get(form.get('code') ?? '');
    grants.delete(form.get('code') ?? '');
    const credentials = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    const verifier = createHash('sha256').update(form.get('code_verifier') ?? '');
    if (authorization !== `Basic ${credentials}`) return { error: 'invalid_client' };
    if (!grant || verifier.digest('base64url') !== grant.challenge)
      return { error: 'invalid_grant' };
    const now = Math.floor(Date.now() / 1000);
    const { person, nonce } = grant;
    const claims = { iss: issuer, aud: clientId, iat: now, exp: now + 60, nonce, ...person };
    return { access_token: 'unused', token_type: 'Bearer', id_token: signed(claims) };
  }

  function signed(claims: object): string {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${part({ alg: 'RS256', kid: '1' })}.${part(claims)}`;
    return `${text}.${sign('RSA-SHA256', Buffer.from(text), privateKey).toString('base64url')}`;
  }

  return {
    issuer,
    /** The person says yes on the provider's page: where the browser is sent then. */
    consent(person: Person, authorizationUrl: string): URL {
      const asked = new URL(authorizationUrl).searchParams;
      const code = randomBytes(8).toString('hex');
      const [nonce, challenge] = [asked.get('nonce'), asked.get('code_challenge')];
      grants.set(code, { person, nonce, challenge });
      const back = new URL(asked.get('redirect_uri') ?? '');
      back.search = String(new URLSearchParams({ code, state: asked.get('state') ?? '' }));
      return back;
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
