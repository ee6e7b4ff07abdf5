/** The page for whoever is not signed in. */
const signInPath = '/sign-in';

/** A whole new page: nothing of the person who was signed in stays in memory. */
export const leaveForSignIn = (): void => window.location.assign(signInPath);

/** Lets next-auth take its cookie back; the session itself has already ended. */
export async function endNextAuthSession(): Promise<void> {
  try {
    const response = await fetch('/api/auth/csrf', { credentials: 'same-origin' });
    const { csrfToken } = (await response.json()) as { csrfToken: string };
    const body = new URLSearchParams({ csrfToken, json: 'true' });
    await fetch('/api/auth/signout', { method: 'POST', credentials: 'same-origin', body });
  } catch {
    // The cookie names a session that is over: it opens nothing.
  }
}
