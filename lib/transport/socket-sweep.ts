import { forgetSessions } from '#lib/auth/session-check.ts';
import type { SessionEndReason } from '#lib/contract/events.ts';
import { log } from '#lib/log.ts';
import { MemberModel, type MemberDoc } from '#lib/models/member.ts';
import { SessionModel, type SessionDoc } from '#lib/models/session.ts';
import { onPublication, rooms } from '#lib/publish.ts';
import type { Caller } from '#lib/use-cases/define.ts';

/** What this needs of a connected socket. */
interface Swept {
  data: { caller: Pick<Caller, 'userId' | 'sessionId'> };
  rooms: ReadonlySet<string>;
  leave(room: string): unknown;
  emit(event: 'conversation:removed', data: { conversationId: string }): unknown;
}

/**
 * How often (ms) the sessions and memberships of connected sockets are looked up. What this process
 * ends reaches its sockets at once; this is for what another one ended on the same database.
 */
const sweepMs = 3_000;

/**
 * Takes from connected sockets, again and again, what has been taken from their people.
 * @returns how to stop.
 */
export function startSweep<S extends Swept>(
  connected: () => S[],
  letGo: (socket: S, reason: SessionEndReason) => void,
): () => void {
  let isSweeping = false;
  const sweep = async () => {
    const sockets = connected();
    if (isSweeping || sockets.length === 0) return;
    isSweeping = true;
    try {
      await endGoneSessions(sockets, letGo);
      await leaveEndedConversations(sockets);
    } catch (error) {
      log().warn({ error: (error as Error).message }, 'open sockets could not be checked');
    }
    isSweeping = false;
  };
  const timer = setInterval(() => void sweep(), sweepMs).unref();
  return () => clearInterval(timer);
}

async function endGoneSessions<S extends Swept>(
  sockets: S[],
  letGo: (socket: S, reason: SessionEndReason) => void,
): Promise<void> {
  const ids = [...new Set(sockets.map(({ data }) => data.caller.sessionId))];
  const found = await SessionModel.find({ _id: { $in: ids } }, { expiresAt: 1 }).lean<
    Pick<SessionDoc, '_id' | 'expiresAt'>[]
  >();
  const ends = new Map(found.map(({ _id, expiresAt }) => [_id.toHexString(), expiresAt]));
  forgetSessions(ids.filter((id) => !ends.has(id)));
  for (const socket of sockets) {
    const end = ends.get(socket.data.caller.sessionId);
    if (!end) letGo(socket, 'revoked');
    else if (end.getTime() <= Date.now()) letGo(socket, 'expired');
  }
}

async function leaveEndedConversations(sockets: Swept[]): Promise<void> {
  const users = [...new Set(sockets.map(({ data }) => data.caller.userId))];
  // Who came back while we were looking must not be put out again.
  const cameBack = new Set<string>();
  const stopListening = onPublication((publication) => {
    if (publication.type !== 'join') return;
    for (const userId of publication.userIds) {
      cameBack.add(membershipKey(userId, publication.conversationId));
    }
  });
  const endedOf = new Map<string, string[]>(users.map((id) => [id, []]));
  try {
    const ended = await MemberModel.find(
      { user: { $in: users }, leftAt: { $gt: new Date(0) } },
      { user: 1, conversation: 1 },
    ).lean<Pick<MemberDoc, 'user' | 'conversation'>[]>();
    for (const { user, conversation } of ended) {
      const [userId, conversationId] = [user.toHexString(), conversation.toHexString()];
      if (cameBack.has(membershipKey(userId, conversationId))) continue;
      endedOf.get(userId)?.push(conversationId);
    }
  } finally {
    stopListening();
  }
  for (const socket of sockets) {
    for (const conversationId of endedOf.get(socket.data.caller.userId) ?? []) {
      const room = rooms.conversation(conversationId);
      if (!socket.rooms.has(room)) continue;
      socket.leave(room);
      socket.emit('conversation:removed', { conversationId });
    }
  }
}

const membershipKey = (userId: string, conversationId: string): string =>
  `${userId} ${conversationId}`;
