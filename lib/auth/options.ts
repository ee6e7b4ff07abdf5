import type { AuthOptions, Session, User } from 'next-auth';
import { decode, type JWT } from 'next-auth/jwt';
import credentialsModule from 'next-auth/providers/credentials';
import githubModule from 'next-auth/providers/github';
import type { OAuthConfig } from 'next-auth/providers/oauth';
import { Credentials } from '#lib/contract/inputs.ts';
import { env } from '#lib/env.ts';
import { log } from '#lib/log.ts';
import { UserModel, type UserDoc } from '#lib/models/user.ts';
import type { Visitor } from '#lib/use-cases/define.ts';
import { endSessions, signIn, startSession } from '#lib/use-cases/sessions.ts';
import { providerAdapter } from './adapter.ts';
import { sessionCookie, isSecureSite } from './cookies.ts';
import { deviceName } from './device.ts';
import { sessionSecret } from './secret.ts';
import { liveSession, type LiveSession } from './session-check.ts';
import { decodeToken, sessionTokenSeconds } from './tokens.ts';

declare module 'next-auth' {
  interface User {
    /** The username at a provider. */
    login?: string | undefined;
    /** The session that the password opened. */
    sid?: string;
  }
  interface Session {
    user?: {
      id: string;
      username: string;
      name: string;
      email: string | null;
      image: string | null;
    };
    sessionId?: string;
  }
}

/**
 * next-auth for one request. It swallows failures, and would sign people out because the database
 * is away for a moment; they are therefore told to `onFailure`, and then its answer is not to be used.
 */
export function authOptions(visitor: Visitor, onFailure: (error: unknown) => void): AuthOptions {
  const told = async <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      onFailure(error);
      throw error;
    });
  return {
    secret: sessionSecret(),
    adapter: providerAdapter(),
    providers: [
      passwordProvider((given) => told(signIn(given, visitor))),
      ...providers().map(({ provider }) => provider),
    ],
    pages: { signIn: '/sign-in', error: '/sign-in' },
    useSecureCookies: isSecureSite(),
    cookies: { sessionToken: sessionCookie() },
    session: { strategy: 'jwt', maxAge: sessionTokenSeconds },
    jwt: {
      maxAge: sessionTokenSeconds,
      // With a salt it is a cookie of next-auth's own. Without, it is a session's, and no good once
      // the record has gone: not even to link a provider's account to its person.
      decode: (params) => (params.salt ? decode(params) : told(decodeLive(params.token))),
    },
    callbacks: {
      async jwt({ token, user }) {
        if (!isSigningIn(user)) return { sub: token.sub, sid: token.sid };
        const sid =
          user.sid ??
          (await told(startSession(user.id, deviceName(visitor.device))))._id.toString();
        return { sub: user.id, sid };
      },
      async session({ session, token }) {
        const { sub, sid } = token as { sub: string; sid: string };
        const [live, user] = await told(
          Promise.all([liveSession({ sub, sid }), UserModel.findById(sub).lean<UserDoc>()]),
        );
        if (!live || !user) throw new Error('The session has ended.');
        return { ...session, ...sessionView(live, user), sessionId: sid };
      },
      redirect: ({ url, baseUrl }) => withinOrigin(url, baseUrl),
    },
    events: {
      async signOut({ token }) {
        const { sub: user, sid: _id } = (token as JWT | null) ?? {};
        if (user && _id) await told(endSessions({ _id, user }, 'signed_out'));
      },
    },
    logger,
  };
}

/** What the sign-in page offers besides the password. */
export const configuredProviders = (): { id: string; name: string }[] =>
  providers().map(({ id, name }) => ({ id, name }));

/** Where to go: to a path of this origin, whatever was asked for. */
function withinOrigin(url: string, origin: string): string {
  const target = URL.canParse(url, origin) ? new URL(url, origin) : null;
  if (target?.origin !== new URL(origin).origin) return origin;
  // A path of two slashes would be another host to whoever uses it without the origin.
  const path = target.pathname.replace(/^\/+/, '/');
  return `${target.origin}${path}${target.search}${target.hash}`;
}

type SignIn = (given: Parameters<typeof signIn>[0]) => ReturnType<typeof signIn>;

function passwordProvider(signInWith: SignIn) {
  return unwrapped(credentialsModule)({
    name: 'Password',
    credentials: { username: {}, password: {}, device: {} },
    async authorize(form): Promise<User | null> {
      const { username, password, device } = form ?? {};
      const { success, data } = Credentials.safeParse({ username, password, device });
      const signedIn = success ? await signInWith(data) : null;
      return signedIn && { id: signedIn.user._id.toString(), sid: signedIn.session._id.toString() };
    },
  });
}

type Provider = AuthOptions['providers'][number];

function providers(): { id: string; name: string; provider: Provider }[] {
  const { GITHUB_ID, GITHUB_SECRET, OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME } =
    env();
  const found: ReturnType<typeof providers> = [];
  if (GITHUB_ID && GITHUB_SECRET) {
    const provider = github(GITHUB_ID, GITHUB_SECRET);
    found.push({ id: 'github', name: 'GitHub', provider });
  }
  if (OIDC_ISSUER && OIDC_CLIENT_ID && OIDC_CLIENT_SECRET) {
    const provider = openIdConnect(OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME);
    found.push({ id: 'oidc', name: OIDC_NAME, provider });
  }
  return found;
}

const github = (clientId: string, clientSecret: string): Provider =>
  unwrapped(githubModule)({
    clientId,
    clientSecret,
    // Without the email, which we do not keep.
    authorization: { params: { scope: 'read:user' } },
    profile: ({ id, name, login }) => ({ id: String(id), name: name ?? login, login }),
  });

interface OpenIdClaims {
  sub: string;
  name?: string;
  preferred_username?: string;
  email?: string;
}

function openIdConnect(
  issuer: string,
  clientId: string,
  clientSecret: string,
  name: string,
): Provider {
  const provider: OAuthConfig<OpenIdClaims> = {
    id: 'oidc',
    name,
    type: 'oauth',
    wellKnown: `${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`,
    authorization: { params: { scope: 'openid profile email' } },
    checks: ['pkce', 'state', 'nonce'],
    idToken: true,
    clientId,
    clientSecret,
    userinfo: {
      // The claims of the id token are verified, but some providers put nothing but `sub` in it.
      async request({ client, tokens }) {
        const verified = tokens as Exclude<Parameters<typeof client.userinfo>[0], string>;
        const claims = verified.claims();
        if (!client.issuer.metadata.userinfo_endpoint) return claims;
        return { ...(await client.userinfo(verified)), ...claims };
      },
    },
    profile: (claims) => ({
      id: claims.sub,
      name: claims.name,
      email: claims.email,
      login: claims.preferred_username,
    }),
  };
  return provider as OAuthConfig<unknown> as Provider;
}

async function decodeLive(token: string | undefined): Promise<JWT | null> {
  const claims = await decodeToken(token, 'session');
  return claims && (await liveSession(claims)) ? { ...claims } : null;
}

// next-auth's types promise a user at every call; it gives one at sign-in only.
const isSigningIn = (user: User | undefined): user is User => user !== undefined;

/** What `/api/auth/session` tells. */
const sessionView = ({ expiresAt }: LiveSession, user: UserDoc): Session => ({
  user: {
    id: user._id.toString(),
    username: user.username,
    name: user.displayName,
    email: user.email,
    image: user.avatarUrl,
  },
  expires: expiresAt.toISOString(),
});

// A cookie that is no longer good, or an address that is none: nobody's error but the sender's.
const causedByVisitors = new Set(['JWT_SESSION_ERROR', 'INVALID_CALLBACK_URL_ERROR']);

const logger: AuthOptions['logger'] = {
  error(code, metadata) {
    const { message, error = message } = metadata as { message?: string; error?: Error | string };
    log()[causedByVisitors.has(code) ? 'debug' : 'error']({ code, err: error }, 'next-auth');
  },
  warn: (code) => log().debug({ code }, 'next-auth'),
  debug: () => undefined,
};

/** next-auth is CommonJS: its default exports come bare under Next, and in `{ default }` under Node. */
export function unwrapped<T>(module: T): T {
  return (module as { default?: T }).default ?? module;
}
