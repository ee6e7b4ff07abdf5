import type { Account, Conversation } from '#lib/contract/records.ts';
import type { KeptLog } from './kept-rows.ts';
import type { Kept, PendingMessage } from './types.ts';

/**
 * What this browser keeps of one account. Nothing here throws or waits for ever: a browser that
 * keeps nothing answers as if nothing had been kept.
 */
export interface DeviceStore {
  /**
   * What waits to be sent, in the order in which it was written; of what has got lost, the clientIds.
   * Null if it cannot be read now: nothing is known to be lost then.
   */
  readUnsent(): Promise<{ entries: PendingMessage[]; lost: string[] } | null>;
  /** True once it is on disk; false if it only lasts as long as the page. */
  addUnsent(entry: PendingMessage): Promise<boolean>;
  /** Does nothing if it has been sent or deleted meanwhile, perhaps by another tab. */
  changeUnsent(entry: PendingMessage): Promise<void>;
  removeUnsent(clientId: string): Promise<void>;
  /** Whose copy this is; null unless they are still signed in here, as far as this browser knows. */
  readAccount(): Promise<Account | null>;
  /**
   * Gives `take` what is kept, in parts between which the page can draw: about in the order of the list,
   * the conversation `first` before all others.
   */
  readConversations(
    first: string | null,
    take: (conversations: Conversation[]) => void,
  ): Promise<void>;
  readLog(conversationId: string): Promise<KeptLog | null>;
  saveCopy(changes: CopyChanges): Promise<void>;
  /** Null if it cannot be read. */
  countKept(): Promise<Kept | null>;
  /** `copy` leaves what is unsent; after `everything` nothing is ever kept again. */
  forget(what: 'copy' | 'everything'): Promise<void>;
  /** Somebody has deleted or replaced what was kept: whatever memory holds has to be kept anew. */
  onGone(listener: () => void): void;
  close(): void;
}

export interface CopyChanges {
  account?: Account;
  conversations: Conversation[];
  logs: KeptLog[];
  /** Conversations that are no more: their logs go as well. */
  gone: string[];
}
