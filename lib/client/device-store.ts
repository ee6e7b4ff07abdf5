import * as z from 'zod';
import { ClientId } from '#lib/contract/inputs.ts';
import { Account, Conversation, Id, Message, Time } from '#lib/contract/records.ts';
import { clientErrorCodes, clientErrorOf, RequestError } from './errors.ts';
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
  readConversations(): Promise<Conversation[]>;
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

/** The end of a conversation, with every change up to `rev`. */
export type KeptLog = z.infer<typeof KeptLog>;

const KeptLog = z
  .object({
    conversationId: Id,
    rev: z.int().min(0),
    hasOlder: z.boolean(),
    messages: z.array(Message),
    /** When it was last in use (Date.now() ms): the oldest make room. */
    keptAt: z.number(),
  })
  .refine(({ conversationId, messages }) =>
    messages.every(
      (message, index) =>
        message.conversationId === conversationId && message.seq > (messages[index - 1]?.seq ?? 0),
    ),
  );

// The text is what matters: whatever else is unreadable gets a value that does no harm.
const Unsent = z.object({
  clientId: ClientId,
  conversationId: Id,
  text: z.string().min(1),
  createdAt: Time.catch(() => new Date().toISOString()),
  status: z.enum(['pending', 'failed']).catch('failed'),
  error: z
    .object({ code: z.enum(clientErrorCodes) })
    .transform(({ code }) => clientErrorOf(new RequestError(code)))
    .nullable()
    .catch(null),
});

// What is on disk may be of another version, or anybody's: a row that does not fit is not there.
const parsed = <T>(schema: z.ZodType<T>, row: unknown): T | null =>
  schema.safeParse(row).data ?? null;

export const unsentOf = (row: unknown): PendingMessage | null => parsed(Unsent, row);
export const accountOf = (row: unknown): Account | null => parsed(Account, row);
export const keptLogOf = (row: unknown): KeptLog | null => parsed(KeptLog, row);

/** Who was online when it was kept says nothing of now. */
export function conversationOf(row: unknown): Conversation | null {
  const conversation = parsed(Conversation, row);
  if (!conversation?.peer) return conversation;
  return { ...conversation, peer: { ...conversation.peer, online: false } };
}
