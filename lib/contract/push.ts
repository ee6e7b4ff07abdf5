import * as z from 'zod';
import { Id, Time } from './records.ts';

const Seq = z.int().min(0);

/**
 * What a notification for a device carries, encrypted for it. It has no words of ours: the service
 * worker finds them in its person's language. At most `pushLimits.payloadBytes` of JSON.
 */
export const PushPayload = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('message'),
    conversation: z.object({
      id: Id,
      kind: z.enum(['direct', 'group']),
      /** The group's; of a direct conversation the sender's name. */
      title: z.string(),
      /** The group's picture; of a direct conversation the sender's. */
      avatarUrl: z.string().nullable(),
    }),
    /** The newest unread one. It takes the place of what is shown of the conversation. */
    message: z.object({
      id: Id,
      seq: Seq,
      kind: z.enum(['text', 'media', 'voice']),
      senderId: Id,
      senderName: z.string(),
      /** Cut to fit, then with … at its end; null where this device hides previews. */
      text: z.string().nullable(),
      createdAt: Time,
    }),
    /** Unread messages of the conversation; 100 stands for 100 and more. */
    unreadCount: z.int().min(1).max(100),
    /** Nothing new has come: what was shown is no longer there, and this one stands before it. */
    quiet: z.boolean(),
  }),
  z.object({
    kind: z.literal('clear'),
    conversationId: Id,
    /** What is shown of the conversation up to here is to go. */
    seq: Seq,
  }),
  z.object({ kind: z.literal('test'), sentAt: Time }),
]);
export type PushPayload = z.infer<typeof PushPayload>;

export const pushLimits = {
  /** UTF-8 bytes of the JSON; every push service takes them. */
  payloadBytes: 3_900,
  unreadCount: 100,
} as const;
