import { expect, vi } from 'vitest';
import { RequestError } from '#lib/client/errors.ts';
import { createOutbox } from '#lib/client/outbox.ts';
import type { Command } from '#lib/client/socket.ts';
import type { Input, Output } from '#lib/contract/operations.ts';
import {
  ana,
  createBrowser,
  createHolder,
  loaded,
  type Browser,
  type ServerSide,
} from './support.ts';

export type Answer = (input: Input<'sendMessage'>) => Promise<Output<'sendMessage'>>;

/** A tab whose outbox has a connection with answers that the test gives. */
export function createLine(server: ServerSide, answer: Answer, browser: Browser = createBrowser()) {
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

export const accept =
  (server: ServerSide): Answer =>
  async ({ clientId, text }) => {
    const stored = server.messages.find((message) => message.clientId === clientId);
    if (stored) return { message: stored };
    const event = server.post(ana, text, { clientId });
    if (event.type !== 'message:new') throw new Error('not a message');
    return event.data;
  };

export const refuse =
  (code: RequestError['code']): Answer =>
  () =>
    Promise.reject(new RequestError(code));
export const settled = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
