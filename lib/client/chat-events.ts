import type { ServerEvent, ServerEventData } from '#lib/contract/events.ts';
import type {
  Account,
  Conversation,
  Member,
  Message,
  Presence,
  User,
} from '#lib/contract/records.ts';
import type { ClientError, Connection, LoadStatus, Marks, PendingMessage } from './types.ts';

type FromServer = {
  [E in Exclude<ServerEvent, 'typing' | 'presence' | 'session:ended'>]: {
    type: E;
    data: ServerEventData<E>;
  };
}[Exclude<ServerEvent, 'typing' | 'presence' | 'session:ended'>];

/** What happens to the stretch of messages that is loaded. */
export type LogEvent =
  | { type: 'log:loading'; conversationId: string; part: 'first' | 'older' | 'newer' }
  | { type: 'log:failed'; conversationId: string; error: ClientError }
  | {
      type: 'log:replaced';
      conversationId: string;
      messages: Message[];
      hasOlder: boolean;
      /** What was unread when it was opened: the divider goes above the first of it. */
      unread?: Unread | null;
    }
  | {
      type: 'log:extended';
      conversationId: string;
      side: 'older' | 'newer';
      /** The seq that the page was asked for, which is still where the log begins or ends. */
      from: number;
      messages: Message[];
      hasMore: boolean;
      /** Until where the conversation went when it was asked. */
      endSeq: number;
    }
  /** From this browser's copy: the end of the conversation, with every change up to `rev`. */
  | {
      type: 'log:restored';
      conversationId: string;
      messages: Message[];
      hasOlder: boolean;
      rev: number;
    }
  | { type: 'log:divided'; conversationId: string; unread: Unread | null }
  | { type: 'log:trimmed'; conversationId: string; most: number; keep: 'oldest' | 'newest' }
  | { type: 'log:dropped'; conversationId: string }
  | { type: 'log:opened'; conversationId: string | null };

export interface Unread {
  readSeq: number;
  /** Unless said, those that the log holds. */
  count?: number;
}

/** Everything that changes the state. */
export type ChatEvent =
  | FromServer
  | LogEvent
  | { type: 'typing'; data: ServerEventData<'typing'>; expiresAt: number }
  | { type: 'typing:expired'; now: number }
  | { type: 'presence'; presences: Presence[] }
  | { type: 'account'; data: { user: Account } }
  | { type: 'connection'; connection: Connection }
  | { type: 'network'; hasNetwork: boolean }
  | { type: 'list:status'; status: LoadStatus }
  | { type: 'conversations'; items: Conversation[] }
  /** The server knows nothing of it (any more). */
  | { type: 'conversation:gone'; conversationId: string }
  | { type: 'messages:pulled'; conversationId: string; messages: Message[]; upTo: number }
  | { type: 'people'; users: User[] }
  | { type: 'members'; conversationId: string; members: Member[]; former?: Marks | null }
  | { type: 'members:dropped'; conversationId: string }
  | { type: 'outbox:put'; entry: PendingMessage }
  | { type: 'outbox:removed'; conversationId: string; clientId: string }
  /** What this browser has kept, in the order in which it was written. */
  | { type: 'outbox:read'; entries: PendingMessage[] }
  | { type: 'outbox:lost'; count: number }
  | { type: 'drafts'; drafts: Record<string, string> }
  | { type: 'draft'; conversationId: string; text: string };

export type Dispatch = (event: ChatEvent) => void;
