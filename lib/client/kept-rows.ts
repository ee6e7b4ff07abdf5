import * as z from 'zod';
import { ClientId } from '#lib/contract/inputs.ts';
import { Account, Conversation, Id, Message, Time } from '#lib/contract/records.ts';
import { clientErrorCodes, clientErrorOf, RequestError } from './errors.ts';
import type { PendingMessage } from './types.ts';

// What a browser keeps, as it is read again. Loaded by whoever finds something kept: a page that is opened
// for the first time needs no schemas.

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
