import { Types } from 'mongoose';
import type { Presence } from '#lib/contract/records.ts';
import { log } from '#lib/log.ts';
import { UserModel, type UserDoc } from '#lib/models/user.ts';
import { isChosenFor } from '#lib/nodes/node.ts';
import { recordPresence } from '#lib/nodes/records.ts';
import { publish, rooms } from '#lib/publish.ts';
import { remember } from '#lib/runtime.ts';
import { sightFor, type Sight } from './privacy.ts';

/** A reload or a lift between two networks must not flicker: this long nobody is told. */
const offlineGraceMs = 5_000;
const refreshLastSeenMs = 60_000;

interface Person {
  /** Their connected sockets, and whether each one's page is in front. */
  sockets: Map<string, { sessionId: string; isVisible: boolean }>;
  /** Runs while none of them is visible and the others have not been told. */
  leaving: NodeJS.Timeout | null;
  online: boolean;
}

interface Presences {
  people: Map<string, Person>;
  /** By process, who is there, and which of their sign-ins look. */
  elsewhere: Map<string, Map<string, string[]>>;
  refresh: NodeJS.Timeout;
}

const presences = (): Presences =>
  remember('presences', () => ({
    people: new Map(),
    elsewhere: new Map(),
    // So that a process that dies leaves a last seen that is a minute off, not days.
    refresh: setInterval(() => void refreshLastSeen(), refreshLastSeenMs).unref(),
  }));

/** Whether one of the person's connected sockets is visible, or was a moment ago, at any process. */
export function isOnline(userId: string): boolean {
  const { people, elsewhere } = presences();
  if (people.get(userId)?.online) return true;
  for (const there of elsewhere.values()) if (there.has(userId)) return true;
  return false;
}

/** Whether one of the sockets of this sign-in, which is one device, is visible now. */
export function isLooking(userId: string, sessionId: string): boolean {
  const { people, elsewhere } = presences();
  const sockets = people.get(userId)?.sockets.values() ?? [];
  for (const socket of sockets) if (socket.isVisible && socket.sessionId === sessionId) return true;
  for (const there of elsewhere.values()) if (there.get(userId)?.includes(sessionId)) return true;
  return false;
}

/** How many people are online at this process. */
export function onlineCount(): number {
  let online = 0;
  for (const person of presences().people.values()) if (person.online) online++;
  return online;
}

/** A socket of this person is connected; it counts as visible until it says otherwise. */
export function socketCame(userId: string, sessionId: string, socketId: string): void {
  const { people } = presences();
  const person = people.get(userId) ?? { sockets: new Map(), leaving: null, online: false };
  people.set(userId, person);
  person.sockets.set(socketId, { sessionId, isVisible: true });
  settle(userId, person);
}

/** The page of this socket came to the front or went from it. */
export function socketVisible(userId: string, socketId: string, visible: boolean): void {
  const person = presences().people.get(userId);
  const socket = person?.sockets.get(socketId);
  if (!person || !socket) return;
  socket.isVisible = visible;
  settle(userId, person);
}

export function socketWent(userId: string, socketId: string): void {
  const person = presences().people.get(userId);
  if (!person?.sockets.delete(socketId)) return;
  settle(userId, person);
}

/** The presence of somebody now, as far as it is to be seen. */
export function presenceAs(
  { _id, lastSeenAt }: Pick<UserDoc, '_id' | 'lastSeenAt'>,
  sight: Sight,
): Presence {
  const userId = _id.toHexString();
  return {
    userId,
    online: sight !== 'nothing' && isOnline(userId),
    lastSeenAt: (sight === 'both' && lastSeenAt?.toISOString()) || null,
  };
}

/** A person whose presence somebody wants to see. */
interface Watched {
  userId: string;
  sight: Sight;
  /** As the viewer may see it, when this is called. */
  now(): Presence;
}

/** What a viewer may see of the presence of these people; whoever does not exist is left out. */
export async function watchedBy(
  viewerId: string,
  userIds: string[],
): Promise<{ people: Watched[]; hangOnContacts: boolean }> {
  const found = await UserModel.find(
    { _id: { $in: userIds } },
    { lastSeenAt: 1, privacy: 1, deletedAt: 1 },
  ).lean<Pick<UserDoc, '_id' | 'lastSeenAt' | 'privacy' | 'deletedAt'>[]>();
  const sights = await sightFor(viewerId, found);
  const people = found.map((user) => {
    const sight = sights.of(user._id);
    return { userId: user._id.toHexString(), sight, now: () => presenceAs(user, sight) };
  });
  return { people, hangOnContacts: sights.hangOnContacts };
}

/** Writes when everybody now online was last seen; for a clean stop. */
export async function leaveAll(): Promise<void> {
  const { people, refresh } = presences();
  clearInterval(refresh);
  for (const { leaving } of people.values()) if (leaving) clearTimeout(leaving);
  await refreshLastSeen();
}

/** Another process tells which of a person's sign-ins look at a page there; null: the person has gone. */
export function presentElsewhere(
  process: string,
  userId: string,
  sessionIds: string[] | null,
  at: Date,
): void {
  const there = presences().elsewhere.get(process);
  if (!there) return;
  const was = isOnline(userId);
  if (sessionIds) there.set(userId, sessionIds);
  else there.delete(userId);
  announceChange(userId, was, at);
}

/** All who are at another process. */
export function presencesElsewhere(process: string, people: Map<string, string[]>): void {
  replaceElsewhere(process, people, new Date());
}

/** Another process has stopped, or died, and was last heard of then. */
export function processGone(process: string, at: Date): void {
  const gone = [...(presences().elsewhere.get(process)?.keys() ?? [])];
  replaceElsewhere(process, null, at);
  const offline = gone.filter((userId) => !isOnline(userId));
  if (offline.length > 0 && isChosenFor(process)) void writeLastSeen(offline, at);
}

function replaceElsewhere(process: string, people: Map<string, string[]> | null, at: Date): void {
  const { elsewhere } = presences();
  const before = elsewhere.get(process);
  const concerned = [...new Set([...(before?.keys() ?? []), ...(people?.keys() ?? [])])];
  const were = concerned.map(isOnline);
  if (people) elsewhere.set(process, people);
  else elsewhere.delete(process);
  for (const [i, userId] of concerned.entries()) announceChange(userId, were[i] === true, at);
}

function settle(userId: string, person: Person): void {
  const looking = [...person.sockets.values()].filter(({ isVisible }) => isVisible);
  if (looking.length > 0) {
    if (person.leaving) clearTimeout(person.leaving);
    person.leaving = null;
    const was = isOnline(userId);
    person.online = true;
    announceChange(userId, was, new Date());
  } else if (person.online) {
    person.leaving ??= setTimeout(() => leave(userId, person), offlineGraceMs).unref();
  } else if (person.sockets.size === 0) {
    presences().people.delete(userId);
  }
  if (person.online)
    recordPresence(userId, [...new Set(looking.map(({ sessionId }) => sessionId))]);
}

function leave(userId: string, person: Person): void {
  person.leaving = null;
  person.online = false;
  if (person.sockets.size === 0) presences().people.delete(userId);
  const lastSeenAt = new Date();
  announceChange(userId, true, lastSeenAt);
  recordPresence(userId, null);
  // Also of who is still elsewhere: of two processes that are left at once, each sees the other's record.
  void writeLastSeen([userId], lastSeenAt);
}

// Told to the sockets of this process alone: each one knows who is where, and tells its own.
function announceChange(userId: string, was: boolean, lastSeenAt: Date): void {
  const is = isOnline(userId);
  if (is !== was) announce(userId, is, lastSeenAt);
}

function announce(userId: string, online: boolean, lastSeenAt: Date): void {
  publish({
    type: 'event',
    isLocal: true,
    rooms: [rooms.presence(userId)],
    event: 'presence',
    data: { userId, online, lastSeenAt: lastSeenAt.toISOString() },
  });
  publish({
    type: 'event',
    isLocal: true,
    rooms: [rooms.onlinePresence(userId)],
    event: 'presence',
    data: { userId, online, lastSeenAt: null },
  });
}

async function refreshLastSeen(): Promise<void> {
  const online = [...presences().people].filter(([, person]) => person.online).map(([id]) => id);
  if (online.length > 0) await writeLastSeen(online, new Date());
}

async function writeLastSeen(userIds: string[], lastSeenAt: Date): Promise<void> {
  const _id = { $in: userIds.map((id) => new Types.ObjectId(id)) };
  try {
    await UserModel.updateMany({ _id, deletedAt: null }, { $max: { lastSeenAt } });
  } catch (error) {
    log().warn({ error: (error as Error).message }, 'last seen was not written');
  }
}
