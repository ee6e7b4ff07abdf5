import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { accept, createLine, refuse, settled, type Answer } from './outbox-line.ts';
import { createBrowser, createServerSide } from './support.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A page that could not send this, and was closed. */
async function closedAfter(refusal: Parameters<typeof refuse>[0], text: string) {
  const server = createServerSide();
  const browser = createBrowser();
  const before = createLine(server, refuse(refusal), browser);
  before.send(text);
  await settled();
  before.close();
  return { server, browser };
}

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
    const { server, browser } = await closedAfter('forbidden', 'hello');

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
    const { server, browser } = await closedAfter('offline', 'Good morning');
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

  test('is not sent unasked when the clock was set back, and nobody knows how old it is', async () => {
    const { server, browser } = await closedAfter('offline', 'Good morning');
    vi.setSystemTime(Date.now() - 400 * 24 * 3_600_000);

    const { outbox, get, sent } = createLine(server, accept(server), browser);
    await settled();
    expect(sent).toEqual([]);
    outbox.retry(server.id, get().outbox[server.id]![0]!.clientId);
    await settled();
    expect(server.messages.map(({ text }) => text)).toEqual(['Good morning']);
  });

  test('is not said to be lost while it cannot be read', async () => {
    const server = createServerSide();
    const browser = createBrowser();
    const readable = browser.device.readUnsent;
    browser.lost.push('one');
    browser.device.readUnsent = async () => null;
    const { get, outbox } = createLine(server, accept(server), browser);
    await settled();
    expect(get().lostUnsent).toBe(0);
    browser.device.readUnsent = readable;
    outbox.pause();
    outbox.resume();
    await settled();
    expect(get().lostUnsent).toBe(1);
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

  test('do not wait for one that is frozen, which sends nothing twice when it wakes', async () => {
    const server = createServerSide();
    const browser = createBrowser();
    let wake = () => {};
    const frozen = new Promise<void>((resolve) => (wake = resolve));
    const first = createLine(
      server,
      async (input) => {
        await frozen;
        return accept(server)(input);
      },
      browser,
    );
    await settled();
    const second = createLine(server, accept(server), browser);
    second.send('one');
    second.send('two');
    await settled(14_000);
    expect(second.sent).toEqual([]);
    await settled(1000);
    expect(second.texts()).toEqual(['one', 'two']);
    expect(browser.unsent.size).toBe(0);

    wake();
    second.send('three');
    await settled(60_000);
    expect(second.texts()).toEqual(['one', 'two', 'three']);
    expect(first.texts()).toEqual(['one']);
    expect(server.messages.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
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

  test('may all send where the browser cannot arbitrate: each message is stored once, in order', async () => {
    const server = createServerSide();
    const browser = createBrowser({ hasLocks: false });
    let answers = 0;
    // Every other answer takes a moment, so that they are never in step.
    const slowly: Answer = async (input) => {
      if ((answers += 1) % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      return accept(server)(input);
    };
    const [first, second] = [
      createLine(server, slowly, browser),
      createLine(server, slowly, browser),
    ];
    await settled();
    for (let n = 1; n <= 20; n += 1) first.send(`${n}`);
    await settled(1000);
    expect(server.messages.map(({ text }) => text)).toEqual(
      Array.from({ length: 20 }, (_, index) => `${index + 1}`),
    );
    for (const { get } of [first, second]) expect(get().outbox[server.id]).toEqual([]);
    expect(browser.unsent.size).toBe(0);
  });
});
