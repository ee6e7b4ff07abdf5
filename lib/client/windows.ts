import type { Message } from '#lib/contract/records.ts';
import type { ChatEvent, LogEvent, Unread } from './chat-events.ts';
import { emptyLog, joinMessages, lastSeqIn, sidesKept, trimLog } from './log.ts';
import {
  endSeqOf,
  isCounted,
  knownOf,
  knowUpTo,
  placeMessages,
  settle,
  withKnown,
} from './rows.ts';
import type { ChatState, ConversationLog } from './types.ts';

export const isLogEvent = (event: ChatEvent): event is LogEvent => event.type.startsWith('log:');

export function reduceLog(state: ChatState, event: LogEvent): ChatState {
  switch (event.type) {
    case 'log:loading':
      return changeLog(state, event.conversationId, (log) => ({
        ...log,
        loading: event.part,
        error: null,
      }));
    case 'log:failed':
      return settle(
        changeLog(state, event.conversationId, (log) => ({
          ...log,
          loading: null,
          error: event.error,
        })),
        event.conversationId,
      );
    case 'log:replaced':
      return replace(state, event);
    case 'log:extended':
      return extend(state, event);
    case 'log:restored':
      return restore(state, event);
    case 'log:divided':
      return changeLog(state, event.conversationId, (log) => divided(log, event.unread, state));
    case 'log:trimmed':
      return changeLog(state, event.conversationId, (log) => trimLog(log, event.keep, event.most));
    case 'log:dropped':
      return drop(state, event.conversationId);
    case 'log:opened':
      return { ...state, openId: event.conversationId };
  }
}

function changeLog(
  state: ChatState,
  id: string,
  change: (log: ConversationLog) => ConversationLog,
): ChatState {
  const log = change(state.logs[id] ?? emptyLog);
  return log === state.logs[id] ? state : { ...state, logs: { ...state.logs, [id]: log } };
}

/** Pages tell of changes too, which the row may not have heard of yet. */
function takeNews(state: ChatState, id: string, messages: Message[]): ChatState {
  const { rev } = knownOf(state, id);
  return placeMessages(
    state,
    id,
    messages.filter((message) => message.rev > rev),
  );
}

/** What has changed while the page was under way is newer than the page. */
const withNews = (state: ChatState, id: string, messages: Message[]): Message[] => {
  const { news } = knownOf(state, id);
  return messages.flatMap((message) => {
    const later = news[message.seq];
    return later ? [message, later] : [message];
  });
};

function replace(state: ChatState, event: Extract<LogEvent, { type: 'log:replaced' }>): ChatState {
  const id = event.conversationId;
  const had = state.logs[id] ?? emptyLog;
  const told = takeNews(
    changeLog(state, id, (log) => ({ ...log, loading: log.loading ?? 'first' })),
    id,
    event.messages,
  );
  const row = told.conversations[id];
  const messages = joinMessages(withNews(told, id, event.messages));
  let log: ConversationLog = {
    messages,
    hasOlder: event.hasOlder,
    hasNewer: row !== undefined && (messages.at(-1)?.seq ?? 0) < endSeqOf(row),
    loading: null,
    error: null,
    divider: had.divider,
  };
  if (event.unread !== undefined) log = divided(log, event.unread, state);
  return settle(
    changeLog(told, id, () => log),
    id,
  );
}

/** What came over the wire meanwhile had no place to go: the changes after `rev` are asked for again. */
function restore(state: ChatState, event: Extract<LogEvent, { type: 'log:restored' }>): ChatState {
  const { conversationId: id, messages, hasOlder, rev } = event;
  const had = state.logs[id] ?? emptyLog;
  // A page may be older than what this browser has been told since it was drawn.
  if (had.messages.length > 0 && knownOf(state, id).rev >= rev) return state;
  const known = { ...knownOf(state, id), rev, ahead: [] };
  // The disk may be slower than the network is to fail.
  const log = { ...had, messages, hasOlder, hasNewer: false, error: null };
  return settle(
    withKnown(
      changeLog(state, id, () => log),
      id,
      known,
    ),
    id,
  );
}

function extend(state: ChatState, event: Extract<LogEvent, { type: 'log:extended' }>): ChatState {
  const { conversationId: id, side, from, hasMore } = event;
  const log = state.logs[id];
  if (!log) return state;
  const done = { ...log, loading: null };
  const edge = side === 'older' ? log.messages[0]?.seq : lastSeqIn(log);
  // Replaced meanwhile: the page has no place in it.
  if (edge !== from)
    return settle(
      changeLog(state, id, () => done),
      id,
    );
  const told = takeNews(state, id, event.messages);
  const row = told.conversations[id];
  const messages = joinMessages(log.messages, withNews(told, id, event.messages));
  const hasGrown = row !== undefined && endSeqOf(row) > event.endSeq;
  const joined: ConversationLog =
    side === 'older'
      ? { ...done, messages, hasOlder: hasMore }
      : {
          ...done,
          messages,
          hasNewer: hasMore || (hasGrown && (messages.at(-1)?.seq ?? 0) < endSeqOf(row)),
        };
  const trimmed = trimLog(joined, side === 'older' ? 'oldest' : 'newest', sidesKept.whole);
  return settle(
    changeLog(told, id, () => trimmed),
    id,
  );
}

function divided(
  log: ConversationLog,
  unread: Unread | null,
  { account }: ChatState,
): ConversationLog {
  if (!unread) return log.divider === null ? log : { ...log, divider: null };
  const counted = log.messages.filter(
    (message) => message.seq > unread.readSeq && isCounted(message, account.id),
  );
  const first = counted[0];
  const count = unread.count ?? counted.length;
  return { ...log, divider: first ? { seq: first.seq, count } : null };
}

/** Without a log only the row has to be up to date, and it is as far as the server's last one. */
function drop(state: ChatState, id: string): ChatState {
  const { [id]: _, ...logs } = state.logs;
  const known = knownOf(state, id);
  return settle(withKnown({ ...state, logs }, id, knowUpTo(known, known.base.rev)), id);
}
