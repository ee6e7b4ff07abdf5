import { randomBytes } from 'node:crypto';

/** Somebody who can connect. */
export interface Person {
  id: string;
  token: string;
}

/** Calls the REST API. @throws for any answer but a good one. */
async function post(url: string, path: string, body: object, token?: string): Promise<unknown> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** So many new accounts, each signed in. */
export function register(url: string, count: number): Promise<Person[]> {
  const run = randomBytes(4).toString('hex');
  const password = randomBytes(12).toString('hex');
  return inPool(
    Array.from({ length: count }, (_, n) => `b_${run}_${n}`),
    8,
    async (username) => {
      await post(url, '/auth/register', { username, password });
      const { token, user } = (await post(url, '/auth/token', { username, password })) as {
        token: string;
        user: { id: string };
      };
      return { id: user.id, token };
    },
  );
}

/** The id of a new conversation. */
async function create(url: string, { token }: Person, body: object): Promise<string> {
  const answer = (await post(url, '/conversations', body, token)) as {
    conversation: { id: string };
  };
  return answer.conversation.id;
}

export const createDirect = (url: string, one: Person, other: Person): Promise<string> =>
  create(url, one, { kind: 'direct', userId: other.id });

export const createGroup = (url: string, [owner, ...others]: Person[]): Promise<string> =>
  create(url, owner!, { kind: 'group', title: 'Bench', memberIds: others.map(({ id }) => id) });

/** Does it for each, at most so many at a time. */
export async function inPool<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const workOn = async (): Promise<void> => {
    for (let n = next++; n < items.length; n = next++) results[n] = await work(items[n]!);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, workOn));
  return results;
}
