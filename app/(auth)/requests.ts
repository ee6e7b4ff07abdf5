import type { ErrorCode, Issue } from '#lib/contract/errors.ts';
import type { Texts } from '#lib/texts/texts.ts';

/** Why a form was refused. `unreachable` stands for no answer at all. */
export interface Refusal {
  code: ErrorCode | 'unreachable';
  issues: Issue[];
  retryAfterSeconds?: number | undefined;
}

const unreachable: Refusal = { code: 'unreachable', issues: [] };

/**
 * Signs in at next-auth's credentials provider. By hand, because the signIn() of its client leaves
 * the page when the server is away, and keeps to itself why it was refused.
 */
export async function passwordSignIn(username: string, password: string): Promise<Refusal | null> {
  try {
    const csrf = await fetch('/api/auth/csrf');
    if (!csrf.ok) return await problemOf(csrf);
    const { csrfToken } = (await csrf.json()) as { csrfToken: string };
    const response = await fetch('/api/auth/callback/credentials', {
      method: 'POST',
      body: new URLSearchParams({ username, password, csrfToken, json: 'true' }),
    });
    if (!response.ok) return await problemOf(response, 'invalid_credentials');
    const { url = '' } = (await response.json()) as { url?: string };
    // A form that came too late for its csrf token is answered like this, and not refused.
    return url.includes('csrf=true') ? { code: 'unavailable', issues: [] } : null;
  } catch {
    return unreachable;
  }
}

interface Registration {
  username: string;
  displayName: string;
  password: string;
  email?: string;
}

export async function registerAccount(registration: Registration): Promise<Refusal | null> {
  try {
    const response = await fetch('/api/v1/auth/register', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(registration),
    });
    return response.ok ? null : await problemOf(response);
  } catch {
    return unreachable;
  }
}

export interface UsernameAnswer {
  available: boolean;
  suggestions: string[];
}

/** Null when it could not be found out; the registration itself will tell. */
export async function askUsername(
  username: string,
  signal: AbortSignal,
): Promise<UsernameAnswer | null> {
  try {
    const query = new URLSearchParams({ username });
    const response = await fetch(`/api/v1/auth/username?${query}`, { signal });
    return response.ok ? ((await response.json()) as UsernameAnswer) : null;
  } catch {
    return null;
  }
}

async function problemOf(
  response: Response,
  otherwise: ErrorCode = response.status >= 500 ? 'unavailable' : 'internal',
): Promise<Refusal> {
  const problem = (await response.json().catch(() => ({}))) as Partial<Refusal>;
  return {
    code: problem.code ?? otherwise,
    issues: problem.issues ?? [],
    retryAfterSeconds: Number(response.headers.get('retry-after')) || undefined,
  };
}

/** What the form says above its fields. */
export function refusalText(t: Texts, { code, retryAfterSeconds = 60 }: Refusal): string {
  if (code === 'unreachable') return t('refusal.unreachable', { host: location.host });
  if (code === 'rate_limited') return waitText(t, Math.ceil(retryAfterSeconds));
  const own = ['invalid_credentials', 'unavailable', 'invalid_input'] as const;
  return t(`refusal.${own.find((known) => known === code) ?? 'other'}`);
}

/** Seconds up to a minute and a half, then minutes. */
const waitText = (t: Texts, seconds: number): string =>
  seconds <= 90
    ? t('refusal.waitSeconds', { count: seconds })
    : t('refusal.waitMinutes', { count: Math.ceil(seconds / 60) });
