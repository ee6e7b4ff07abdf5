import type { Account } from '#lib/contract/records.ts';
import type { Dispatch } from './chat-events.ts';
import type { CopyChanges, DeviceStore, KeptLog } from './device-store.ts';
import { knownOf } from './rows.ts';
import type { ChatState } from './types.ts';
import { within } from './within.ts';

/** The conversations and the ends of their logs, as this browser keeps them from one page to the next. */
export interface Copy {
  /** Shows what is kept, as far as the server has not told better. */
  start(): Promise<void>;
  /** Shows the end of a conversation's log, if it is kept and none is loaded. */
  restore(id: string): Promise<void>;
  saveNow(): void;
  stop(): void;
}

export interface CopyParts {
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
/** The network may well answer before a disk that takes longer. */
const patienceMs = 500;

type Saved = Pick<ChatState, 'conversations' | 'logs' | 'known'> & { account: Account | null };
const nothingSaved: Saved = { account: null, conversations: {}, logs: {}, known: {} };

export function createCopy({ get, dispatch, subscribe, device, resync }: CopyParts): Copy {
  let saved = nothingSaved;
  let start = (_reading: Promise<void>) => {};
  const started = new Promise<void>((resolve) => (start = resolve));
  let timer: ReturnType<typeof setTimeout> | undefined;
  let unsubscribe = () => {};

  async function readConversations(): Promise<void> {
    const kept = await device.readConversations();
    const items = kept.filter(({ id }) => !get().conversations[id]);
    if (items.length === 0) return;
    dispatch({ type: 'conversations', items });
    if (get().listStatus !== 'ready') dispatch({ type: 'list:status', status: 'ready' });
    // The server may have told already, and know nothing of these.
    if (get().connection.status === 'online') resync();
  }

  async function readLog(id: string): Promise<void> {
    await started;
    const log = get().conversations[id] && (await device.readLog(id));
    // The server's row is no older than what it once told: this is a log of some other history.
    if (!log || log.rev > (get().conversations[id]?.rev ?? -1)) return;
    const { messages, hasOlder, rev } = log;
    dispatch({ type: 'log:restored', conversationId: id, messages, hasOlder, rev });
  }

  function saveNow(): void {
    clearTimeout(timer);
    timer = undefined;
    const { account, conversations, logs, known } = get();
    const changes = changesSince(saved, get());
    saved = { account, conversations, logs, known };
    if (changes) void device.saveCopy(changes);
  }

  const saveSoon = () => {
    timer ??= setTimeout(saveNow, saveEveryMs);
  };

  device.onGone(() => {
    saved = nothingSaved;
    saveSoon();
  });

  return {
    start() {
      unsubscribe = subscribe(saveSoon);
      saveSoon();
      const reading = readConversations();
      start(reading);
      return reading;
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

function changesSince(saved: Saved, state: ChatState): CopyChanges | null {
  const { account, conversations, logs, known } = state;
  const isOther = account !== saved.account;
  const rows = Object.values(conversations).filter((row) => saved.conversations[row.id] !== row);
  const gone = Object.keys(saved.conversations).filter((id) => !conversations[id]);
  const changed = Object.keys(logs).filter(
    (id) => logs[id] !== saved.logs[id] || known[id] !== saved.known[id],
  );
  const ends = changed.flatMap((id) => endOf(state, id) ?? []);
  if (!isOther && rows.length === 0 && gone.length === 0 && ends.length === 0) return null;
  return { ...(isOther && { account }), conversations: rows, logs: ends, gone };
}

/** Only a log that reaches the end can be caught up later by what has changed since. */
function endOf(state: ChatState, id: string): KeptLog | null {
  const log = state.logs[id];
  if (!log || !state.conversations[id] || log.hasNewer || log.loading || log.error) return null;
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
