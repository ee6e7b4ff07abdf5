import type { Dispatch } from './chat-events.ts';
import { clientErrorOf, RequestError } from './errors.ts';
import type { Command } from './socket.ts';
import type { ChatState, PendingMessage } from './types.ts';

export interface Outbox {
  send(id: string, text: string): void;
  retry(id: string, clientId: string): void;
  discard(id: string, clientId: string): void;
  /** The connection is ready: sends what waits. */
  resume(): void;
  stop(): void;
}

const waitMs = { first: 1000, most: 30_000, rateLimited: 5000 };

/** What is written appears at once and is sent in order, conversation by conversation. */
export function createOutbox({
  get,
  dispatch,
  command,
}: {
  get: () => ChatState;
  dispatch: Dispatch;
  command: Command;
}): Outbox {
  /** Conversations that are sending, or waiting for the next try. */
  const busy = new Map<string, { timer?: ReturnType<typeof setTimeout>; failures: number }>();

  // The three places where an entry is written: all that has to change for one that survives a reload.
  const put = (entry: PendingMessage) => dispatch({ type: 'outbox:put', entry });
  const remove = (conversationId: string, clientId: string) =>
    dispatch({ type: 'outbox:removed', conversationId, clientId });
  const entriesOf = (id: string) => get().outbox[id] ?? [];

  const sendNext = async (id: string) => {
    const line = busy.get(id);
    const entry = entriesOf(id).find(({ status }) => status === 'pending');
    if (!line || !entry) return void busy.delete(id);
    const { conversationId, clientId, text } = entry;
    try {
      const { message } = await command('sendMessage', { conversationId, clientId, text });
      line.failures = 0;
      dispatch({ type: 'message:new', data: { message } });
      if (entriesOf(id).some((other) => other.clientId === clientId)) remove(id, clientId);
    } catch (error) {
      if (handleFailure(id, line, entry, error) === 'wait') return;
    }
    // After a stop it must not go on, and after a new start another line does.
    if (busy.get(id) === line) void sendNext(id);
  };

  const handleFailure = (
    id: string,
    line: { timer?: ReturnType<typeof setTimeout>; failures: number },
    entry: PendingMessage,
    error: unknown,
  ): 'wait' | 'go on' => {
    const { code } = clientErrorOf(error);
    if (busy.get(id) !== line) return 'wait';
    if (code === 'offline' || code === 'unauthenticated') {
      busy.delete(id);
      return 'wait';
    }
    if (['timeout', 'unavailable', 'internal', 'rate_limited'].includes(code)) {
      line.timer = setTimeout(() => void sendNext(id), delayOf(line.failures++, error));
      return 'wait';
    }
    const isThere = entriesOf(id).some(({ clientId }) => clientId === entry.clientId);
    if (isThere) put({ ...entry, status: 'failed', error: clientErrorOf(error) });
    return 'go on';
  };

  const start = (id: string) => {
    if (busy.has(id)) return;
    busy.set(id, { failures: 0 });
    void sendNext(id);
  };

  return {
    send(id, text) {
      const createdAt = new Date().toISOString();
      const clientId = newClientId();
      put({ clientId, conversationId: id, text, createdAt, status: 'pending', error: null });
      start(id);
    },
    retry(id, clientId) {
      const entry = entriesOf(id).find((other) => other.clientId === clientId);
      if (!entry) return;
      put({ ...entry, status: 'pending', error: null });
      start(id);
    },
    discard: remove,
    resume() {
      for (const [id, line] of busy) {
        if (!line.timer) continue;
        clearTimeout(line.timer);
        busy.delete(id);
      }
      for (const [id, entries] of Object.entries(get().outbox)) if (entries.length > 0) start(id);
    },
    stop() {
      for (const line of busy.values()) clearTimeout(line.timer);
      busy.clear();
    },
  };
}

function delayOf(failures: number, error: unknown): number {
  const backoff = Math.min(waitMs.first * 2 ** failures, waitMs.most);
  if (!(error instanceof RequestError) || error.code !== 'rate_limited') return backoff;
  const said = (error.details.retryAfterSeconds ?? 0) * 1000;
  return Math.max(said, waitMs.rateLimited, backoff);
}

/** A random UUID. On plain-http hosts of a LAN, browsers hide randomUUID but not getRandomValues. */
export function newClientId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
