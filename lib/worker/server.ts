/** Browsers end a worker that takes much longer. */
const withinMs = 10_000;

/** Asks the server for a change in the name of whoever is signed in here. Whether it was made. */
export async function post(path: string, body: object): Promise<boolean> {
  try {
    const response = await fetch(`/api/v1/${path}`, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(withinMs),
    });
    return response.ok;
  } catch {
    return false;
  }
}

/** Begins with the time, as those of pages do: the database likes neighbours. */
export const newClientId = (now = Date.now()): string =>
  `${now.toString(16).padStart(12, '0')}-${crypto.randomUUID()}`;
