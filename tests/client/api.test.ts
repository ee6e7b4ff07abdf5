import { afterEach, describe, expect, test, vi } from 'vitest';
import { createApi } from '#lib/client/api.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function createClient(answer: (init: RequestInit) => Promise<Response>) {
  const requests: { url: string; init: RequestInit }[] = [];
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    requests.push({ url, init });
    return answer(init);
  });
  const onSignedOut = vi.fn();
  return { call: createApi(onSignedOut), requests, onSignedOut };
}

const problem =
  (status: number, body: object, headers = {}) =>
  async () =>
    Response.json(body, { status, headers });
const conversationId = 'a'.repeat(24);

describe('a request', () => {
  test('has its input in the path and the query', async () => {
    const { call, requests } = createClient(problem(200, { messages: [], hasMore: false }));
    await call('listMessages', { conversationId, before: 7, limit: 50, after: undefined });
    expect(requests[0]!.url).toBe(
      `/api/v1/conversations/${conversationId}/messages?before=7&limit=50`,
    );
    expect(requests[0]!.init).toMatchObject({ method: 'GET', credentials: 'same-origin' });
  });

  test('has its input in the path and the body', async () => {
    const { call, requests } = createClient(problem(200, { conversation: {} }));
    await call('updateConversation', { conversationId, mutedUntil: null, pinned: undefined });
    expect(requests[0]!.url).toBe(`/api/v1/conversations/${conversationId}`);
    expect(requests[0]!.init).toMatchObject({ method: 'PATCH', body: '{"mutedUntil":null}' });
  });

  test('to delete says for whom in the query', async () => {
    const { call, requests } = createClient(problem(200, { message: {} }));
    await call('deleteMessage', { conversationId, messageId: 'b'.repeat(24), for: 'me' });
    expect(requests[0]!.url).toMatch(/messages\/b{24}\?for=me$/);
    expect(requests[0]!.init.method).toBe('DELETE');
  });
});

describe('a refusal', () => {
  test('has the code and the issues of the problem', async () => {
    const issues = [{ path: 'title', message: 'too long' }];
    const { call } = createClient(problem(400, { code: 'invalid_input', issues }));
    const refused = call('readUser', { userId: conversationId });
    await expect(refused).rejects.toMatchObject({ code: 'invalid_input', details: { issues } });
  });

  test('says when to come again', async () => {
    const body = { code: 'rate_limited' };
    const { call } = createClient(problem(429, body, { 'retry-after': '7' }));
    await expect(call('searchUsers', {})).rejects.toMatchObject({
      code: 'rate_limited',
      details: { retryAfterMs: 7000 },
    });
  });

  test('that is not ours goes by its status', async () => {
    const { call } = createClient(
      async () => new Response('<h1>Bad gateway</h1>', { status: 502 }),
    );
    await expect(call('searchUsers', {})).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('for want of a session signs out; a wrong password does not', async () => {
    const gone = createClient(problem(401, { code: 'unauthenticated' }));
    await expect(gone.call('readAccount', {})).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(gone.onSignedOut).toHaveBeenCalledOnce();

    const wrong = createClient(problem(401, { code: 'invalid_credentials' }));
    const change = { currentPassword: 'x', newPassword: 'correct horse' };
    await expect(wrong.call('changePassword', change)).rejects.toMatchObject({
      code: 'invalid_credentials',
    });
    expect(wrong.onSignedOut).not.toHaveBeenCalled();
  });
});

describe('no answer', () => {
  test('at all is being offline', async () => {
    const { call } = createClient(() => Promise.reject(new TypeError('Failed to fetch')));
    await expect(call('readAccount', {})).rejects.toMatchObject({ code: 'offline' });
  });

  test('within 10 s is a timeout', async () => {
    vi.useFakeTimers();
    const { call } = createClient(
      ({ signal }) =>
        new Promise((_, reject) =>
          signal!.addEventListener('abort', () => reject(new DOMException('', 'AbortError'))),
        ),
    );
    const asked = expect(call('readAccount', {})).rejects.toMatchObject({ code: 'timeout' });
    await vi.advanceTimersByTimeAsync(10_000);
    await asked;
  });
});
