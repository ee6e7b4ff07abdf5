import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RequestError } from '#lib/client/errors.ts';
import { createOutbox, newClientId } from '#lib/client/outbox.ts';
import type { Command } from '#lib/client/socket.ts';
import type { Input, Output } from '#lib/contract/operations.ts';
import { ana, createHolder, createServerSide, loaded, type ServerSide } from './support.ts';

type Answer = (input: Input<'sendMessage'>) => Promise<Output<'sendMessage'>>;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An outbox over a line whose answers the test gives. */
function createLine(server: ServerSide, answer: Answer) {
  const holder = createHolder(loaded(server));
  const sent: Input<'sendMessage'>[] = [];
  const command = ((name: string, input: Input<'sendMessage'>) => {
    expect(name).toBe('sendMessage');
    sent.push(input);
    return answer(input);
  }) as unknown as Command;
  const outbox = createOutbox({ ...holder, command });
  return { ...holder, outbox, sent, texts: () => sent.map(({ text }) => text) };
}

const accept =
  (server: ServerSide): Answer =>
  async ({ clientId, text }) => {
    const event = server.post(ana, text, { clientId });
    if (event.type !== 'message:new') throw new Error('not a message');
    return event.data;
  };

const refuse =
  (code: RequestError['code']): Answer =>
  () =>
    Promise.reject(new RequestError(code));
const settled = () => vi.advanceTimersByTimeAsync(0);

describe('sending', () => {
  test('a message appears at once and gives way to what the server stored', async () => {
    const server = createServerSide();
    const { outbox, get, sent } = createLine(server, accept(server));

    outbox.send(server.id, 'hello');
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
    const { outbox, texts } = createLine(server, async (input) => {
      if (input.text === 'first') await gate;
      return accept(server)(input);
    });

    outbox.send(server.id, 'first');
    outbox.send(server.id, 'second');
    outbox.send('e'.repeat(24), 'elsewhere');
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
      const { outbox, sent, get } = createLine(server, (input) =>
        failures-- > 0 ? refuse(code)(input) : accept(server)(input),
      );

      outbox.send(server.id, 'hello');
      await settled();
      expect(get().outbox[server.id]).toMatchObject([{ status: 'pending' }]);
      await vi.advanceTimersByTimeAsync(1000);
      expect(sent).toHaveLength(2);
      await vi.advanceTimersByTimeAsync(1999);
      expect(sent).toHaveLength(2);
      await vi.advanceTimersByTimeAsync(1);

      expect(new Set(sent.map(({ clientId }) => clientId)).size).toBe(1);
      expect(sent).toHaveLength(3);
      expect(get().outbox[server.id]).toEqual([]);
    },
  );

  test('an answer that was lost is no second message', async () => {
    const server = createServerSide();
    const { outbox, dispatch, sent, get } = createLine(server, refuse('timeout'));

    outbox.send(server.id, 'hello');
    await settled();
    dispatch(server.post(ana, 'hello', { clientId: sent[0]!.clientId }));
    await vi.advanceTimersByTimeAsync(60_000);

    expect(sent).toHaveLength(1);
    expect(get().logs[server.id]!.messages).toHaveLength(1);
  });

  test('without a connection it waits for the next one', async () => {
    const server = createServerSide();
    let isOffline = true;
    const { outbox, sent, texts, get } = createLine(server, (input) =>
      isOffline ? refuse('offline')(input) : accept(server)(input),
    );

    outbox.send(server.id, 'one');
    outbox.send(server.id, 'two');
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
    const { outbox, sent, get } = createLine(server, (input) =>
      isTooMany ? refuse('rate_limited')(input) : accept(server)(input),
    );

    outbox.send(server.id, 'hello');
    await vi.advanceTimersByTimeAsync(4999);
    expect(sent).toHaveLength(1);
    isTooMany = false;
    await vi.advanceTimersByTimeAsync(1);
    expect(get().outbox[server.id]).toEqual([]);
  });

  test('nothing is tried again after the client has stopped', async () => {
    const server = createServerSide();
    const { outbox, sent } = createLine(server, refuse('timeout'));
    outbox.send(server.id, 'hello');
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
      const { outbox, get, texts } = createLine(server, (input) =>
        input.text === 'bad' ? refuse(code)(input) : accept(server)(input),
      );

      outbox.send(server.id, 'bad');
      outbox.send(server.id, 'good');
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
    const { outbox, get, sent } = createLine(server, (input) =>
      isRefused ? refuse('forbidden')(input) : accept(server)(input),
    );
    outbox.send(server.id, 'hello');
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
    const { outbox, get, sent } = createLine(server, refuse('forbidden'));
    outbox.send(server.id, 'hello');
    await settled();
    outbox.discard(server.id, sent[0]!.clientId);
    expect(get().outbox[server.id]).toEqual([]);
  });
});

test('a clientId is a UUID also where the browser offers no randomUUID', () => {
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  expect(newClientId()).toMatch(uuid);
  vi.stubGlobal('crypto', {
    getRandomValues: (bytes: Uint8Array) => bytes.fill(255),
  });
  expect(newClientId()).toMatch(uuid);
  vi.unstubAllGlobals();
});
