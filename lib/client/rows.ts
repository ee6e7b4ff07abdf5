import type { Conversation, Message, Receipt, User } from '#lib/contract/records.ts';
import { findMessage, foldNews, lastSeqIn, mergeMessage } from './log.ts';
import type { ChatState, ConversationLog, Known } from './types.ts';

// Everything here is a join: the result depends on what has arrived, never on its order or on how
// often. What arrives goes to `known`, and `settle` derives row and log from it.

const newKnown: Known = {
  base: { rev: -1, lastSeq: 0, readSeq: 0, unreadCount: 0 },
  news: {},
  goneAt: {},
  rev: 0,
  ahead: [],
};

export const knownOf = (state: ChatState, id: string): Known => state.known[id] ?? newKnown;

/** Changes are missing: the row or its log is behind what the server has. */
export function isBehind(state: ChatState, id: string): boolean {
  const known = knownOf(state, id);
  return known.ahead.length > 0 || (state.conversations[id]?.rev ?? 0) > known.rev;
}

export function withKnown(state: ChatState, id: string, known: Known): ChatState {
  return state.known[id] === known ? state : { ...state, known: { ...state.known, [id]: known } };
}

/** Says that every change up to `rev` has arrived. */
export function knowUpTo(known: Known, rev: number): Known {
  let reached = Math.max(known.rev, rev);
  const ahead = known.ahead.filter((later) => {
    if (later === reached + 1) reached = later;
    return later > reached;
  });
  if (reached === known.rev && ahead.length === known.ahead.length) return known;
  return { ...known, rev: reached, ahead };
}

/** Says that the change `rev` has arrived. */
function noteRev(known: Known, rev: number): Known {
  if (rev <= known.rev || known.ahead.includes(rev)) return known;
  if (rev === known.rev + 1) return knowUpTo(known, rev);
  return { ...known, ahead: [...known.ahead, rev].sort((a, b) => a - b) };
}

/** A person's watermarks only move forward, and what is read has been delivered. */
export function placeReceipts(state: ChatState, id: string, receipts: Receipt[]): ChatState {
  const had = state.receipts[id] ?? {};
  let now = had;
  for (const { userId, ...marks } of receipts) {
    const before = now[userId] ?? { deliveredSeq: 0, readSeq: 0 };
    const readSeq = Math.max(before.readSeq, marks.readSeq);
    const deliveredSeq = Math.max(before.deliveredSeq, marks.deliveredSeq, readSeq);
    if (readSeq === before.readSeq && deliveredSeq === before.deliveredSeq) continue;
    now = { ...now, [userId]: { userId, deliveredSeq, readSeq } };
  }
  return now === had ? state : { ...state, receipts: { ...state.receipts, [id]: now } };
}

/** Remembers people. Presence is told by itself: a profile that comes late must not undo it. */
export function meet(state: ChatState, users: User[]): ChatState {
  let people = state.people;
  for (const user of users) {
    const have = people[user.id];
    const next = have ? { ...user, online: have.online, lastSeenAt: have.lastSeenAt } : user;
    if (have && isSameUser(have, next)) continue;
    if (people === state.people) people = { ...people };
    people[user.id] = next;
  }
  return people === state.people ? state : { ...state, people };
}

const isSameUser = (a: User, b: User) =>
  a.username === b.username &&
  a.displayName === b.displayName &&
  a.about === b.about &&
  a.avatarUrl === b.avatarUrl &&
  a.blocked === b.blocked &&
  a.deleted === b.deleted &&
  a.online === b.online &&
  a.lastSeenAt === b.lastSeenAt;

/** Rows as the server gives them, from whichever answer or event. */
export function placeConversations(state: ChatState, conversations: Conversation[]): ChatState {
  const met = meet(
    state,
    conversations.flatMap(({ peer }) => (peer ? [peer] : [])),
  );
  // Each by itself: to copy the records of thousands for every one of them would take seconds.
  const placed: Placed = { conversations: {}, known: {}, receipts: {}, logs: {} };
  for (const row of conversations) {
    const one = placeConversation({ ...met, ...alone(row.id, met, placed) }, row);
    for (const name of placedNames) Object.assign(placed[name], one[name]);
  }
  return {
    ...met,
    conversations: joined(met.conversations, placed.conversations),
    known: joined(met.known, placed.known),
    receipts: joined(met.receipts, placed.receipts),
    logs: joined(met.logs, placed.logs),
  };
}

const placedNames = ['conversations', 'known', 'receipts', 'logs'] as const;
type Placed = Pick<ChatState, (typeof placedNames)[number]>;

const alone = (id: string, met: ChatState, placed: Placed): Placed => ({
  conversations: only(id, placed.conversations, met.conversations),
  known: only(id, placed.known, met.known),
  receipts: only(id, placed.receipts, met.receipts),
  logs: only(id, placed.logs, met.logs),
});

function only<T>(id: string, ...records: Record<string, T>[]): Record<string, T> {
  const found = records.find((record) => record[id] !== undefined)?.[id];
  return found === undefined ? {} : { [id]: found };
}

const joined = <T>(had: Record<string, T>, placed: Record<string, T>): Record<string, T> =>
  Object.keys(placed).every((id) => placed[id] === had[id]) ? had : { ...had, ...placed };

function placeConversation(state: ChatState, row: Conversation): ChatState {
  const had = state.conversations[row.id];
  const got = joinRows(had, row, state.people);
  // What says the same is the same: it is neither drawn nor saved again.
  const next = had && isSame(had, got) ? had : got;
  const rows = { ...state, conversations: { [row.id]: next } };
  const based = withKnown(rows, row.id, rebase(knownOf(rows, row.id), row, rows.logs[row.id]));
  return settle(placeReceipts(based, row.id, receiptsIn(row, state.account.id)), row.id);
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [from, to] = [Object.entries(a), new Map(Object.entries(b))];
  return (
    from.length === to.size &&
    from.every(([key, value]) => to.has(key) && isSame(value, to.get(key)))
  );
}

function receiptsIn(row: Conversation, me: string): Receipt[] {
  const mine = { userId: me, deliveredSeq: row.me.deliveredSeq, readSeq: row.me.readSeq };
  return row.peer && row.receipts ? [mine, { userId: row.peer.id, ...row.receipts }] : [mine];
}

function rebase(known: Known, row: Conversation, log: ConversationLog | undefined): Known {
  const { base } = known;
  const isNewer = row.rev > base.rev || (row.rev === base.rev && row.me.readSeq >= base.readSeq);
  const { rev, lastSeq, unreadCount } = row;
  const based = isNewer
    ? { ...known, base: { rev, lastSeq, unreadCount, readSeq: row.me.readSeq } }
    : known;
  // A log has yet to fetch what the row tells of; without one the row is all there is to know.
  return log ? based : knowUpTo(based, rev);
}

function joinRows(
  have: Conversation | undefined,
  got: Conversation,
  people: Record<string, User>,
): Conversation {
  const peer = got.peer && (people[got.peer.id] ?? got.peer);
  if (!have) return peer ? { ...got, peer } : got;
  const [older, newer] = got.rev >= have.rev ? [have, got] : [got, have];
  const joined: Conversation = {
    ...(got.updatedAt >= have.updatedAt ? got : have),
    lastSeq: Math.max(have.lastSeq, got.lastSeq),
    rev: newer.rev,
    lastMessage: joinLast(older.lastMessage, newer.lastMessage),
    names: { ...older.names, ...newer.names },
    receipts: highest(have.receipts, got.receipts),
  };
  return peer ? { ...joined, peer } : joined;
}

function joinLast(older: Message | null, newer: Message | null): Message | null {
  if (!older || !newer) return newer;
  if (older.seq === newer.seq) return mergeMessage(older, newer);
  return newer;
}

type Marks = Conversation['receipts'];
const highest = (a: Marks, b: Marks): Marks =>
  a && b
    ? {
        deliveredSeq: Math.max(a.deliveredSeq, b.deliveredSeq),
        readSeq: Math.max(a.readSeq, b.readSeq),
      }
    : (a ?? b);

/** Messages of one conversation, whatever brought them. `upTo`: with them, all changes up to it. */
export function placeMessages(
  state: ChatState,
  id: string,
  messages: Message[],
  upTo?: number,
): ChatState {
  const had = knownOf(state, id);
  const log = state.logs[id];
  const last = state.conversations[id]?.lastMessage;
  const news = { ...had.news };
  const goneAt = { ...had.goneAt };
  let known = had;
  let hasNews = false;
  let ownSeq = 0;
  for (const message of messages) {
    const { seq } = message;
    const have = mergeVersions(findMessage(log, seq), had.news[seq]);
    const merged = mergeMessage(mergeVersions(have, news[seq]), message);
    if (merged !== have) hasNews = true;
    news[seq] = merged;
    for (const version of [message, have, last])
      if (version?.seq === seq && isGone(version) && version.rev < (goneAt[seq] ?? Infinity)) {
        goneAt[seq] = version.rev;
        hasNews = true;
      }
    if (isOwn(message, state.account.id)) ownSeq = Math.max(ownSeq, message.seq);
    known = noteRev(known, message.rev);
  }
  if (hasNews) known = { ...known, news, goneAt };
  if (upTo !== undefined) known = knowUpTo(known, upTo);
  let next = withoutPending(state, id, messages);
  next = withKnown(next, id, known);
  // Whoever writes has read what was there.
  if (ownSeq > 0) next = readUpTo(next, id, ownSeq);
  return next === state ? state : settle(next, id);
}

const mergeVersions = (a: Message | undefined, b: Message | undefined) =>
  b ? mergeMessage(a, b) : a;

const isOwn = (message: Message, me: string) =>
  message.senderId === me && message.kind !== 'system';

const readUpTo = (state: ChatState, id: string, seq: number): ChatState =>
  placeReceipts(state, id, [{ userId: state.account.id, deliveredSeq: seq, readSeq: seq }]);

function withoutPending(state: ChatState, id: string, messages: Message[]): ChatState {
  const waiting = state.outbox[id];
  if (!waiting?.length) return state;
  const sent = new Set(
    messages.filter(({ senderId }) => senderId === state.account.id).map((m) => m.clientId),
  );
  const left = waiting.filter(({ clientId }) => !sent.has(clientId));
  if (left.length === waiting.length) return state;
  return { ...state, outbox: { ...state.outbox, [id]: left } };
}

/** Where what a person sees of a conversation begins and ends. */
export const firstSeqOf = (row: Conversation): number => Math.max(1, row.me.visibleFromSeq);
export const endSeqOf = (row: Conversation): number =>
  Math.min(row.lastSeq, row.me.leftSeq ?? Number.MAX_SAFE_INTEGER);

/** Derives row and log anew from what is known. */
export function settle(state: ChatState, id: string): ChatState {
  const row = state.conversations[id];
  const known = state.known[id];
  if (!row || !known) return state;
  const had = state.logs[id];
  const missed = row.missed?.filter(({ userId }) => userId === state.account.id);
  let log = had && foldNews(had, known.news, firstSeqOf(row), missed);
  const newRow = settleRow(state, row, known, log);
  if (log?.hasNewer && lastSeqIn(log) >= endSeqOf(newRow)) log = { ...log, hasNewer: false };
  let next = withKnown(state, id, pruned(known, log, newRow));
  if (log && log !== had) next = { ...next, logs: { ...next.logs, [id]: log } };
  if (newRow !== row) next = { ...next, conversations: { ...next.conversations, [id]: newRow } };
  return next;
}

function settleRow(
  state: ChatState,
  row: Conversation,
  known: Known,
  log: ConversationLog | undefined,
): Conversation {
  const me = state.account.id;
  const mine = state.receipts[row.id]?.[me] ?? row.me;
  const readSeq = Math.max(row.me.readSeq, mine.readSeq);
  const deliveredSeq = Math.max(row.me.deliveredSeq, mine.deliveredSeq);
  const news = Object.values(known.news);
  const lastSeq = news.reduce((seq, message) => Math.max(seq, message.seq), row.lastSeq);
  const rev = news.reduce(
    (latest, message) => Math.max(latest, message.rev),
    Math.max(row.rev, known.rev, known.ahead.at(-1) ?? 0),
  );
  // The server's own row knows better what to show instead of what one has hidden.
  const later = news.filter((message) => message.rev > known.base.rev);
  const lastMessage = lastShown(row.lastMessage, later, log);
  const unreadCount = unreadIn(known, readSeq, log, me);
  const isSame =
    lastSeq === row.lastSeq &&
    rev === row.rev &&
    lastMessage === row.lastMessage &&
    unreadCount === row.unreadCount &&
    readSeq === row.me.readSeq &&
    deliveredSeq === row.me.deliveredSeq;
  if (isSame) return row;
  const myself = { ...row.me, readSeq, deliveredSeq };
  return { ...row, lastSeq, rev, lastMessage, unreadCount, me: myself };
}

function lastShown(
  last: Message | null,
  news: Message[],
  log: ConversationLog | undefined,
): Message | null {
  let shown = last;
  for (const message of news)
    if (!shown || message.seq > shown.seq) shown = message;
    else if (message.seq === shown.seq) shown = mergeMessage(shown, message);
  if (!shown) return null;
  shown = mergeMessage(findMessage(log, shown.seq), shown);
  // One's own list shows what came before a message that one has deleted for oneself.
  if (!shown.hidden || !log || log.hasNewer || log.messages.length === 0) return shown;
  return log.messages.findLast(({ hidden }) => !hidden) ?? (log.hasOlder ? shown : null);
}

const isGone = (message: Message) => message.deletedAt !== null || message.hidden;
const isTheirs = (message: Message, me: string) =>
  message.senderId !== me && message.kind !== 'system';

/** Messages that make a conversation unread: by others, no system lines, nothing deleted. */
export const isCounted = (message: Message, me: string): boolean =>
  isTheirs(message, me) && !isGone(message);

function unreadIn(
  { base, news, goneAt }: Known,
  readSeq: number,
  log: ConversationLog | undefined,
  me: string,
): number {
  let count = 0;
  // Of the server's own count only a part may be left: the log tells how large, if it reaches there.
  const isPartly = readSeq > base.readSeq && readSeq < base.lastSeq;
  const fromLog = isPartly ? countIn(log, readSeq, base.lastSeq, me) : null;
  if (readSeq <= base.readSeq) count = base.unreadCount;
  else if (isPartly) count = fromLog ?? Math.min(base.unreadCount, base.lastSeq - readSeq);
  for (const message of Object.values(news)) {
    if (message.seq <= readSeq || message.rev <= base.rev || !isTheirs(message, me)) continue;
    if (message.seq > base.lastSeq) count += isGone(message) ? 0 : 1;
    else if (fromLog === null && (goneAt[message.seq] ?? 0) > base.rev) count -= 1;
  }
  return Math.max(0, count);
}

function countIn(log: ConversationLog | undefined, after: number, to: number, me: string) {
  if (!log || log.messages.length === 0) return null;
  if (log.messages[0]!.seq > after + 1 || lastSeqIn(log) < to) return null;
  return log.messages.filter(
    (message) => message.seq > after && message.seq <= to && isCounted(message, me),
  ).length;
}

function pruned(known: Known, log: ConversationLog | undefined, row: Conversation): Known {
  // A page under way may bring an older version of what has just changed.
  if (log?.loading) return known;
  const isNeeded = (message: Message) =>
    (message.rev > known.base.rev && message.seq > row.me.readSeq) ||
    (log !== undefined && !log.hasNewer && message.seq > lastSeqIn(log));
  const all = Object.values(known.news);
  const needed = all.filter(isNeeded);
  if (needed.length === all.length) return known;
  const news = Object.fromEntries(needed.map((message) => [message.seq, message]));
  const goneAt = Object.fromEntries(
    Object.entries(known.goneAt).filter(([seq]) => news[Number(seq)]),
  );
  return { ...known, news, goneAt };
}
