import type {
  Account,
  Conversation,
  Member,
  Message,
  Receipt,
  User,
} from '#lib/contract/records.ts';
import type { Input, Output } from '#lib/contract/operations.ts';
import type { ChatEvent } from '#lib/client/chat-events.ts';
import type { DeviceStore } from '#lib/client/device-store.ts';
import type { KeptLog } from '#lib/client/kept-rows.ts';
import { reduce } from '#lib/client/reduce.ts';
import { initialState } from '#lib/client/state.ts';
import type { TabNews, Tabs } from '#lib/client/tabs.ts';
import type { ChatState, PendingMessage } from '#lib/client/types.ts';

export const idOf = (n: number): string => n.toString(16).padStart(24, '0');
const timeOf = (n: number): string => new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString();

export const person = (n: number, displayName: string): User => ({
  id: idOf(n),
  username: displayName.toLowerCase(),
  displayName,
  about: '',
  avatarUrl: null,
  online: false,
  lastSeenAt: null,
});

export const ana: Account = {
  ...person(1, 'Ana'),
  email: null,
  hasPassword: true,
  privacy: { lastSeen: 'everyone', online: 'everyone', readReceipts: true },
};
export const ben = person(2, 'Ben');
export const cleo = person(3, 'Cleo');

export const memberOf = (user: User, given: Partial<Member> = {}): Member => ({
  user,
  role: 'member',
  joinedAt: timeOf(0),
  readSeq: 0,
  deliveredSeq: 0,
  ...given,
});

/** A conversation as the server keeps it, and as Ana sees it; every change gives what Ana is told. */
export function createServerSide({
  kind = 'direct',
  id = idOf(100),
  pageSize = 200,
}: {
  kind?: Conversation['kind'];
  id?: string;
  /** A page of its history ends after so many, whatever was asked for. */
  pageSize?: number;
} = {}) {
  const messages: Message[] = [];
  const receipts = new Map<string, Receipt>();
  let rev = 0;

  const marksOf = (userId: string): Receipt =>
    receipts.get(userId) ?? { userId, deliveredSeq: 0, readSeq: 0 };
  const at = (seq: number) => messages[seq - 1];
  const change = (seq: number, to: Partial<Message>): ChatEvent => {
    const message = { ...at(seq)!, ...to, rev: (rev += 1) };
    messages[seq - 1] = message;
    return { type: 'message:updated', data: { message } };
  };

  return {
    id,
    messages,
    lastSeq: () => messages.length,
    rev: () => rev,
    isGone: (seq: number) => !at(seq) || at(seq)!.deletedAt !== null || at(seq)!.hidden,
    marksOf,
    post(sender: User, text = 'hello', given: Partial<Message> = {}): ChatEvent {
      const seq = messages.length + 1;
      rev += 1;
      const message: Message = {
        id: idOf(1000 + seq),
        conversationId: id,
        seq,
        rev,
        clientId: `client-${seq}`,
        senderId: sender.id,
        kind: 'text',
        text,
        createdAt: timeOf(seq),
        editedAt: null,
        deletedAt: null,
        hidden: false,
        system: null,
        ...given,
      };
      messages.push(message);
      return { type: 'message:new', data: { message } };
    },
    edit: (seq: number, text: string) => change(seq, { text, editedAt: timeOf(rev) }),
    remove: (seq: number) => change(seq, { text: '', deletedAt: timeOf(rev) }),
    hide: (seq: number) => change(seq, { text: '', hidden: true, system: null }),
    /** Somebody else deletes it for themselves: to Ana nothing of it changes but its rev. */
    touch: (seq: number) => change(seq, {}),
    mark(user: User, to: Partial<Receipt>): ChatEvent {
      const before = marksOf(user.id);
      const readSeq = Math.max(before.readSeq, to.readSeq ?? 0);
      const deliveredSeq = Math.max(before.deliveredSeq, to.deliveredSeq ?? 0, readSeq);
      const receipt = { userId: user.id, deliveredSeq, readSeq };
      receipts.set(user.id, receipt);
      return { type: 'receipts', data: { conversationId: id, receipts: [receipt] } };
    },
    unread(): number {
      return messages.filter(
        ({ seq, senderId, kind: of, deletedAt, hidden }) =>
          seq > marksOf(ana.id).readSeq &&
          senderId !== ana.id &&
          of !== 'system' &&
          deletedAt === null &&
          !hidden,
      ).length;
    },
    row(given: Partial<Conversation> = {}): Conversation {
      const mine = marksOf(ana.id);
      const theirs = marksOf(ben.id);
      return {
        id,
        kind,
        title: kind === 'direct' ? ben.displayName : 'Garden',
        avatarUrl: null,
        memberCount: kind === 'direct' ? 2 : 3,
        ...(kind === 'direct' && { peer: ben }),
        lastSeq: messages.length,
        rev,
        lastMessage: messages.findLast(({ hidden }) => !hidden) ?? null,
        unreadCount: this.unread(),
        receipts:
          kind === 'direct' ? { deliveredSeq: theirs.deliveredSeq, readSeq: theirs.readSeq } : null,
        names: {},
        me: {
          role: 'member',
          readSeq: mine.readSeq,
          deliveredSeq: mine.deliveredSeq,
          visibleFromSeq: 1,
          leftSeq: null,
          mutedUntil: null,
          archived: false,
          pinned: false,
        },
        createdAt: timeOf(0),
        updatedAt: timeOf(0),
        ...given,
      };
    },
    list({
      before,
      after,
      around: asked,
      at,
      sinceRev,
      limit: wanted = 50,
    }: Omit<Input<'listMessages'>, 'conversationId'>): Output<'listMessages'> {
      const limit = Math.min(wanted, pageSize);
      if (sinceRev !== undefined) {
        const changed = messages
          .filter((message) => message.rev > sinceRev)
          .sort((a, b) => a.rev - b.rev);
        return { messages: changed.slice(0, limit), hasMore: changed.length > limit };
      }
      if (after !== undefined)
        return {
          messages: messages.slice(after, after + limit),
          hasMore: messages.length > after + limit,
        };
      const since = messages.findIndex(({ createdAt }) => at !== undefined && createdAt >= at);
      const around = since === -1 ? asked : since + 1;
      if (around !== undefined) {
        const from = Math.max(0, around - 1 - Math.floor(limit / 2));
        return { messages: messages.slice(from, from + limit), hasMore: true };
      }
      const to = before === undefined ? messages.length : before - 1;
      return { messages: messages.slice(Math.max(0, to - limit), to), hasMore: to > limit };
    },
  };
}

export type ServerSide = ReturnType<typeof createServerSide>;

/** What Ana's browser has after these events. */
export const after = (state: ChatState, events: ChatEvent[]): ChatState =>
  events.reduce(reduce, state);

export const fresh = (...rows: Conversation[]): ChatState => initialState(ana, rows);

/** Ana's browser with the conversation listed and its latest page loaded. */
export function loaded(server: ServerSide): ChatState {
  const { messages, hasMore } = server.list({});
  return after(fresh(server.row()), [
    { type: 'log:loading', conversationId: server.id, part: 'first' },
    {
      type: 'log:replaced',
      conversationId: server.id,
      messages,
      hasOlder: hasMore,
      unread: null,
    },
  ]);
}

type Listener = (now: ChatState, before: ChatState) => void;

/** A state to read and to dispatch to, and every event that was dispatched. */
export function createHolder(start: ChatState) {
  let state = start;
  const events: ChatEvent[] = [];
  const listeners = new Set<Listener>();
  return {
    events,
    get: () => state,
    dispatch(event: ChatEvent) {
      const before = state;
      events.push(event);
      state = reduce(state, event);
      for (const listener of listeners) listener(state, before);
    },
    subscribe(listener: Listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** A browser that keeps what it is given, and shares it among its tabs; one of them has the turn. */
export function createBrowser({ hasLocks = true } = {}) {
  let isFull = false;
  const onGone: (() => void)[] = [];
  const unsent = new Map<string, PendingMessage>();
  let kept: Account | null = null;
  const rows = new Map<string, Conversation>();
  const logs = new Map<string, KeptLog>();
  const lost: string[] = [];
  const tabs: { hear: (news: TabNews) => void; tab: Tabs }[] = [];
  const queue: { turn(): void; lost(): void }[] = [];

  const device: DeviceStore = {
    async readUnsent() {
      return { entries: [...unsent.values()], lost: lost.splice(0) };
    },
    async addUnsent(entry) {
      if (isFull) return false;
      if (!unsent.has(entry.clientId)) unsent.set(entry.clientId, entry);
      return true;
    },
    async changeUnsent(entry) {
      if (unsent.has(entry.clientId)) unsent.set(entry.clientId, entry);
    },
    async removeUnsent(clientId) {
      unsent.delete(clientId);
    },
    readAccount: async () => kept,
    async readConversations(_first, take) {
      if (rows.size > 0) take([...rows.values()]);
    },
    readLog: async (id) => logs.get(id) ?? null,
    async saveCopy(changes) {
      kept = changes.account ?? kept;
      for (const row of changes.conversations) rows.set(row.id, row);
      for (const log of changes.logs) logs.set(log.conversationId, log);
      for (const id of changes.gone) rows.delete(id);
      for (const id of changes.gone) logs.delete(id);
    },
    countKept: () => Promise.resolve(null),
    async forget(what) {
      kept = null;
      rows.clear();
      logs.clear();
      if (what === 'everything') unsent.clear();
    },
    onGone: (listener) => void onGone.push(listener),
    close() {},
  };

  function openTab(): Tabs {
    let mine: { hear: (news: TabNews) => void; tab: Tabs } | undefined;
    const tab: Tabs = {
      start: (hear) => void tabs.push((mine = { hear, tab })),
      tell(news) {
        for (const other of tabs) if (other !== mine) other.hear(news);
      },
      takeTurn(on) {
        const asking = { ...on };
        queue.push(asking);
        if (!hasLocks || queue[0] === asking) asking.turn();
        const leave = () => {
          const had = queue[0] === asking;
          if (queue.includes(asking)) queue.splice(queue.indexOf(asking), 1);
          return had;
        };
        return {
          insist() {
            leave();
            const [robbed] = queue.splice(0, 1, asking);
            asking.turn();
            robbed?.lost();
          },
          end() {
            if (leave() && hasLocks) queue[0]?.turn();
          },
        };
      },
      stop: () => void tabs.splice(tabs.indexOf(mine!), 1),
    };
    return tab;
  }

  return {
    device,
    openTab,
    unsent,
    rows,
    logs,
    lost,
    fill: () => (isFull = true),
    /** As the person or the system does: everything is gone, and the page is told. */
    deleteAll() {
      for (const kept of [unsent, rows, logs]) kept.clear();
      for (const listener of onGone) listener();
    },
  };
}

export type Browser = ReturnType<typeof createBrowser>;
