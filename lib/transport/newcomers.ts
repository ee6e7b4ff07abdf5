import { redis } from '#lib/nodes/redis.ts';
import { rooms, type Publication } from '#lib/publish.ts';
import { remember } from '#lib/runtime.ts';

// Between processes a message and the news of a new member may cross: what was said before somebody came
// must not reach them because it was a moment longer on its way. Who may see it after all asks for it.

interface Newcomer {
  userId: string;
  fromSeq: number;
  until: number;
}

const onTheWayMs = 60_000;

const newcomers = () => remember('newcomers', () => new Map<string, Newcomer[]>());

/** These people have just joined, and see the conversation from this seq on. */
export function noteNewcomers(publication: Extract<Publication, { type: 'join' }>): void {
  const { conversationId, userIds, fromSeq } = publication;
  if (fromSeq <= 1 || !redis()) return;
  const now = performance.now();
  const all = newcomers();
  // The oldest are first, since a conversation with somebody new goes to the end.
  for (const [id, those] of all) {
    if (those.some(({ until }) => until > now)) break;
    all.delete(id);
  }
  const others = (all.get(conversationId) ?? []).filter(({ until }) => until > now);
  all.delete(conversationId);
  const until = now + onTheWayMs;
  all.set(conversationId, [...others, ...userIds.map((userId) => ({ userId, fromSeq, until }))]);
}

/** The rooms of those who came after what this event tells was said. */
export function tooNewFor(publication: Extract<Publication, { type: 'event' }>): string[] {
  const { event, data } = publication;
  if (event !== 'message:new') return [];
  const { conversationId, seq } = data.message;
  const those = newcomers().get(conversationId) ?? [];
  return those.filter(({ fromSeq }) => seq < fromSeq).map(({ userId }) => rooms.user(userId));
}
