import type { Dispatch } from './chat-events.ts';
import { newClientId } from './client-id.ts';
import type { DeviceStore } from './device-store.ts';
import { clientErrorOf, RequestError } from './errors.ts';
import { createOutboxEntries } from './outbox-entries.ts';
import type { Command } from './socket.ts';
import type { TabNews, Tabs, Turn } from './tabs.ts';
import type { ChatState, PendingMessage } from './types.ts';

export interface Outbox {
  /** Shows what waits from before. Nothing is sent before `resume`. */
  start(): Promise<void>;
  /** Shown at once; resolves when this browser has it, so that the composer may forget it. */
  send(id: string, text: string): Promise<void>;
  retry(id: string, clientId: string): void;
  discard(id: string, clientId: string): void;
  /** The connection is ready: sends what waits, as soon as it is this tab's turn. */
  resume(): void;
  /** The connection is gone: another tab may have one. */
  pause(): void;
  /** Nobody looks at this tab: another that waits for its turn gets it. */
  yieldTurn(): void;
  hear(news: TabNews): void;
  /** There is something that ends with the page. */
  hasUnkept(): boolean;
  stop(): void;
}

export interface OutboxParts {
  get: () => ChatState;
  dispatch: Dispatch;
  subscribe: (listener: (now: ChatState, before: ChatState) => void) => () => void;
  command: Command;
  device: DeviceStore;
  tabs: Tabs;
}

const waitMs = { first: 1000, most: 10_000, rateLimited: 5000 };
const staleAfterMs = 24 * 3_600_000;
/** So long another tab has time to send: more than a server that answers ever takes. */
const patienceMs = 15_000;

interface Line {
  timer?: ReturnType<typeof setTimeout>;
  failures: number;
}

/**
 * What is written appears at once, is kept by the browser before it leaves, and is sent in order,
 * conversation by conversation, until the server has answered.
 */
export function createOutbox(parts: OutboxParts): Outbox {
  const { get, dispatch, command, tabs } = parts;
  /** Conversations that are sending, or waiting for the next try. */
  const lines = new Map<string, Line>();
  let isMyTurn = false;
  let begun = 0;
  let turn: Turn | null = null;
  let impatience: ReturnType<typeof setTimeout> | undefined;
  let openAgainAt = 0;

  const entries = createOutboxEntries({ ...parts, onWritten: startLine });

  async function beginTurn(mine: number): Promise<void> {
    // The tab before may have been killed with messages of which it told nobody.
    await entries.read();
    if (begun !== mine) return;
    isMyTurn = true;
    startAll();
  }

  function takeTurn(): void {
    const mine = (begun += 1);
    turn = tabs.takeTurn({
      turn: () => void beginTurn(mine),
      lost() {
        leaveTurn();
        stopLines();
        takeTurn();
      },
    });
  }

  function leaveTurn(): void {
    begun += 1;
    isMyTurn = false;
    turn?.end();
    turn = null;
  }

  /** The tab that has the turn may be frozen: whoever sees a message wait for long takes it. */
  function insistLater({ conversationId, clientId }: PendingMessage): void {
    impatience ??= setTimeout(() => {
      impatience = undefined;
      if (isMyTurn) return;
      if (entries.find(conversationId, clientId)?.status === 'pending') turn?.insist();
      else startAll();
    }, patienceMs);
  }

  const startAll = () => {
    for (const [id, waiting] of Object.entries(get().outbox)) if (waiting.length > 0) startLine(id);
  };

  function startLine(id: string): void {
    if (lines.has(id)) return;
    lines.set(id, { failures: 0 });
    void sendNext(id);
  }

  function nextOf(id: string): PendingMessage | undefined {
    const entry = get().outbox[id]?.find(({ status }) => status === 'pending');
    if (!entry || entries.isUnwritten(entry.clientId)) return undefined;
    if (isMyTurn || entries.isOnlyHere(entry.clientId)) return entry;
    if (turn) insistLater(entry);
    return undefined;
  }

  async function sendNext(id: string): Promise<void> {
    const line = lines.get(id);
    const entry = nextOf(id);
    if (!line || !entry) return void lines.delete(id);
    if (wait(id, line, openAgainAt - performance.now())) return;
    // Also what was written in the future: the clock was set back, and nobody knows how old it is.
    if (Math.abs(Date.now() - Date.parse(entry.createdAt)) > staleAfterMs)
      refuse(entry, new RequestError('stale'));
    else if ((await trySending(line, entry)) === 'wait') return;
    // After a stop it must not go on, and after a new start another line does.
    if (lines.get(id) === line) void sendNext(id);
  }

  async function trySending(line: Line, entry: PendingMessage): Promise<'wait' | 'go on'> {
    const { conversationId, clientId, text } = entry;
    try {
      const { message } = await command('sendMessage', { conversationId, clientId, text });
      line.failures = 0;
      dispatch({ type: 'message:new', data: { message } });
      if (entries.find(conversationId, clientId))
        dispatch({ type: 'outbox:removed', conversationId, clientId });
      tabs.tell({ type: 'sent', message });
      return 'go on';
    } catch (error) {
      return handleFailure(line, entry, error);
    }
  }

  function handleFailure(line: Line, entry: PendingMessage, error: unknown): 'wait' | 'go on' {
    const { conversationId: id, clientId } = entry;
    const { code } = clientErrorOf(error);
    if (lines.get(id) !== line) return 'wait';
    if (code === 'offline' || code === 'unauthenticated') {
      lines.delete(id);
      return 'wait';
    }
    const waiting = entries.find(id, clientId);
    if (!waiting) return 'go on';
    if (!isTransient.has(code)) {
      refuse(waiting, error);
      return 'go on';
    }
    dispatch({ type: 'outbox:put', entry: { ...waiting, error: clientErrorOf(error) } });
    const ms = delayOf(line.failures++, error);
    // The limit is the person's, whatever the conversation.
    if (code === 'rate_limited') openAgainAt = performance.now() + ms;
    wait(id, line, ms);
    return 'wait';
  }

  function refuse(entry: PendingMessage, error: unknown): void {
    entries.change({ ...entry, status: 'failed', error: clientErrorOf(error) });
  }

  function wait(id: string, line: Line, ms: number): boolean {
    if (ms <= 0) return false;
    line.timer = setTimeout(() => void sendNext(id), ms);
    return true;
  }

  function stopLines(): void {
    for (const line of lines.values()) clearTimeout(line.timer);
    lines.clear();
    clearTimeout(impatience);
    impatience = undefined;
  }

  return {
    start: entries.start,
    send(conversationId, text) {
      const createdAt = new Date().toISOString();
      const clientId = newClientId();
      return entries.add({
        clientId,
        conversationId,
        text,
        createdAt,
        status: 'pending',
        error: null,
      });
    },
    retry(id, clientId) {
      const entry = entries.find(id, clientId);
      if (!entry) return;
      const createdAt = entry.error?.code === 'stale' ? new Date().toISOString() : entry.createdAt;
      entries.change({ ...entry, createdAt, status: 'pending', error: null });
      startLine(id);
    },
    discard(conversationId, clientId) {
      dispatch({ type: 'outbox:removed', conversationId, clientId });
      tabs.tell({ type: 'discarded', conversationId, clientId });
    },
    resume() {
      stopLines();
      if (!turn) takeTurn();
      startAll();
    },
    pause() {
      leaveTurn();
      stopLines();
    },
    yieldTurn() {
      if (!isMyTurn) return;
      leaveTurn();
      takeTurn();
    },
    hear(news) {
      if (news.type === 'ended') return;
      entries.hear(news);
      startLine(conversationOf(news));
    },
    hasUnkept: entries.hasUnkept,
    stop() {
      entries.stop();
      leaveTurn();
      stopLines();
    },
  };
}

function conversationOf(news: Exclude<TabNews, { type: 'ended' }>): string {
  if (news.type === 'discarded') return news.conversationId;
  return (news.type === 'sent' ? news.message : news.entry).conversationId;
}

const isTransient = new Set<string>(['timeout', 'unavailable', 'internal', 'rate_limited']);

/** Ever longer, and not the same for everybody who was cut off at once. Never before the server said. */
function delayOf(failures: number, error: unknown): number {
  const most = Math.min(waitMs.first * 2 ** failures, waitMs.most);
  const backoff = most * (0.5 + Math.random() / 2);
  if (!(error instanceof RequestError) || error.code !== 'rate_limited') return backoff;
  return Math.max(error.details.retryAfterMs ?? waitMs.rateLimited, 0) + backoff;
}
