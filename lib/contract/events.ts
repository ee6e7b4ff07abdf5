import * as z from 'zod';
import type { ErrorCode, Issue } from './errors.ts';
import type { CommandName, commandEvents, serverEventNames } from './event-names.ts';
import type { Input, Output } from './operations.ts';
import * as records from './records.ts';

/** What the server says by itself over Socket.io. */
export const serverEvents = {
  ready: {
    summary:
      'Authenticated and in every room; again when something may have been missed: compare anew',
    data: z.object({
      user: records.Account,
      sessionId: records.Id,
      serverTime: records.Time,
      /** Another one than before: a backup was restored, so forget every seq and rev. */
      epoch: z.string(),
    }),
  },
  'message:new': {
    summary: "A message, to every device of every member, the sender's others included",
    data: z.object({ message: records.Message }),
  },
  'message:updated': {
    summary: 'A message was edited or deleted',
    data: z.object({ message: records.Message }),
  },
  receipts: {
    summary: 'Watermarks that moved, coalesced',
    data: z.object({ conversationId: records.Id, receipts: z.array(records.Receipt) }),
  },
  typing: {
    summary: 'Somebody types or has stopped; forget it 6 s after the last sign',
    data: z.object({ conversationId: records.Id, userId: records.Id, typing: z.boolean() }),
  },
  presence: {
    summary: 'A watched person came or went',
    data: records.Presence,
  },
  'conversation:updated': {
    summary: 'A conversation is new, or its title, members or own settings changed',
    data: z.object({ conversation: records.Conversation }),
  },
  'conversation:removed': {
    summary: 'Membership has ended; nothing further comes',
    data: z.object({ conversationId: records.Id }),
  },
  'user:updated': {
    summary: 'A person with whom one shares a conversation, or oneself, changed the profile',
    data: z.object({ user: records.User }),
  },
  'account:updated': {
    summary: "One's own account was changed, on whichever device",
    data: z.object({ user: records.Account }),
  },
  'session:ended': {
    summary: 'This session is over; the server disconnects',
    data: z.object({
      reason: z.enum(['signed_out', 'revoked', 'password_changed', 'account_deleted', 'expired']),
    }),
  },
} as const satisfies Record<ServerEvent, { summary: string; data: z.ZodType }>;

export type ServerEvent = (typeof serverEventNames)[number];
export type ServerEventData<E extends ServerEvent> = z.infer<(typeof serverEvents)[E]['data']>;
export type SessionEndReason = ServerEventData<'session:ended'>['reason'];

/** How every command is answered. */
export type Reply<T> = { ok: true; data: T } | { ok: false; error: Refusal };

/** Why a command was refused. `retryAfterMs`: when to try again, of what was too much. */
export interface Refusal {
  code: ErrorCode;
  message: string;
  issues?: Issue[];
  retryAfterMs?: number;
}

export type ServerToClient = {
  [E in ServerEvent]: (data: ServerEventData<E>) => void;
};

export type ClientToServer = {
  [N in CommandName as (typeof commandEvents)[N]]: (
    input: Input<N>,
    ack: (reply: Reply<Output<N>>) => void,
  ) => void;
};
