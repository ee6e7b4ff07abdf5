import type { Presence, Receipt, User } from '#lib/contract/records.ts';
import { isLogEvent, reduceLog } from './windows.ts';
import { meet, placeConversations, placeMessages, placeReceipts, settle } from './rows.ts';
import type { ChatEvent, LogEvent } from './chat-events.ts';
import type { ChatState, PendingMessage } from './types.ts';

type Reducers = {
  [T in Exclude<ChatEvent, LogEvent>['type']]: (
    state: ChatState,
    event: Extract<ChatEvent, { type: T }>,
  ) => ChatState;
};

const reducers: Reducers = {
  ready: (state, { data }) => ({ ...state, account: data.user }),
  account: (state, { data }) => ({ ...state, account: data.user }),
  'account:updated': (state, { data }) => ({ ...state, account: data.user }),
  connection: (state, { connection }) => ({ ...state, connection }),
  network: (state, { hasNetwork }) => ({ ...state, hasNetwork }),
  'list:status': (state, { status }) => ({ ...state, listStatus: status }),
  conversations: (state, { items }) => placeConversations(state, items),
  'conversation:updated': (state, { data }) => placeConversations(state, [data.conversation]),
  'conversation:removed': (state, { data }) => removeFrom(state, data.conversationId),
  'conversation:gone': (state, { conversationId }) => dropConversation(state, conversationId),
  'message:new'(state, { data: { message } }) {
    const quiet = setTyping(state, message.conversationId, message.senderId, null);
    return placeMessages(quiet, message.conversationId, [message]);
  },
  'message:updated': (state, { data: { message } }) =>
    placeMessages(state, message.conversationId, [message]),
  'messages:pulled': (state, { conversationId, messages, upTo }) =>
    placeMessages(state, conversationId, messages, upTo),
  receipts: (state, { data }) => receive(state, data.conversationId, data.receipts),
  typing: (state, { data: { conversationId, userId, typing }, expiresAt }) =>
    setTyping(state, conversationId, userId, typing ? expiresAt : null),
  'typing:expired': (state, { now }) => expireTyping(state, now),
  presence: (state, { presences }) => setPresences(state, presences),
  'user:updated': (state, { data }) => updateProfile(state, data.user),
  people: (state, { users }) => meet(state, users),
  members: placeMembers,
  'members:dropped': (state, { conversationId }) => ({
    ...state,
    members: without(state.members, conversationId),
  }),
  'outbox:put': (state, { entry }) => putPending(state, entry),
  'outbox:removed': (state, { conversationId, clientId }) =>
    dropPending(state, conversationId, clientId),
  'outbox:read': (state, { entries }) => ({
    ...state,
    outbox: joinOutbox(state.outbox, entries),
  }),
  'outbox:lost': (state, { count }) => ({ ...state, lostUnsent: state.lostUnsent + count }),
  drafts: (state, { drafts }) => ({ ...state, drafts }),
  draft: (state, { conversationId, text }) => setDraft(state, conversationId, text),
};

/** The one door to the state: what the server says, what it answers and what oneself does. */
export function reduce(state: ChatState, event: ChatEvent): ChatState {
  if (isLogEvent(event)) return reduceLog(state, event);
  const reducer = reducers[event.type] as (state: ChatState, event: ChatEvent) => ChatState;
  return reducer(state, event);
}

function without<T>(record: Record<string, T>, key: string): Record<string, T> {
  if (!Object.hasOwn(record, key)) return record;
  const { [key]: _, ...rest } = record;
  return rest;
}

/** Membership has ended: what was visible stays, read-only. */
function removeFrom(state: ChatState, id: string): ChatState {
  const row = state.conversations[id];
  const typing = without(state.typing, id);
  if (!row || row.me.leftSeq !== null) return { ...state, typing };
  const left = { ...row, me: { ...row.me, leftSeq: row.lastSeq } };
  return { ...state, typing, conversations: { ...state.conversations, [id]: left } };
}

/** As if it had never been. What waits to be sent there stays: its writer has to hear of it. */
function dropConversation(state: ChatState, id: string): ChatState {
  return {
    ...state,
    conversations: without(state.conversations, id),
    logs: without(state.logs, id),
    members: without(state.members, id),
    receipts: without(state.receipts, id),
    former: without(state.former, id),
    typing: without(state.typing, id),
    known: without(state.known, id),
  };
}

function receive(state: ChatState, id: string, receipts: Receipt[]): ChatState {
  const next = placeReceipts(state, id, receipts);
  return next === state ? state : settle(next, id);
}

function setTyping(state: ChatState, id: string, userId: string, until: number | null): ChatState {
  if (userId === state.account.id) return state;
  const typers = state.typing[id] ?? {};
  if (until !== null)
    return { ...state, typing: { ...state.typing, [id]: { ...typers, [userId]: until } } };
  if (!Object.hasOwn(typers, userId)) return state;
  const left = without(typers, userId);
  const isLast = Object.keys(left).length === 0;
  return {
    ...state,
    typing: isLast ? without(state.typing, id) : { ...state.typing, [id]: left },
  };
}

function expireTyping(state: ChatState, now: number): ChatState {
  let next = state;
  for (const [id, typers] of Object.entries(state.typing))
    for (const [userId, until] of Object.entries(typers))
      if (until <= now) next = setTyping(next, id, userId, null);
  return next;
}

function setPresences(state: ChatState, presences: Presence[]): ChatState {
  const changed = presences.flatMap(({ userId, online, lastSeenAt }) => {
    const have = state.people[userId];
    if (!have || (have.online === online && have.lastSeenAt === lastSeenAt)) return [];
    return [{ ...have, online, lastSeenAt }];
  });
  return changed.length === 0 ? state : withPeople(state, changed);
}

function updateProfile(state: ChatState, user: User): ChatState {
  const met = meet(state, [user]);
  const account = user.id === state.account.id ? { ...state.account, ...user } : state.account;
  return withPeople({ ...met, account }, [met.people[user.id] ?? user]);
}

/** Rows and member lists hold people too. */
function withPeople(state: ChatState, users: User[]): ChatState {
  const changed = Object.fromEntries(users.map((user) => [user.id, user]));
  const rows = Object.values(state.conversations).flatMap((row) => {
    const peer = changed[row.peer?.id ?? ''];
    if (!peer) return [];
    return [[row.id, { ...row, peer, title: peer.displayName, avatarUrl: peer.avatarUrl }]];
  });
  const lists = Object.entries(state.members)
    .filter(([, members]) => members.some(({ user }) => changed[user.id]))
    .map(([id, members]) => [
      id,
      members.map((member) => ({ ...member, user: changed[member.user.id] ?? member.user })),
    ]);
  return {
    ...state,
    people: { ...state.people, ...changed },
    conversations:
      rows.length === 0
        ? state.conversations
        : { ...state.conversations, ...Object.fromEntries(rows) },
    members:
      lists.length === 0 ? state.members : { ...state.members, ...Object.fromEntries(lists) },
  };
}

function placeMembers(
  state: ChatState,
  { conversationId, members, former }: Extract<ChatEvent, { type: 'members' }>,
): ChatState {
  const met = meet(
    state,
    members.map(({ user }) => user),
  );
  const known = members.map((member) => ({
    ...member,
    user: met.people[member.user.id] ?? member.user,
  }));
  const receipts = members.map(({ user, deliveredSeq, readSeq }) => ({
    userId: user.id,
    deliveredSeq,
    readSeq,
  }));
  const listed = {
    ...met,
    members: { ...met.members, [conversationId]: known },
    ...(former && { former: { ...met.former, [conversationId]: former } }),
  };
  return receive(listed, conversationId, receipts);
}

function putPending(state: ChatState, entry: PendingMessage): ChatState {
  const id = entry.conversationId;
  const waiting = state.outbox[id] ?? [];
  const isThere = waiting.some(({ clientId }) => clientId === entry.clientId);
  const next = isThere
    ? waiting.map((other) => (other.clientId === entry.clientId ? entry : other))
    : [...waiting, entry];
  const log = state.logs[id];
  // The unread divider goes when one answers.
  const logs = log?.divider ? { ...state.logs, [id]: { ...log, divider: null } } : state.logs;
  return { ...state, logs, outbox: { ...state.outbox, [id]: next } };
}

function dropPending(state: ChatState, id: string, gone: string): ChatState {
  const left = (state.outbox[id] ?? []).filter(({ clientId }) => clientId !== gone);
  return { ...state, outbox: { ...state.outbox, [id]: left } };
}

/** What was written before this page opened comes before what has been written in it. */
function joinOutbox(outbox: ChatState['outbox'], entries: PendingMessage[]): ChatState['outbox'] {
  const joined = { ...outbox };
  const read = new Set(entries.map(({ clientId }) => clientId));
  for (const id of new Set(entries.map(({ conversationId }) => conversationId))) {
    const here = outbox[id] ?? [];
    const known = new Map(here.map((entry) => [entry.clientId, entry]));
    joined[id] = [
      ...entries
        .filter(({ conversationId }) => conversationId === id)
        .map((entry) => known.get(entry.clientId) ?? entry),
      ...here.filter(({ clientId }) => !read.has(clientId)),
    ];
  }
  return joined;
}

function setDraft(state: ChatState, id: string, text: string): ChatState {
  if ((state.drafts[id] ?? '') === text) return state;
  const drafts = text === '' ? without(state.drafts, id) : { ...state.drafts, [id]: text };
  return { ...state, drafts };
}
