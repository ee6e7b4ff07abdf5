import type { Input } from '#lib/contract/operations.ts';
import type { ErrorCode } from '#lib/contract/errors.ts';
import type {
  Account,
  Conversation,
  Member,
  Message,
  Receipt,
  Role,
  Session,
  User,
} from '#lib/contract/records.ts';

/** Everything that the pages show, in one store. Pages read it by selectors and never write it. */
export interface ChatState {
  account: Account;
  connection: Connection;
  conversations: Record<string, Conversation>;
  /** Whether the browser has a network, as it says; without one the connection is of no use. */
  hasNetwork: boolean;
  /** Of the list: first load, ready, or why it failed. */
  listStatus: LoadStatus;
  logs: Record<string, ConversationLog>;
  /** Members of groups that have been opened; all pages of them. */
  members: Record<string, Member[]>;
  /** Watermarks by conversation, then by user; never move back. */
  receipts: Record<string, Record<string, Receipt>>;
  /** The highest watermarks among those who have left a group, as the server has told. */
  former: Record<string, Marks>;
  /** Everybody seen so far; presence is kept up to date while somebody watches them. */
  people: Record<string, User>;
  /** Who types where, with when (performance.now() ms) the sign is to be forgotten. */
  typing: Record<string, Record<string, number>>;
  /** What is not accepted yet, by conversation, in the order in which it was written. */
  outbox: Record<string, PendingMessage[]>;
  /** How many unsent messages this browser has lost, as far as it can tell. */
  lostUnsent: number;
  /** Unsent text of each conversation. */
  drafts: Record<string, string>;
  /** The conversation in view. */
  openId: string | null;
  /** The client's own bookkeeping of each conversation; not for pages. */
  known: Record<string, Known>;
}

/** How far somebody has received and read. */
export type Marks = Pick<Receipt, 'deliveredSeq' | 'readSeq'>;

/** How much of a conversation's changes has arrived, and what its unread count is made of. */
export interface Known {
  /** The newest row that the server has given. */
  base: { rev: number; lastSeq: number; readSeq: number; unreadCount: number };
  /** By seq: messages newer than that row which are unread, or for which the log has no place yet. */
  news: Record<number, Message>;
  /** Of those that are deleted: the earliest change after which each is known to have been so. */
  goneAt: Record<number, number>;
  /** Every change up to this one has arrived. */
  rev: number;
  /** Changes that have arrived beyond a hole, in order. */
  ahead: number[];
}

export type LoadStatus = 'loading' | 'ready' | ClientError;

export interface ClientError {
  /** `stale`: it waited so long that its writer has to say whether it is still to be sent. */
  code: ErrorCode | 'offline' | 'timeout' | 'stale';
}

export interface Connection {
  status: 'connecting' | 'online' | 'offline';
  /** Since when (Date.now() ms) it has been so. */
  since: number;
  /** It was online before: what is shown may be behind. */
  reconnecting: boolean;
}

/** A stretch of a conversation without holes, oldest first. */
export interface ConversationLog {
  messages: Message[];
  hasOlder: boolean;
  hasNewer: boolean;
  /** What is being fetched just now. */
  loading: 'first' | 'older' | 'newer' | null;
  error: ClientError | null;
  /** The unread divider: above this seq, saying this number; fixed when the conversation is opened. */
  divider: { seq: number; count: number } | null;
}

export interface PendingMessage {
  clientId: string;
  conversationId: string;
  text: string;
  /** ISO, of this device's clock: a hint until the server gives its own. */
  createdAt: string;
  status: 'pending' | 'failed';
  /** Why it was refused; of a pending one, why it was not accepted so far. */
  error: ClientError | null;
}

/** What a browser keeps of an account: numbers of things. */
export interface Kept {
  conversations: number;
  messages: number;
  unsent: number;
}

export type Tick = 'pending' | 'failed' | 'sent' | 'delivered' | 'read';

/** All that a page can do. Promises reject with a ClientError; the rest never throws. */
export interface ChatActions {
  loadConversations(): Promise<void>;
  /** Makes the conversation the one in view: loads its log around the first unread, or at the end. */
  openConversation(id: string): Promise<void>;
  /** Loads the log of a conversation that is likely to be opened next. Never fails. */
  prefetchConversation(id: string): Promise<void>;
  closeConversation(id: string): void;
  loadOlder(id: string): Promise<void>;
  loadNewer(id: string): Promise<void>;
  /** Back to the newest messages after a jump or a long scroll up. */
  loadLatest(id: string): Promise<void>;
  /** Shows the log around a seq, or around the first message of a time (ISO) or later. */
  loadAround(id: string, where: { around: number } | { at: string }): Promise<void>;
  /** Lets go of what is farthest from where somebody reads, if much is loaded. */
  boundLog(id: string, keep: 'oldest' | 'newest'): void;
  /** The newest message is in view of a visible, focused window: everything up to it is read. */
  markRead(id: string): void;

  send(id: string, text: string): void;
  retry(id: string, clientId: string): void;
  discard(id: string, clientId: string): void;
  editMessage(message: Message, text: string): Promise<void>;
  deleteMessage(message: Message, who: 'me' | 'everyone'): Promise<void>;
  setDraft(id: string, text: string): void;
  /** The composer's text changed; sends typing signs as behaviours.md 3 says. */
  setTyping(id: string, text: string): void;

  searchUsers(
    query: string,
    cursor?: string,
  ): Promise<{ items: User[]; nextCursor: string | null }>;
  startDirect(userId: string): Promise<Conversation>;
  /** @param clientId by which another try gets the group of the first one (`newClientId`). */
  createGroup(title: string, memberIds: string[], clientId: string): Promise<Conversation>;
  updateConversation(input: Input<'updateConversation'>): Promise<void>;
  loadMembers(id: string): Promise<void>;
  addMembers(id: string, userIds: string[], shareLast?: 25 | 50 | 75 | 100): Promise<void>;
  setRole(id: string, userId: string, role: Role): Promise<void>;
  removeMember(id: string, userId: string): Promise<void>;
  leave(id: string): Promise<void>;

  updateAccount(input: Input<'updateAccount'>): Promise<void>;
  /** Blocks somebody, or takes that back. */
  setBlocked(userId: string, isBlocked: boolean): Promise<void>;
  /** Makes sure that everybody whom one has blocked is known, and nobody else taken for it. */
  listBlocked(): Promise<void>;
  /** These people, in the order of their ids; those who are no more are left out. */
  readUsers(userIds: readonly string[]): Promise<User[]>;
  /** Shows this picture of oneself, or of a group that one administers; null for none. */
  setPicture(picture: Blob | null, conversationId?: string): Promise<void>;
  /** For good; then forgets everything kept in this browser and goes to the sign-in page. */
  deleteAccount(proof: Input<'deleteAccount'>): Promise<void>;
  /** What this browser keeps of the account. */
  readKept(): Promise<Kept | null>;
  /** Forgets this browser's copy of the conversations and fetches them anew; what is unsent stays. */
  clearKept(): Promise<void>;
  changePassword(currentPassword: string, newPassword: string): Promise<void>;
  changeEmail(input: Input<'changeEmail'>): Promise<void>;
  listSessions(): Promise<Session[]>;
  endSession(sessionId: string): Promise<void>;
  endOtherSessions(): Promise<number>;
  /** Ends this session, forgets everything kept in this browser and goes to the sign-in page. */
  signOut(): Promise<void>;
  /** Tries to connect at once instead of at the next attempt. */
  reconnectNow(): void;
}
