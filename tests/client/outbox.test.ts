import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RequestError } from '#lib/client/errors.ts';
import { accept, createLine, refuse, settled } from './outbox-line.ts';
import { ana, createServerSide } from './support.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('sending', () => {
  test('a message appears at once and gives way to what the server stored', async () => {
    const server = createServerSide();
    const { send, get, sent } = createLine(server, accept(server));

    send('hello');
    expect(get().outbox[server.id]).toMatchObject([{ text: 'hello', status: 'pending' }]);

    await settled();
    expect(get().outbox[server.id]).toEqual([]);
    expect(get().logs[server.id]!.messages).toMatchObject([
      { text: 'hello', clientId: sent[0]!.clientId },
    ]);
  });

  test('one waits for the other, conversation by conversation', async () => {
    const server = createServerSide();
    let open = () => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    const { send, texts } = createLine(server, async (input) => {
      if (input.text === 'first') await gate;
      return accept(server)(input);
    });

    send('first');
    send('second');
    send('elsewhere', 'e'.repeat(24));
    await settled();
    expect(texts()).toEqual(['first', 'elsewhere']);

    open();
    await settled();
    expect(texts()).toEqual(['first', 'elsewhere', 'second']);
  });

  test.each(['timeout', 'unavailable', 'internal'] as const)(
    'after %s the same message is tried again, ever more slowly',
    async (code) => {
      const server = createServerSide();
      let failures = 2;
      const { send, sent, get } = createLine(server, (input) =>
        failures-- > 0 ? refuse(code)(input) : accept(server)(input),
      );

      send('hello');
      await settled();
      expect(get().outbox[server.id]).toMatchObject([{ status: 'pending' }]);
      await vi.advanceTimersByTimeAsync(499);
      expect(sent).toHaveLength(1);
      await vi.advanceTimersByTimeAsync(501);
      expect(sent).toHaveLength(2);
      expect(get().outbox[server.id]).toMatchObject([{ status: 'pending', error: { code } }]);
      await vi.advanceTimersByTimeAsync(2000);

      expect(new Set(sent.map(({ clientId }) => clientId)).size).toBe(1);
      expect(sent).toHaveLength(3);
      expect(get().outbox[server.id]).toEqual([]);
    },
  );

  test('an answer that was lost is no second message', async () => {
    const server = createServerSide();
    const { send, dispatch, sent, get } = createLine(server, refuse('timeout'));

    send('hello');
    await settled();
    dispatch(server.post(ana, 'hello', { clientId: sent[0]!.clientId }));
    await vi.advanceTimersByTimeAsync(60_000);

    expect(sent).toHaveLength(1);
    expect(get().logs[server.id]!.messages).toHaveLength(1);
  });

  test('without a connection it waits for the next one', async () => {
    const server = createServerSide();
    let isOffline = true;
    const { send, outbox, sent, texts, get } = createLine(server, (input) =>
      isOffline ? refuse('offline')(input) : accept(server)(input),
    );

    send('one');
    send('two');
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(sent.length).toBeLessThanOrEqual(2);
    expect(get().outbox[server.id]).toMatchObject([{ status: 'pending' }, { status: 'pending' }]);

    sent.length = 0;
    isOffline = false;
    outbox.resume();
    await settled();
    expect(texts()).toEqual(['one', 'two']);
  });

  test('after too many messages it waits before it goes on', async () => {
    const server = createServerSide();
    let isTooMany = true;
    const { send, sent, get } = createLine(server, (input) =>
      isTooMany ? refuse('rate_limited')(input) : accept(server)(input),
    );

    send('hello');
    await vi.advanceTimersByTimeAsync(4999);
    expect(sent).toHaveLength(1);
    isTooMany = false;
    await vi.advanceTimersByTimeAsync(1001);
    expect(get().outbox[server.id]).toEqual([]);
  });

  test('it waits as long as the server says, in every conversation', async () => {
    const server = createServerSide();
    let isTooMany = true;
    const retryAfterMs = 42_000;
    const { send, sent } = createLine(server, (input) =>
      isTooMany
        ? Promise.reject(new RequestError('rate_limited', { retryAfterMs }))
        : accept(server)(input),
    );

    send('hello');
    await settled();
    send('elsewhere', 'e'.repeat(24));
    await vi.advanceTimersByTimeAsync(retryAfterMs - 1);
    expect(sent).toHaveLength(1);
    isTooMany = false;
    await vi.advanceTimersByTimeAsync(2000);
    expect(sent).toHaveLength(3);
  });

  test('nothing is tried again after the client has stopped', async () => {
    const server = createServerSide();
    const { send, outbox, sent } = createLine(server, refuse('timeout'));
    send('hello');
    await settled();
    outbox.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toHaveLength(1);
  });
});

describe('a refusal', () => {
  test.each(['invalid_input', 'forbidden', 'not_found', 'conflict', 'too_large'] as const)(
    '%s marks the message as failed and lets the next one go',
    async (code) => {
      const server = createServerSide();
      const { send, get, texts } = createLine(server, (input) =>
        input.text === 'bad' ? refuse(code)(input) : accept(server)(input),
      );

      send('bad');
      send('good');
      await settled();

      expect(texts()).toEqual(['bad', 'good']);
      expect(get().outbox[server.id]).toMatchObject([
        { text: 'bad', status: 'failed', error: { code } },
      ]);
    },
  );

  test('a failed message is sent again when asked, with the same clientId', async () => {
    const server = createServerSide();
    let isRefused = true;
    const { send, outbox, get, sent } = createLine(server, (input) =>
      isRefused ? refuse('forbidden')(input) : accept(server)(input),
    );
    send('hello');
    await settled();
    isRefused = false;

    outbox.retry(server.id, sent[0]!.clientId);
    expect(get().outbox[server.id]).toMatchObject([{ status: 'pending', error: null }]);
    await settled();

    expect(get().outbox[server.id]).toEqual([]);
    expect(sent[1]!.clientId).toBe(sent[0]!.clientId);
  });

  test('a failed message can be thrown away', async () => {
    const server = createServerSide();
    const { send, outbox, get, sent } = createLine(server, refuse('forbidden'));
    send('hello');
    await settled();
    outbox.discard(server.id, sent[0]!.clientId);
    expect(get().outbox[server.id]).toEqual([]);
  });
});
