import type { OperationName } from './operations.ts';

// Beside what the events carry, and without schemas: a browser takes these with every page.

/** What the server says by itself over Socket.io; events.ts has what it means. */
export const serverEventNames = [
  'ready',
  'message:new',
  'message:updated',
  'receipts',
  'typing',
  'presence',
  'conversation:updated',
  'conversation:removed',
  'user:updated',
  'account:updated',
  'session:ended',
] as const;

/** The operations that are Socket.io events too: same input; the ack's `data` is the same output. */
export const commandEvents = {
  listConversations: 'conversation:list',
  listMessages: 'message:list',
  sendMessage: 'message:send',
  editMessage: 'message:edit',
  deleteMessage: 'message:delete',
  markDelivered: 'receipt:delivered',
  markRead: 'receipt:read',
  setTyping: 'typing',
  watchPresence: 'presence:watch',
  setVisible: 'presence:visible',
} as const satisfies Partial<Record<OperationName, string>>;

export type CommandName = keyof typeof commandEvents;
