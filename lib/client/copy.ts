import type { Account, Conversation } from '#lib/contract/records.ts';
import type { Dispatch } from './chat-events.ts';
import type { CopyChanges, DeviceStore } from './device-store.ts';
import type { KeptLog } from './kept-rows.ts';
import { isBehind, knownOf } from './rows.ts';
import type { ChatState } from './types.ts';
import { within } from './within.ts';

/** The conversations and the ends of their logs, as this browser keeps them from one page to the next. */
export interface Copy {
  /** Shows what is kept, as far as the server has not told better. @param isOld the page has been kept too */
  start(isOld?: boolean): Promise<void>;
  /** Shows the end of a conversation's log, if it is kept and none is loaded. */
  restore(id: string): Promise<void>;
  saveNow(): void;
  stop(): void;
}

interface CopyParts {
  get: () => ChatState;
  dispatch: Dispatch;
  subscribe: (listener: () => void) => () => void;
  device: DeviceStore;
  /** Compares everything with the server. */
  resync(): void;
}

const mostMessages = 100;
/** Characters of text in one log: a few very long messages must not fill the disk. */
const mostText = 256 * 1024;
const saveEveryMs = 500;
const rowsAtOnce = 200;
/** The network may well answer before a disk that takes longer. */
const patienceMs = 500;

type Saved = Pick<ChatState, 'conversations' | 'logs' | 'known'> & { account: Account | null };
const nothingSaved: Saved = { account: null, conversations: {}, logs: {}, known: {} };

export function createCopy({ get, dispatch, subscribe, device, resync }: CopyParts): Copy {
  let saved = nothingSaved;
  let showsFirst = () => {};
  const first = new Promise<void>((resolve) => (showsFirst = resolve));
  let showsAll = () => {};
  const all = new Promise<void>((resolve) => (showsAll = resolve));
  let timer: ReturnType<typeof setTimeout> | undefined;
  let unsubscribe = () => {};
  /** A page that was kept is not to be written over what is newer on disk. */
  let isMerged = true;

  async function readConversations(isOld: boolean): Promise<void> {
    let isNew = false;
    const show = (kept: Conversation[]) => {
      const have = get().conversations;
      // The server's row is of now, whatever this browser was told before; one that was kept is not.
      const items = kept.filter(({ id, rev }) => !have[id] || (isOld && rev > have[id].rev));
      if (items.length > 0) {
        isNew = true;
        dispatch({ type: 'conversations', items });
        noteSaved(items);
        if (get().listStatus !== 'ready') dispatch({ type: 'list:status', status: 'ready' });
      }
      showsFirst();
    };
    await device.readConversations(get().openId, show);
    showsFirst();
    showsAll();
    const { openId, logs } = get();
    if (isOld && openId !== null && logs[openId] && isBehind(get(), openId)) await readLog(openId);
    // The server may have told already, and know nothing of these.
    if (isNew && get().connection.status === 'online') resync();
  }

  /** What was read needs not be written. */
  function noteSaved(items: Conversation[]): void {
    const { conversations } = get();
    const read = items.flatMap(({ id }) => (conversations[id] ? [[id, conversations[id]]] : []));
    saved = { ...saved, conversations: { ...saved.conversations, ...Object.fromEntries(read) } };
  }

  async function readLog(id: string): Promise<void> {
    // The conversation that the page was opened with is among the first that are read.
    if (!get().conversations[id]) await first;
    if (!get().conversations[id]) await all;
    const log = get().conversations[id] && (await device.readLog(id));
    // The server's row is no older than what it once told: this is a log of some other history.
    if (!log || log.rev > (get().conversations[id]?.rev ?? -1)) return;
    const { messages, hasOlder, rev } = log;
    dispatch({ type: 'log:restored', conversationId: id, messages, hasOlder, rev });
  }

  /** Saves what has changed, of the rows no more than `most`: thousands would hold the page up. */
  function save(most: number): void {
    clearTimeout(timer);
    timer = undefined;
    if (!isMerged) return saveSoon();
    const state = get();
    const { account, logs, known } = state;
    const changes = changesSince(saved, state, most);
    if (!changes) return void (saved = { ...saved, account, logs, known });
    const { conversations, gone } = changes;
    const rows = new Map(Object.entries(saved.conversations));
    for (const row of conversations) rows.set(row.id, row);
    for (const id of gone) rows.delete(id);
    saved = { account, conversations: Object.fromEntries(rows), logs, known };
    void device.saveCopy(changes);
    if (conversations.length === most) saveSoon();
  }

  const saveNow = () => save(Infinity);

  function saveSoon(): void {
    timer ??= setTimeout(() => save(rowsAtOnce), saveEveryMs);
  }

  device.onGone(() => {
    saved = nothingSaved;
    saveSoon();
  });

  return {
    start(isOld = false) {
      unsubscribe = subscribe(saveSoon);
      saveSoon();
      isMerged = !isOld;
      return readConversations(isOld).finally(() => (isMerged = true));
    },
    restore: (id) => within(patienceMs, readLog(id)).catch(() => undefined),
    saveNow,
    stop() {
      unsubscribe();
      clearTimeout(timer);
      timer = undefined;
      // After another start everything is saved again: cheaper than to know what was.
      saved = nothingSaved;
    },
  };
}

function changesSince(saved: Saved, state: ChatState, most: number): CopyChanges | null {
  const { account, conversations, logs, known } = state;
  const isOther = account !== saved.account;
  const other = Object.values(conversations).filter((row) => saved.conversations[row.id] !== row);
  // A log is of no use without its row.
  const rows = [...other.filter(({ id }) => logs[id]), ...other.filter(({ id }) => !logs[id])];
  const gone = Object.keys(saved.conversations).filter((id) => !conversations[id]);
  const changed = Object.keys(logs).filter(
    (id) => logs[id] !== saved.logs[id] || known[id] !== saved.known[id],
  );
  const ends = changed.flatMap((id) => endOf(state, id) ?? []);
  if (!isOther && rows.length === 0 && gone.length === 0 && ends.length === 0) return null;
  return { ...(isOther && { account }), conversations: rows.slice(0, most), logs: ends, gone };
}

/** Only a log that reaches the end can be caught up later by what has changed since. */
function endOf(state: ChatState, id: string): KeptLog | null {
  const log = state.logs[id];
  if (!log || !state.conversations[id] || log.hasNewer || log.error) return null;
  // What is under way may bring more, but takes nothing back of what is there.
  if (log.loading === 'first') return null;
  let from = log.messages.length;
  let text = 0;
  while (from > 0 && log.messages.length - from < mostMessages) {
    text += log.messages[from - 1]!.text.length;
    if (text > mostText) break;
    from -= 1;
  }
  return {
    conversationId: id,
    rev: knownOf(state, id).rev,
    hasOlder: log.hasOlder || from > 0,
    messages: log.messages.slice(from),
    keptAt: Date.now(),
  };
}
