import type { Conversation, Message, Role, User } from '#lib/contract/records.ts';
import type { ChatState, Marks, PendingMessage, Tick } from './types.ts';

/** Selectors for `useChat`: the same state gives the identical result, so nothing renders in vain. */

const nothingPending: PendingMessage[] = [];
const nobody: string[] = [];

/** Keeps the last result for each key for as long as what it was made of stays the same. */
export function remembered<T>() {
  const kept = new Map<string, { from: unknown[]; result: T }>();
  return (key: string, from: unknown[], make: () => T): T => {
    const last = kept.get(key);
    if (last && from.every((part, index) => part === last.from[index])) return last.result;
    const result = make();
    kept.set(key, { from, result });
    return result;
  };
}

const rememberRows = remembered<Conversation[]>();
const rememberTypers = remembered<string[]>();
const rememberUnread = remembered<number>();

/** Of each row as it is: to read all the times anew for every comparison would take long. */
const activities = new WeakMap<Conversation, number>();

function activityOf(row: Conversation): number {
  const known = activities.get(row);
  if (known !== undefined) return known;
  const at = Date.parse(row.lastMessage?.createdAt ?? row.createdAt);
  activities.set(row, at);
  return at;
}

const byActivity = (a: Conversation, b: Conversation) =>
  Number(b.me.pinned) - Number(a.me.pinned) ||
  activityOf(b) - activityOf(a) ||
  (a.id < b.id ? 1 : -1);

let lastRows: Conversation[] = [];

/** The chat list, archived conversations included: pinned ones, then by their last message. */
export function listRows(state: ChatState): Conversation[] {
  const { conversations, drafts, outbox, openId } = state;
  const hasBegun = (row: Conversation) =>
    row.kind === 'group' ||
    row.lastMessage !== null ||
    (drafts[row.id] ?? '') !== '' ||
    (outbox[row.id]?.length ?? 0) > 0;
  const open = conversations[openId ?? ''];
  const bare = open && !hasBegun(open) ? open : null;
  return rememberRows('', [conversations, drafts, outbox, bare], () => {
    const rows = Object.values(conversations)
      .filter((row) => hasBegun(row) || row === bare)
      .sort(byActivity);
    // A draft is written: the list is the same.
    if (!isSameList(rows, lastRows)) lastRows = rows;
    return lastRows;
  });
}

/** Whether both have the same things in the same order. */
export const isSameList = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((item, index) => item === b[index]);

/** The ticks of an own message; null for everything that has none. */
export function tickOf(state: ChatState, message: Message | PendingMessage): Tick | null {
  if ('status' in message) return message.status;
  if (message.senderId !== state.account.id) return null;
  if (message.kind === 'system' || message.deletedAt !== null) return null;
  const conversation = state.conversations[message.conversationId];
  if (!conversation) return 'sent';
  if (isMissed(conversation, message)) return 'sent';
  const { deliveredSeq, readSeq } = lowestReceipt(state, conversation, message);
  if (readSeq >= message.seq) return 'read';
  return deliveredSeq >= message.seq ? 'delivered' : 'sent';
}

/** The other person had blocked its sender when it was sent: it never reaches them. */
const isMissed = ({ missed }: Conversation, { senderId, seq }: Message): boolean =>
  missed?.some(({ userId, from, to }) => userId !== senderId && from <= seq && seq <= to) ?? false;

const noMarks: Marks = { deliveredSeq: 0, readSeq: 0 };

function lowestReceipt(state: ChatState, conversation: Conversation, message: Message): Marks {
  const all = conversation.receipts ?? noMarks;
  const members = conversation.kind === 'group' ? state.members[conversation.id] : undefined;
  if (!members) {
    const peer = conversation.peer && watermarkOf(state, conversation.id, conversation.peer.id);
    return peer ? highest(peer, all) : all;
  }
  let lowest: Marks | null = null;
  for (const member of members) {
    // Who joined later is no recipient of it: old ticks do not fall back to grey.
    if (member.user.id === state.account.id || member.joinedAt > message.createdAt) continue;
    const marks = watermarkOf(state, conversation.id, member.user.id);
    lowest = lowest
      ? {
          deliveredSeq: Math.min(lowest.deliveredSeq, marks.deliveredSeq),
          readSeq: Math.min(lowest.readSeq, marks.readSeq),
        }
      : marks;
  }
  return highest(lowest ?? farthest(state, conversation.id), all);
}

/**
 * Of a message whose recipients have all left, how far the one of all who got farthest has come: what
 * was read stays read, also by somebody who has come back.
 */
function farthest({ former, receipts, account }: ChatState, id: string): Marks {
  const others = Object.values(receipts[id] ?? {}).filter(({ userId }) => userId !== account.id);
  return others.reduce<Marks>(highest, former[id] ?? noMarks);
}

const highest = (a: Marks, b: Marks): Marks => {
  const readSeq = Math.max(a.readSeq, b.readSeq);
  return { readSeq, deliveredSeq: Math.max(a.deliveredSeq, b.deliveredSeq, readSeq) };
};

/** How far one person has received and read, as far as is known. */
const watermarkOf = (state: ChatState, conversationId: string, userId: string): Marks =>
  state.receipts[conversationId]?.[userId] ?? noMarks;

export const pendingOf = (state: ChatState, id: string): PendingMessage[] =>
  state.outbox[id] ?? nothingPending;

/** Whether what one is told of others holds: the browser may know that its network is gone before the socket. */
export const isConnected = ({ connection, hasNetwork }: ChatState): boolean =>
  hasNetwork && connection.status === 'online';

/** Whether somebody is there; without a connection nobody knows. */
export const isThere = (state: ChatState, person: User | undefined): boolean =>
  isConnected(state) && Boolean(person && (state.people[person.id] ?? person).online);

/** Names of the people who are typing, the first to start first; empty where not known. */
export function typersIn(state: ChatState, id: string): string[] {
  const typing = state.typing[id];
  if (!typing || !isConnected(state)) return nobody;
  const conversation = state.conversations[id];
  const from = [typing, state.people, state.members[id], conversation?.names];
  return rememberTypers(id, from, () =>
    Object.keys(typing).map((userId) => nameOf(state, userId, conversation)),
  );
}

/** Something unread can be read. What somebody had not read when they left stays so, and waits for nobody. */
export const isUnread = (row: Conversation): boolean => row.unreadCount > 0 && canPost(row);

/** Conversations with something unread that is worth a sign: neither muted nor archived. */
export const unreadChats = ({ conversations }: ChatState, now: number = Date.now()): number =>
  rememberUnread(
    '',
    [conversations, Math.floor(now / 1_000)],
    () =>
      Object.values(conversations).filter(
        (row) => isUnread(row) && !row.me.archived && !isMuted(row, now),
      ).length,
  );

export const isMuted = ({ me }: Conversation, now: number = Date.now()): boolean =>
  me.mutedUntil !== null && Date.parse(me.mutedUntil) > now;

/** False once one has left or been removed: what is left can be read only. */
export const canPost = (conversation: Conversation): boolean => conversation.me.leftSeq === null;

/** The person as last heard of, presence included. */
export const personOf = (state: ChatState, userId: string): User | undefined =>
  userId === state.account.id ? state.account : state.people[userId];

/** What somebody is in a group; null where its members are not known, or they are none of them. */
export const roleOf = (state: ChatState, conversationId: string, userId: string): Role | null =>
  state.members[conversationId]?.find(({ user }) => user.id === userId)?.role ?? null;

/** Empty for somebody of whom nothing is known here. */
export const nameOf = (state: ChatState, userId: string, conversation?: Conversation): string =>
  personOf(state, userId)?.displayName ??
  state.members[conversation?.id ?? '']?.find(({ user }) => user.id === userId)?.user.displayName ??
  conversation?.names[userId] ??
  '';
