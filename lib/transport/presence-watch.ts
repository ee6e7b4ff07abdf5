import type { Presence } from '#lib/contract/records.ts';
import { rooms } from '#lib/publish.ts';
import type { Caller } from '#lib/use-cases/define.ts';
import { watchedBy } from '#lib/use-cases/presence.ts';

// Whose presence a socket hears is decided when it asks, and again when somebody's privacy or the
// conversations that people share have changed: then it moves between rooms and is told how it is now.

export interface PresenceWatch {
  /** Whom it wants to see, whether it may or not. */
  userIds: string[];
  /** Conversations that begin or end may change what it sees. */
  hangsOnContacts: boolean;
  /** One change of rooms after the other: the last one has looked up last. */
  turn: Promise<unknown>;
}

/** What this needs of a connected socket. */
interface Watching {
  data: { caller: Pick<Caller, 'userId'>; watch: PresenceWatch };
  rooms: ReadonlySet<string>;
  join(rooms: string[]): Promise<void> | void;
  leave(room: string): Promise<void> | void;
  emit(event: 'presence', data: Presence): unknown;
}

export const newWatch = (): PresenceWatch => ({
  userIds: [],
  hangsOnContacts: false,
  turn: Promise.resolve(),
});

/** From now on the socket hears of these people what its own may see. @returns how that is now. */
export function watch(socket: Watching, userIds: string[]): Promise<Presence[]> {
  socket.data.watch.userIds = userIds;
  return look(socket);
}

/**
 * Looks up again what sockets may see of these people, and what these people's sockets may see.
 * @param areContactsChanged conversations have begun or ended; nobody's privacy has changed.
 */
export async function lookAgain(
  sockets: Iterable<Watching>,
  userIds: string[],
  areContactsChanged: boolean,
): Promise<void> {
  const changed = new Set(userIds);
  const failures: unknown[] = [];
  for (const socket of sockets) {
    const { caller, watch } = socket.data;
    if (watch.userIds.length === 0 || (areContactsChanged && !watch.hangsOnContacts)) continue;
    if (!changed.has(caller.userId) && !watch.userIds.some((id) => changed.has(id))) continue;
    try {
      for (const presence of await look(socket)) socket.emit('presence', presence);
    } catch (error) {
      // What it may not see any more it does not hear; its client asks again when it comes back.
      await leavePresence(socket);
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

const beginnings = [rooms.presence(''), rooms.onlinePresence('')];
const isOfPresence = (room: string) => beginnings.some((beginning) => room.startsWith(beginning));

async function leavePresence(socket: Watching): Promise<void> {
  for (const room of socket.rooms) if (isOfPresence(room)) await socket.leave(room);
}

function look(socket: Watching): Promise<Presence[]> {
  const { caller, watch } = socket.data;
  const looking = watch.turn.then(async () => {
    const { people, hangOnContacts } = await watchedBy(caller.userId, watch.userIds);
    watch.hangsOnContacts = hangOnContacts;
    await leavePresence(socket);
    const seen = people.filter(({ sight }) => sight !== 'nothing');
    await socket.join(
      seen.map(({ userId, sight }) =>
        sight === 'both' ? rooms.presence(userId) : rooms.onlinePresence(userId),
      ),
    );
    return people.map(({ now }) => now());
  });
  watch.turn = looking.catch(() => undefined);
  return looking;
}
