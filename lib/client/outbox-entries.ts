import type { OutboxParts } from './outbox.ts';
import type { TabNews } from './tabs.ts';
import type { ChatState, PendingMessage } from './types.ts';

/** The messages in the outbox: in the state, on disk, and as other tabs have them. */
interface OutboxEntries {
  start(): Promise<void>;
  /** Shows what the disk has and this page does not know of. */
  read(): Promise<void>;
  /** Shows it at once; resolves when it is on disk, or when it is clear that it cannot be. */
  add(entry: PendingMessage): Promise<void>;
  change(entry: PendingMessage): void;
  find(id: string, clientId: string): PendingMessage | undefined;
  /** On its way to the disk. */
  isUnwritten(clientId: string): boolean;
  /** The disk has refused it: no other tab knows of it. */
  isOnlyHere(clientId: string): boolean;
  hasUnkept(): boolean;
  hear(news: Exclude<TabNews, { type: 'ended' }>): void;
  stop(): void;
}

type EntryParts = Omit<OutboxParts, 'command'> & {
  /** It may be sent now. */
  onWritten(conversationId: string): void;
};

export function createOutboxEntries(parts: EntryParts): OutboxEntries {
  const { get, dispatch, subscribe, device, tabs, onWritten } = parts;
  const unwritten = new Set<string>();
  const onlyHere = new Set<string>();
  /** Sent or deleted. Must not come back from a reading that began before. */
  const done = new Set<string>();
  let writing = Promise.resolve();
  let unsubscribe = () => {};

  const put = (entry: PendingMessage) => dispatch({ type: 'outbox:put', entry });
  const all = () => Object.values(get().outbox).flat();

  /** Whatever took it away, a reply, an event or its writer: it is not to be sent again. */
  function forgetMissing(now: ChatState, before: ChatState): void {
    if (now.outbox === before.outbox) return;
    for (const [id, entries] of Object.entries(before.outbox)) {
      if (now.outbox[id] === entries) continue;
      const left = new Set(now.outbox[id]?.map(({ clientId }) => clientId));
      for (const { clientId } of entries) if (!left.has(clientId)) forget(clientId);
    }
  }

  function forget(clientId: string): void {
    done.add(clientId);
    onlyHere.delete(clientId);
    // After it has been written, or it would be there for ever.
    void writing.then(() => device.removeUnsent(clientId));
  }

  function write(entry: PendingMessage): Promise<void> {
    const { clientId, conversationId } = entry;
    unwritten.add(clientId);
    writing = writing.then(async () => {
      const isKept = !done.has(clientId) && (await device.addUnsent(entry));
      unwritten.delete(clientId);
      if (done.has(clientId)) return;
      if (isKept) onlyHere.delete(clientId);
      else onlyHere.add(clientId);
      if (isKept) tabs.tell({ type: 'unsent', entry });
      onWritten(conversationId);
    });
    return writing;
  }

  async function read(): Promise<void> {
    const kept = await device.readUnsent();
    if (!kept) return;
    const { entries, lost } = kept;
    const found = entries.filter(({ clientId }) => !done.has(clientId));
    if (found.length > 0) dispatch({ type: 'outbox:read', entries: found });
    const here = new Set(all().map(({ clientId }) => clientId));
    const count = lost.filter((clientId) => !here.has(clientId) && !done.has(clientId)).length;
    if (count > 0) dispatch({ type: 'outbox:lost', count });
  }

  device.onGone(() => {
    for (const entry of all()) if (!unwritten.has(entry.clientId)) void write(entry);
  });

  return {
    start() {
      unsubscribe = subscribe(forgetMissing);
      return read();
    },
    read,
    add(entry) {
      put(entry);
      return write(entry);
    },
    change(entry) {
      put(entry);
      void device.changeUnsent(entry);
      if (!onlyHere.has(entry.clientId)) tabs.tell({ type: 'unsent', entry });
    },
    find: (id, clientId) => get().outbox[id]?.find((entry) => entry.clientId === clientId),
    isUnwritten: (clientId) => unwritten.has(clientId),
    isOnlyHere: (clientId) => onlyHere.has(clientId),
    hasUnkept: () => onlyHere.size > 0,
    hear(news) {
      if (news.type === 'sent') dispatch({ type: 'message:new', data: { message: news.message } });
      else if (news.type === 'unsent' && !done.has(news.entry.clientId)) put(news.entry);
      else if (news.type === 'discarded') {
        const { conversationId, clientId } = news;
        done.add(clientId);
        dispatch({ type: 'outbox:removed', conversationId, clientId });
      }
    },
    stop: () => unsubscribe(),
  };
}
