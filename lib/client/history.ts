import type { Input, Output } from '#lib/contract/operations.ts';
import { createAbsence, type AbsenceParts } from './absence.ts';
import type { Call } from './api.ts';
import type { Unread } from './chat-events.ts';
import { clientErrorOf } from './errors.ts';
import { firstMark, firstPlaced, isMidway, pageSize, unreadOf } from './first-page.ts';
import { lastSeqIn, mostLoaded, sidesKept } from './log.ts';
import { endSeqOf } from './rows.ts';
import type { ChatState, ConversationLog } from './types.ts';

export interface History {
  open(id: string): Promise<void>;
  /** Loads what `open` will need, as far as it can be had. */
  prefetch(id: string): Promise<void>;
  close(id: string): void;
  loadOlder(id: string): Promise<void>;
  loadNewer(id: string): Promise<void>;
  loadLatest(id: string): Promise<void>;
  /** Shows the log around a seq, or around the first message of a time (ISO) or later. */
  loadAround(id: string, where: Around): Promise<void>;
  /** Lets go of the side where nobody reads once too much is loaded. */
  bound(id: string, keep: 'oldest' | 'newest'): void;
  /** The page went to the background, or came back to somebody's eyes. */
  leave(): void;
  comeBack(): void;
}

interface HistoryParts extends AbsenceParts {
  call: Call;
  /** Catches the log up, if it is behind. */
  check(id: string): void;
  loadMembers(id: string): Promise<void>;
  /** Loads the end of its log from this browser's copy, if there is one. */
  restore(id: string): Promise<void>;
}

type Mark = Partial<Pick<Input<'listMessages'>, 'before' | 'after' | 'around' | 'at'>>;
export type Around = { around: number } | { at: string };

const mostLogs = 20;

/** Which stretch of a conversation is loaded. One page of each is under way at a time. */
export function createHistory(parts: HistoryParts): History {
  const { get, dispatch, call, check, loadMembers, restore } = parts;
  const requests = new Map<string, { done: Promise<void> }>();
  /** Logs in the order in which they were last opened. */
  const recent = new Set<string>();
  const absence = createAbsence(parts);

  function fetchPage(
    id: string,
    part: NonNullable<ConversationLog['loading']>,
    mark: Mark,
    place: (page: Output<'listMessages'>) => void,
  ): Promise<void> {
    const request = { done: Promise.resolve() };
    requests.set(id, request);
    dispatch({ type: 'log:loading', conversationId: id, part });
    const isCurrent = () => requests.get(id) === request;
    const run = async () => {
      try {
        const page = await call('listMessages', { conversationId: id, limit: pageSize, ...mark });
        if (isCurrent()) place(page);
      } catch (error) {
        if (isCurrent())
          dispatch({ type: 'log:failed', conversationId: id, error: clientErrorOf(error) });
        throw error;
      } finally {
        if (isCurrent()) requests.delete(id);
      }
      check(id);
    };
    return (request.done = run());
  }

  const fetchFirst = (id: string, unread: Unread | null): Promise<void> =>
    fetchPage(id, 'first', firstMark(unread), (page) =>
      dispatch(firstPlaced(id, get().conversations[id], unread, page)),
    );

  async function open(id: string): Promise<void> {
    dispatch({ type: 'log:opened', conversationId: id });
    recent.delete(id);
    recent.add(id);
    forgetOldest();
    if (!get().logs[id]) {
      await restore(id);
      if (get().openId !== id) return;
    }
    if (!get().conversations[id]) await fetchRow(id);
    const state = get();
    const row = state.conversations[id];
    if (!row) return;
    absence.opened(row);
    if (row.kind === 'group' && row.me.leftSeq === null && !state.members[id])
      loadMembers(id).catch(() => undefined);
    const unread = unreadOf(row);
    const log = state.logs[id];
    const request = requests.get(id);
    if (log?.loading === 'first' && request) return request.done;
    if (!log || !reaches(log, unread)) return fetchFirst(id, unread);
    dispatch({ type: 'log:divided', conversationId: id, unread });
    check(id);
  }

  async function prefetch(id: string): Promise<void> {
    if (!get().conversations[id] || get().logs[id]) return;
    await restore(id);
    const { conversations, logs, connection, openId } = get();
    const row = conversations[id];
    // Meanwhile it may have been opened.
    if (!row || openId === id || logs[id]?.loading) return;
    const unread = unreadOf(row);
    const isComplete = logs[id] !== undefined && reaches(logs[id], unread);
    if (!isComplete && connection.status === 'online')
      await fetchFirst(id, unread).catch(() => undefined);
    if (!get().logs[id] || recent.has(id)) return;
    recent.add(id);
    forgetOldest();
    check(id);
  }

  async function fetchRow(conversationId: string): Promise<void> {
    try {
      const { conversation } = await call('readConversation', { conversationId });
      dispatch({ type: 'conversation:updated', data: { conversation } });
    } catch (error) {
      dispatch({ type: 'log:failed', conversationId, error: clientErrorOf(error) });
      throw error;
    }
  }

  function drop(id: string): void {
    requests.delete(id);
    recent.delete(id);
    dispatch({ type: 'log:dropped', conversationId: id });
  }

  function forgetOldest(): void {
    for (const id of recent) {
      if (recent.size <= mostLogs) return;
      if (id !== get().openId) drop(id);
    }
  }

  function close(id: string): void {
    if (get().openId === id) dispatch({ type: 'log:opened', conversationId: null });
    const log = get().logs[id];
    if (!log || log.loading === 'first') return;
    // The next opening goes to the first unread or to the end, never back to here.
    if (log.hasNewer || (log.error && log.messages.length === 0)) return drop(id);
    dispatch({
      type: 'log:trimmed',
      conversationId: id,
      most: sidesKept.cached,
      keep: 'newest',
    });
  }

  async function loadOlder(id: string): Promise<void> {
    const log = get().logs[id];
    const from = log?.messages[0]?.seq;
    if (!log?.hasOlder || log.loading || from === undefined) return;
    await fetchPage(id, 'older', { before: from }, (page) =>
      extend(id, 'older', from, endOf(id), page),
    );
  }

  async function loadNewer(id: string): Promise<void> {
    const log = get().logs[id];
    if (!log?.hasNewer || log.loading) return;
    const from = lastSeqIn(log);
    const endSeq = endOf(id);
    await fetchPage(id, 'newer', { after: from }, (page) =>
      extend(id, 'newer', from, endSeq, page),
    );
  }

  function extend(
    conversationId: string,
    side: 'older' | 'newer',
    from: number,
    endSeq: number,
    page: Output<'listMessages'>,
  ): void {
    dispatch({ type: 'log:extended', conversationId, side, from, endSeq, ...page });
  }

  function endOf(id: string): number {
    const row = get().conversations[id];
    return row ? endSeqOf(row) : 0;
  }

  async function loadLatest(id: string): Promise<void> {
    const log = get().logs[id];
    if (!log || log.loading === 'first' || !log.hasNewer) return;
    await fetchPage(id, 'newer', {}, ({ messages, hasMore }) =>
      dispatch({ type: 'log:replaced', conversationId: id, messages, hasOlder: hasMore }),
    );
  }

  async function loadAround(id: string, where: Around): Promise<void> {
    const log = get().logs[id];
    if (!log || log.loading === 'first') return;
    await fetchPage(id, 'newer', where, ({ messages }) =>
      dispatch({
        type: 'log:replaced',
        conversationId: id,
        messages,
        hasOlder: isMidway(get().conversations[id], messages),
      }),
    );
  }

  function bound(conversationId: string, keep: 'oldest' | 'newest'): void {
    const log = get().logs[conversationId];
    if (!log || log.loading || log.messages.length <= mostLoaded) return;
    dispatch({ type: 'log:trimmed', conversationId, most: sidesKept.whole, keep });
  }

  return {
    open,
    prefetch,
    close,
    loadOlder,
    loadNewer,
    loadLatest,
    loadAround,
    bound,
    leave: absence.leave,
    comeBack: absence.comeBack,
  };
}

/** Opening this conversation will change nothing of its log. */
export function opensAsItIs({ conversations, logs }: ChatState, id: string): boolean {
  const [row, log] = [conversations[id], logs[id]];
  return Boolean(row && log && !unreadOf(row) && log.divider === null && reaches(log, null));
}

/** A cached log will do if it goes back to where the unread messages begin, or else to the end. */
function reaches(log: ConversationLog, unread: Unread | null): boolean {
  if (log.loading === 'first' || (log.hasNewer && !unread)) return false;
  const first = log.messages[0];
  if (!first) return log.error === null && !unread;
  // A copy from before they came shows none of them.
  if (unread && lastSeqIn(log) <= unread.readSeq) return false;
  // Of what begins a log that goes on above it, nobody can say what stands over it.
  return !unread || !log.hasOlder || first.seq <= unread.readSeq;
}
