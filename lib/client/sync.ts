import type { ServerEventData } from '#lib/contract/events.ts';
import type { Conversation, Member, Message } from '#lib/contract/records.ts';
import type { Call } from './api.ts';
import type { ChatEvent, Dispatch } from './chat-events.ts';
import { createCoalescer } from './coalesce.ts';
import { clientErrorOf } from './errors.ts';
import { findMessage, lastSeqIn, sidesKept, spare } from './log.ts';
import { createPace } from './pace.ts';
import { eachPage } from './pages.ts';
import { endSeqOf, isBehind, knownOf } from './rows.ts';
import type { Command } from './socket.ts';
import type { ChatState, Marks } from './types.ts';

export interface Sync {
  /** Compares everything anew: at each `ready`, and after a long time in the background. */
  resync(): void;
  /** The connection is ready: sends what it held back. */
  resume(): void;
  listConversations(): Promise<void>;
  loadMembers(id: string): Promise<void>;
  /** Looks at what an event, already in the state, leaves to be done. */
  after(event: ChatEvent): void;
  /** Pulls what a log is missing, if anything. */
  check(id: string): void;
  markRead(id: string): void;
  stop(): void;
}

interface SyncParts {
  get: () => ChatState;
  dispatch: Dispatch;
  call: Call;
  command: Command;
  /** Everything has been compared; what is missing of logs comes next. */
  onCompared?(): void;
}

const pageSize = 200;
/** So many unread messages are counted here; of more, the server's row tells the number. */
const mostNews = 200;
/** A log that is farther behind than this is fetched anew instead of being caught up. */
const mostPages = 5;

export function createSync({ get, dispatch, call, command, onCompared }: SyncParts): Sync {
  const delivered = createPace((conversationId, seq) =>
    command('markDelivered', { conversationId, seq }),
  );
  const read = createPace((conversationId, seq) => command('markRead', { conversationId, seq }));
  const isOnline = () => get().connection.status === 'online';
  const logs = createCoalescer(catchUp, { isOnline });
  const rows = createCoalescer(refreshRow, { isOnline, delayMs: 300 });
  const members = createCoalescer(loadMembers, { isOnline, delayMs: 500 });
  const people = createCoalescer(meetPerson, { isOnline });
  const everything = createCoalescer(compareAll, { isOnline, delayMs: 0 });

  async function listAll(): Promise<Set<string>> {
    const listed = new Set<string>();
    if (get().listStatus !== 'ready') dispatch({ type: 'list:status', status: 'loading' });
    try {
      await eachPage(
        (cursor) => call('listConversations', { limit: pageSize, cursor }),
        ({ items }) => {
          dispatch({ type: 'conversations', items });
          for (const { id, me } of items) {
            listed.add(id);
            readAsHere(id, me.readSeq);
          }
        },
      );
      dispatch({ type: 'list:status', status: 'ready' });
      return listed;
    } catch (error) {
      const isShown = get().listStatus === 'ready';
      if (!isShown) dispatch({ type: 'list:status', status: clientErrorOf(error) });
      throw error;
    }
  }

  /** What was read here when nobody could be told is read for all devices. */
  function readAsHere(id: string, toldSeq: number): void {
    const here = get().conversations[id]?.me;
    if (here && here.leftSeq === null && here.readSeq > toldSeq) read.mark(id, here.readSeq);
  }

  async function compareAll(): Promise<void> {
    const before = Object.keys(get().conversations);
    const listed = await listAll();
    for (const id of before) if (!listed.has(id)) rows.ask(id);
    for (const id of Object.keys(get().logs)) check(id);
    for (const id of Object.keys(get().members)) refreshMembers(id);
    for (const row of Object.values(get().conversations)) deliver(row);
    onCompared?.();
  }

  function check(id: string): void {
    const log = get().logs[id];
    // A log whose first page is under way, or has failed, has nothing to catch up with yet.
    if (log && (log.loading === 'first' || (log.error && log.messages.length === 0))) return;
    if (isBehind(get(), id)) (log ? logs : rows).ask(id);
  }

  async function catchUp(id: string): Promise<void> {
    const state = get();
    const row = state.conversations[id];
    if (!row || !state.logs[id] || !isBehind(state, id)) return;
    const known = knownOf(state, id);
    const upTo = Math.max(row.rev, known.ahead.at(-1) ?? 0);
    const messages: Message[] = [];
    let since = known.rev;
    let hasMore = true;
    for (let page = 0; hasMore && page < mostPages; page += 1) {
      const input = { conversationId: id, sinceRev: since, limit: pageSize };
      const answer = await call('listMessages', input);
      messages.push(...answer.messages);
      since = answer.messages.at(-1)?.rev ?? since;
      hasMore = answer.hasMore && answer.messages.length > 0;
    }
    if (hasMore) return startAnew(id, upTo);
    dispatch({
      type: 'messages:pulled',
      conversationId: id,
      messages,
      upTo: Math.max(upTo, since),
    });
    // Another hole has shown itself meanwhile: its own pull brings the end too.
    if (isBehind(get(), id)) return check(id);
    await reachEnd(id);
  }

  /** Too much has changed: the latest page instead, and the row tells the rest. */
  async function startAnew(id: string, upTo: number): Promise<void> {
    if (get().openId !== id) {
      dispatch({ type: 'log:dropped', conversationId: id });
      return;
    }
    dispatch({ type: 'log:loading', conversationId: id, part: 'newer' });
    try {
      const { messages, hasMore } = await call('listMessages', { conversationId: id, limit: 50 });
      dispatch({ type: 'log:replaced', conversationId: id, messages, hasOlder: hasMore });
      dispatch({ type: 'messages:pulled', conversationId: id, messages: [], upTo });
    } catch (error) {
      dispatch({ type: 'log:failed', conversationId: id, error: clientErrorOf(error) });
      throw error;
    }
  }

  /** After a time out of a group its seqs have a gap, which only the next page bridges. */
  async function reachEnd(id: string): Promise<void> {
    const row = get().conversations[id];
    const log = get().logs[id];
    if (!row || !log || log.loading || log.hasNewer) return;
    const from = lastSeqIn(log);
    const endSeq = endSeqOf(row);
    if (from >= endSeq) return;
    const input = { conversationId: id, after: from, limit: pageSize };
    const { messages, hasMore } = await call('listMessages', input);
    dispatch({
      type: 'log:extended',
      conversationId: id,
      side: 'newer',
      from,
      messages,
      hasMore,
      endSeq,
    });
  }

  async function refreshRow(conversationId: string): Promise<void> {
    try {
      const { conversation } = await call('readConversation', { conversationId });
      dispatch({ type: 'conversation:updated', data: { conversation } });
      deliver(conversation);
      check(conversationId);
    } catch (error) {
      if (clientErrorOf(error).code !== 'not_found') throw error;
      const { openId, outbox } = get();
      // Who looks at it, or waits to send there, has to see what becomes of it.
      const isNeeded = openId === conversationId || (outbox[conversationId] ?? []).length > 0;
      if (isNeeded) dispatch({ type: 'conversation:removed', data: { conversationId } });
      else dispatch({ type: 'conversation:gone', conversationId });
    }
  }

  const memberLoads = new Map<string, Promise<void>>();
  /** The page and the log both want them: whoever comes second waits for the first. */
  function loadMembers(id: string): Promise<void> {
    const underWay = memberLoads.get(id);
    if (underWay) return underWay;
    const load = fetchMembers(id).finally(() => memberLoads.delete(id));
    memberLoads.set(id, load);
    return load;
  }

  async function fetchMembers(conversationId: string): Promise<void> {
    // Who has left learns nothing further of who is in it.
    if ((get().conversations[conversationId]?.me.leftSeq ?? null) !== null) return;
    const all: Member[] = [];
    let former: Marks | null = null;
    await eachPage(
      (cursor) => call('listMembers', { conversationId, limit: pageSize, cursor }),
      (page) => {
        all.push(...page.items);
        former = page.former;
      },
    );
    dispatch({ type: 'members', conversationId, members: all, former });
    meetSenders(conversationId);
  }

  /** Of a group in view at once; of another when it is opened again. */
  function refreshMembers(conversationId: string): void {
    if (!get().members[conversationId]) return;
    if (get().openId === conversationId) members.ask(conversationId);
    else dispatch({ type: 'members:dropped', conversationId });
  }

  async function meetPerson(userId: string): Promise<void> {
    if (get().people[userId]) return;
    const { user } = await call('readUser', { userId });
    dispatch({ type: 'people', users: [user] });
  }

  const strangers = new Set<string>();
  /** People who have left are not among the members, but what they wrote is there. */
  function meetSenders(id: string, messages = get().logs[id]?.messages ?? []): void {
    const { people: met, conversations, account } = get();
    if (conversations[id]?.kind !== 'group') return;
    const named = messages.flatMap(({ senderId, system }) => [
      senderId,
      ...(system?.userIds ?? []),
    ]);
    for (const userId of named) {
      if (userId === account.id || met[userId] || strangers.has(userId)) continue;
      strangers.add(userId);
      people.ask(userId);
    }
  }

  function deliver({ id, me, lastSeq, lastMessage }: Conversation): void {
    if (me.leftSeq !== null || me.deliveredSeq >= lastSeq) return;
    // Whoever wrote last has received everything before: the server knows.
    const isMine = lastMessage?.senderId === get().account.id && lastMessage.kind !== 'system';
    if (!isMine) delivered.mark(id, lastSeq);
  }

  /** Whether a deleted message that the log does not hold was counted before, only the server knows. */
  function isCountUnsure({ conversationId, seq, deletedAt }: Message): boolean {
    const { conversations, logs } = get();
    const readSeq = conversations[conversationId]?.me.readSeq ?? 0;
    return deletedAt !== null && seq > readSeq && !findMessage(logs[conversationId], seq);
  }

  function afterMessage(message: Message, isNew: boolean): void {
    const id = message.conversationId;
    const { account, conversations } = get();
    const row = conversations[id];
    if (!row) return rows.ask(id);
    check(id);
    // What to show instead of a message that one has hidden is the server's to say.
    if (row.lastMessage?.hidden || isCountUnsure(message)) rows.ask(id);
    if (Object.keys(knownOf(get(), id).news).length > mostNews) rows.ask(id);
    meetSenders(id, [message]);
    if (message.system && changesMembers.has(message.system.type)) refreshMembers(id);
    if (isNew && message.senderId !== account.id && row.me.leftSeq === null)
      delivered.mark(id, message.seq);
  }

  function afterReceipts({ conversationId: id, receipts }: ServerEventData<'receipts'>): void {
    const userIds = receipts.map(({ userId }) => userId);
    const latest = Math.max(
      ...receipts.map((receipt) => Math.max(receipt.deliveredSeq, receipt.readSeq)),
    );
    const { account, conversations, members: listed } = get();
    const row = conversations[id];
    if (!row) return;
    // Somebody has what has not arrived here: it may be the last for a long time.
    if (latest > row.lastSeq) rows.ask(id);
    const { base } = knownOf(get(), id);
    // Read in part on another device: how many are left is the server's to say.
    const isPartlyRead =
      userIds.includes(account.id) &&
      row.me.readSeq > base.readSeq &&
      row.me.readSeq < base.lastSeq;
    const isOfOthers = userIds.some((userId) => userId !== account.id);
    // Whose watermark is the lowest is the server's to say while the members are not loaded.
    const isLowestUnknown =
      row.kind === 'group' && !listed[id] && row.lastMessage?.senderId === account.id;
    if (isPartlyRead || (isOfOthers && isLowestUnknown)) rows.ask(id);
  }

  function afterUpdate(conversation: Conversation): void {
    check(conversation.id);
    deliver(conversation);
    const listed = get().members[conversation.id];
    if (listed && listed.length !== conversation.memberCount) refreshMembers(conversation.id);
  }

  function after(event: ChatEvent): void {
    if (event.type === 'message:new' || event.type === 'message:updated')
      afterMessage(event.data.message, event.type === 'message:new');
    else if (event.type === 'receipts') afterReceipts(event.data);
    else if (event.type === 'conversation:updated') afterUpdate(event.data.conversation);
    else if (event.type === 'conversation:removed') rows.ask(event.data.conversationId);
  }

  return {
    resync() {
      for (const part of [logs, rows, members, people, everything]) part.hurry();
      everything.ask('');
    },
    resume() {
      delivered.resume();
      read.resume();
    },
    async listConversations() {
      await listAll();
    },
    loadMembers,
    after,
    check(id) {
      check(id);
      const { members: listed, conversations } = get();
      // While the members are being loaded, everybody looks like a stranger. Who has left never has them.
      const isListed = listed[id] || (conversations[id]?.me.leftSeq ?? null) !== null;
      if (isListed) meetSenders(id);
    },
    markRead(id) {
      const row = get().conversations[id];
      if (!row || row.me.readSeq >= endSeqOf(row)) return;
      // Who reads the newest is far from the oldest: a long stay must not fill the memory.
      const log = get().logs[id];
      if (log && !log.loading && log.messages.length > sidesKept.whole + spare)
        dispatch({
          type: 'log:trimmed',
          conversationId: id,
          most: sidesKept.whole,
          keep: 'newest',
        });
      const seq = endSeqOf(row);
      const receipt = { userId: get().account.id, deliveredSeq: seq, readSeq: seq };
      dispatch({ type: 'receipts', data: { conversationId: id, receipts: [receipt] } });
      read.mark(id, seq);
    },
    stop() {
      for (const part of [delivered, read, logs, rows, members, people, everything]) part.stop();
    },
  };
}

const changesMembers = new Set([
  'members_added',
  'member_removed',
  'member_left',
  'role_changed',
  'owner_changed',
]);
