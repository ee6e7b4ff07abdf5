import { randomBytes } from 'node:crypto';

export interface User {
  id: string;
  username: string;
  password: string;
}

export interface Message {
  id: string;
  conversationId: string;
  seq: number;
  rev: number;
  clientId: string;
  senderId: string;
  kind: 'text';
  text: string;
  createdAt: string;
  editedAt: null;
  deletedAt: null;
  hidden: false;
  system: null;
}

export interface Receipt {
  userId: string;
  deliveredSeq: number;
  readSeq: number;
}

export interface Conversation {
  id: string;
  members: Set<string>;
  messages: Message[];
  /** By sender and clientId: a message sent again is the first one, once that is stored. */
  sent: Map<string, Promise<Message>>;
  receipts: Map<string, Receipt>;
}

export class Refused extends Error {}

export const newId = (): string => randomBytes(12).toString('hex');

/** Who there is, and what they have together. */
export const users = new Map<string, User>();
export const tokens = new Map<string, User>();
export const conversations = new Map<string, Conversation>();
export const conversationsOf = new Map<string, Set<string>>();

/** @throws Refused for whoever is no member. */
export function conversationOf(user: User, id: string): Conversation {
  const conversation = conversations.get(id);
  if (!conversation?.members.has(user.id)) throw new Refused('not_found');
  return conversation;
}

export function createConversation(members: string[]): Conversation {
  const conversation: Conversation = {
    id: newId(),
    members: new Set(members),
    messages: [],
    sent: new Map(),
    receipts: new Map(),
  };
  conversations.set(conversation.id, conversation);
  for (const member of members) {
    const own = conversationsOf.get(member) ?? new Set();
    conversationsOf.set(member, own.add(conversation.id));
  }
  return conversation;
}
