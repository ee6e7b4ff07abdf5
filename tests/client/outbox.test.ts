import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RequestError } from '#lib/client/errors.ts';
import { createOutbox, newClientId } from '#lib/client/outbox.ts';
import type { Command } from '#lib/client/socket.ts';
import type { Input, Output } from '#lib/contract/operations.ts';
import {
  ana,
  createBrowser,
  createHolder,
  createServerSide,
  loaded,
  type Browser,
  type ServerSide,
} from './support.ts';

type Answer = (input: Input<'sendMessage'>) => Promise<Output<'sendMessage'>>;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A tab whose outbox has a connection with answers that the test gives. */
function createLine(server: ServerSide, answer: Answer, browser: Browser = createBrowser()) {
  const holder = createHolder(loaded(server));
  const sent: Input<'sendMessage'>[] = [];
  const command = ((name: string, input: Input<'sendMessage'>) => {
    expect(name).toBe('sendMessage');
    sent.push(input);
    return answer(input);
  }) as unknown as Command;
  const tabs = browser.openTab();
  const outbox = createOutbox({ ...holder, command, device: browser.device, tabs });
  tabs.start(outbox.hear);
  void outbox.start();
  outbox.resume();
  const close = () => {
    outbox.stop();
    tabs.stop();
  };
  const send = (text: string, id = server.id) => void outbox.send(id, text);
  return {
    ...holder,
    outbox,
    send,
    sent,
    browser,
    close,
    texts: () => sent.map(({ text }) => text),
  };
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

describe('what the browser keeps', () => {
  test('is kept before it leaves, and gone once the server has it', async () => {
    const server = createServerSide();
    const browser = createBrowser();
    const { send, sent } = createLine(
      server,
      (input) => {
        expect(browser.unsent.get(input.clientId)).toMatchObject({ text: input.text });
        return accept(server)(input);
      },
      browser,
    );
    send('hello');
    send('again');
    await settled();
    expect(sent).toHaveLength(2);
    expect(browser.unsent.size).toBe(0);
  });

  test('is sent by the next page in the order in which it was written', async () => {
    const server = createServerSide();
    const browser = createBrowser();
    const before = createLine(server, refuse('offline'), browser);
    for (let n = 1; n <= 20; n += 1) before.send(`${n}`);
    await settled();
    before.close();

    const next = createLine(server, accept(server), browser);
    await settled();

    expect(server.messages.map(({ text }) => text)).toEqual(
      Array.from({ length: 20 }, (_, index) => `${index + 1}`),
    );
    expect(next.sent.map(({ clientId }) => clientId)).toEqual(
      before.get().outbox[server.id]!.map(({ clientId }) => clientId),
    );
    expect(next.get().outbox[server.id]).toEqual([]);
    expect(browser.unsent.size).toBe(0);
  });

  test('is still refused in the next page, until somebody says what to do', async () => {
    const server = createServerSide();
    const browser = createBrowser();
    const before = createLine(server, refuse('forbidden'), browser);
    before.send('hello');
    await settled();
    before.close();

    const next = createLine(server, accept(server), browser);
    await settled();
    expect(next.sent).toEqual([]);
    expect(next.get().outbox[server.id]).toMatchObject([
      { text: 'hello', status: 'failed', error: { code: 'forbidden' } },
    ]);

    next.outbox.discard(server.id, next.get().outbox[server.id]![0]!.clientId);
    await settled();
    expect(browser.unsent.size).toBe(0);
  });

  test('is not sent unasked after more than a day', async () => {
    const server = createServerSide();
    const browser = createBrowser();
    const before = createLine(server, refuse('offline'), browser);
    before.send('Good morning');
    await settled();
    before.close();
    vi.setSystemTime(Date.now() + 25 * 3_600_000);

    const { outbox, get, sent } = createLine(server, accept(server), browser);
    await settled();
    expect(sent).toEqual([]);
    const [entry] = get().outbox[server.id]!;
    expect(entry).toMatchObject({ status: 'failed', error: { code: 'stale' } });

    outbox.retry(server.id, entry!.clientId);
    await settled();
    expect(server.messages.map(({ text }) => text)).toEqual(['Good morning']);
  });

  test('is kept anew when it was deleted under way', async () => {
    const server = createServerSide();
    const browser = createBrowser();
    const { send } = createLine(server, refuse('offline'), browser);
    send('hello');
    await settled();
    browser.deleteAll();
    await settled();
    expect([...browser.unsent.values()]).toMatchObject([{ text: 'hello' }]);
  });

  test('and has lost is said, but not of what memory still has', async () => {
    const server = createServerSide();
    const browser = createBrowser();
    browser.lost.push('one', 'two');
    const { send, get, outbox } = createLine(server, refuse('offline'), browser);
    await settled();
    expect(get().lostUnsent).toBe(2);
    send('hello');
    await settled();
    browser.lost.push(get().outbox[server.id]![0]!.clientId);
    await outbox.start();
    expect(get().lostUnsent).toBe(2);
  });

  test('cannot be kept when it is full: then the page sends it, and warns of its end until then', async () => {
    const server = createServerSide();
    const browser = createBrowser();
    browser.fill();
    let isOffline = true;
    const { send, outbox } = createLine(
      server,
      (input) => (isOffline ? refuse('offline')(input) : accept(server)(input)),
      browser,
    );
    send('hello');
    await settled();
    expect(outbox.hasUnkept()).toBe(true);
    isOffline = false;
    outbox.resume();
    await settled();
    expect(server.messages).toHaveLength(1);
    expect(outbox.hasUnkept()).toBe(false);
  });
});

describe('two tabs', () => {
  test('show and send each message once, whichever it was written in', async () => {
    const server = createServerSide();
    const browser = createBrowser();
    const [first, second] = [
      createLine(server, accept(server), browser),
      createLine(server, accept(server), browser),
    ];
    await settled();
    first.send('from the first');
    await settled();
    second.send('from the second');
    expect(second.get().outbox[server.id]).toMatchObject([{ status: 'pending' }]);
    await settled();

    expect(first.texts()).toEqual(['from the first', 'from the second']);
    expect(second.sent).toEqual([]);
    for (const { get } of [first, second]) {
      expect(get().outbox[server.id] ?? []).toEqual([]);
      expect(get().logs[server.id]!.messages).toEqual(server.messages);
    }
    expect(browser.unsent.size).toBe(0);
  });

  test('take over from each other when one closes or has no connection', async () => {
    const server = createServerSide();
    const browser = createBrowser();
    const first = createLine(server, refuse('timeout'), browser);
    const second = createLine(server, accept(server), browser);
    first.send('one');
    await settled();
    expect(second.sent).toEqual([]);
    first.outbox.pause();
    await settled();
    expect(second.texts()).toEqual(['one']);
    expect(second.sent[0]!.clientId).toBe(first.sent[0]!.clientId);

    first.outbox.resume();
    first.send('two');
    await settled();
    expect(second.texts()).toEqual(['one', 'two']);
    expect(first.sent).toHaveLength(1);
  });

  test('agree on what was refused and on what was deleted', async () => {
    const server = createServerSide();
    const browser = createBrowser();
    const first = createLine(server, refuse('forbidden'), browser);
    const second = createLine(server, refuse('forbidden'), browser);
    await settled();
    second.send('hello');
    await settled();
    const [entry] = second.get().outbox[server.id]!;
    expect(entry).toMatchObject({ status: 'failed' });

    second.outbox.discard(server.id, entry!.clientId);
    await settled();
    expect(first.get().outbox[server.id]).toEqual([]);
    first.outbox.resume();
    await settled();
    expect(first.sent).toHaveLength(1);
  });

  test('the one in view sends', async () => {
    const server = createServerSide();
    const browser = createBrowser();
    const hidden = createLine(server, accept(server), browser);
    const inView = createLine(server, accept(server), browser);
    await settled();
    hidden.outbox.yieldTurn();
    await settled();
    hidden.send('hello');
    await settled();
    expect(hidden.sent).toEqual([]);
    expect(inView.texts()).toEqual(['hello']);
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
