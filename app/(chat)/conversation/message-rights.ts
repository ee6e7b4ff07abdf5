import { limits } from '#lib/contract/limits.ts';
import type { Conversation, Message } from '#lib/contract/records.ts';

const age = (message: Message, now: number) => now - Date.parse(message.createdAt);

export const canEdit = (
  message: Message,
  conversation: Conversation,
  myId: string,
  now = Date.now(),
): boolean =>
  message.kind === 'text' &&
  message.senderId === myId &&
  message.deletedAt === null &&
  conversation.me.leftSeq === null &&
  age(message, now) <= limits.editWindowMs;

export function canDeleteForEveryone(
  message: Message,
  conversation: Conversation,
  myId: string,
  now = Date.now(),
): boolean {
  if (message.kind === 'system' || message.deletedAt !== null) return false;
  if (conversation.me.leftSeq !== null) return false;
  if (conversation.kind === 'group' && conversation.me.role !== 'member') return true;
  return message.senderId === myId && age(message, now) <= limits.deleteForEveryoneWindowMs;
}
