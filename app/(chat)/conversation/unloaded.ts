import type { ConversationLog } from '#lib/client/types.ts';
import type { Conversation } from '#lib/contract/records.ts';

/** How many messages after this seq are beyond the end of what is loaded. */
export const unloadedAfter = (
  { hasNewer, messages }: Pick<ConversationLog, 'hasNewer' | 'messages'>,
  { lastSeq }: Pick<Conversation, 'lastSeq'>,
  seq: number,
): number => (hasNewer ? Math.max(0, lastSeq - Math.max(seq, messages.at(-1)?.seq ?? 0)) : 0);
