import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Server } from 'socket.io';
import { callerFromCookies, callerFromToken } from '#lib/auth/caller.ts';
import { sessionTokenIn } from '#lib/auth/cookies.ts';
import { forgetSessions } from '#lib/auth/session-check.ts';
import { AppError } from '#lib/contract/errors.ts';
import { limits } from '#lib/contract/limits.ts';
import { connected } from '#lib/database/connect.ts';
import { env } from '#lib/env.ts';
import { noteForeignRev } from '#lib/models/heads.ts';
import { forgetKnownMembers } from '#lib/models/known-members.ts';
import { onPublication, rooms, type Publication } from '#lib/publish.ts';
import { isOwnOrigin } from './origin.ts';
import { loggingFailure } from './failure-log.ts';
import { gatherFrames } from './gather-frames.ts';
import { noteNewcomers, tooNewFor } from './newcomers.ts';
import { joinOthers } from './other-nodes.ts';
import { inTime } from './perform.ts';
import { lookAgain, newWatch } from './presence-watch.ts';
import { letGo, takeTurn, type AppSocket, type Io } from './socket-commands.ts';
import { showSocketGauges } from './socket-gauges.ts';
import {
  addressOf,
  allowConnection,
  allowHandshake,
  allowSocketOf,
  beginAdmission,
  endAdmission,
  watchConnections,
} from './socket-limits.ts';
import { startSweep } from './socket-sweep.ts';
import { noteMembershipEnded, welcome, welcomeAgain } from './welcome.ts';

/** So long clients have, when the server stops, to take what was sent to them. */
const hangUpMs = 1_000;

interface SocketHost {
  /** Resolves when it hears the other processes, or cannot for now: after seconds at most. */
  joined: Promise<void>;
  /** Lets every client go; each connects again by itself, to this server when it is back or to another. */
  close(): Promise<void>;
}

/** Puts Socket.io on the HTTP server. Upgrades that are not its own are left alone. */
export function startSocketHost(httpServer: HttpServer): SocketHost {
  const { PUBLIC_URL, ALLOWED_ORIGINS, SOCKET_JOIN_SECONDS } = env();
  const io: Io = new Server(httpServer, {
    serveClient: false,
    destroyUpgrade: false,
    maxHttpBufferSize: limits.requestBytes,
    connectTimeout: SOCKET_JOIN_SECONDS * 1000,
    allowRequest: allowConnection,
    cors: { origin: [...(PUBLIC_URL ? [PUBLIC_URL] : []), ...ALLOWED_ORIGINS], credentials: true },
  });
  watchConnections(io);
  gatherFrames(io);
  io.use((socket, next) => {
    // A client asks once. Of a thousand times at once, each would be looked up, and let in.
    if (!beginAdmission(socket.conn)) {
      socket.conn.close(true);
      return;
    }
    void admit(socket)
      .finally(() => endAdmission(socket.conn))
      .then(next);
  });
  io.on('connection', (socket) => {
    // What a client says before it is ready waits for that.
    takeTurn(socket, welcome(socket));
  });
  showSocketGauges(io);
  const stopListening = onPublication((publication, from) => carryOut(io, publication, from));
  const sockets = () => [...io.of('/').sockets.values()];
  const stopSweeping = startSweep(sockets, letGo);
  const joining = joinOthers({
    welcomeAll: () => welcomeAgain(sockets()),
    lookAgainAll: () => lookAgainAt(sockets()),
  });
  return {
    joined: joining.then(() => undefined),
    close: async () => {
      stopSweeping();
      stopListening();
      await hungUp(io);
      await io.close();
      const leaveOthers = await joining;
      await leaveOthers();
    },
  };
}

/** Lets clients have what was sent to them before they are cut; those that do not read are not waited for. */
async function hungUp(io: Io): Promise<void> {
  // Engine.io's types keep them to its own classes.
  const closed = Object.values(io.engine['clients']).map(async (client) => {
    const isClosed = once(client, 'close');
    client.close();
    await isClosed;
  });
  await Promise.race([Promise.all(closed), delay(hangUpMs, undefined, { ref: false })]);
}

/** The error to refuse the handshake with, if it has to be refused. */
async function admit(socket: AppSocket): Promise<Error | undefined> {
  const { headers, auth, address: remoteAddress } = socket.handshake;
  const visitor = {
    device: (headers['user-agent'] ?? '').slice(0, 300),
    address: addressOf({ remoteAddress, request: socket.request }),
  };
  const admitting = async () => {
    await allowHandshake(visitor.address);
    const { token } = auth as { token?: unknown };
    const { origin, host, referer, 'sec-fetch-site': site } = headers;
    const hasCookie = token === undefined && sessionTokenIn(headers.cookie ?? null) !== undefined;
    if (!isOwnOrigin({ origin, host, referer, site, hasCookie })) {
      throw new AppError('forbidden', 'This origin may not connect here.');
    }
    await connected();
    const caller =
      token === undefined
        ? await callerFromCookies(headers.cookie ?? null, visitor)
        : await callerFromToken(token, visitor, 'socket');
    allowSocketOf(caller.userId, socket.conn);
    socket.data.caller = { ...caller, socketId: socket.id };
    socket.data.waiting = 0;
    socket.data.watch = newWatch();
    return { ok: true as const };
  };
  const given = headers['x-request-id'];
  const reply = await loggingFailure('handshake', () => inTime(admitting()), {}, given);
  if (reply.ok) return undefined;
  const { message, ...data } = reply.error;
  return Object.assign(new Error(message), { data });
}

async function lookAgainAt(sockets: AppSocket[]): Promise<void> {
  const userIds = new Set(sockets.map(({ data }) => data.caller.userId));
  await loggingFailure('sight', () => lookAgain(sockets, [...userIds], false));
}

/**
 * Carries to sockets what a use case has said, here or at another process. To Socket.io, no rooms at all
 * means everybody.
 */
function carryOut(io: Io, publication: Publication, from: string | null): void {
  if (from !== null) learn(publication);
  switch (publication.type) {
    case 'event': {
      const { rooms: to, except = [], event, data, volatile } = publication;
      if (!to.some((room) => io.of('/').adapter.rooms.has(room))) break;
      const target = io.to(to).except([...except, ...tooNewFor(publication)]);
      // The publication's type has tied data to event.
      const emit = (volatile ? target.volatile : target) as unknown as {
        emit(event: string, data: unknown): void;
      };
      emit.emit(event, data);
      break;
    }
    case 'join':
      if (publication.userIds.length === 0) break;
      noteNewcomers(publication);
      io.in(publication.userIds.map(rooms.user)).socketsJoin(
        rooms.conversation(publication.conversationId),
      );
      seeAnew(io, publication.userIds, true);
      break;
    case 'leave':
      noteMembershipEnded();
      forgetKnownMembers();
      if (publication.userIds.length === 0) break;
      io.in(publication.userIds.map(rooms.user)).socketsLeave(
        rooms.conversation(publication.conversationId),
      );
      seeAnew(io, publication.userIds, true);
      break;
    case 'sight':
      seeAnew(io, publication.userIds, false);
      break;
    case 'end-sessions': {
      if (publication.sessionIds.length === 0) break;
      const ended = io.in(publication.sessionIds.map(rooms.session));
      ended.emit('session:ended', { reason: publication.reason });
      ended.disconnectSockets(true);
      break;
    }
    case 'notified':
      break;
  }
}

/** What this process remembers, and another one has changed. */
function learn(publication: Publication): void {
  if (publication.type === 'end-sessions') forgetSessions(publication.sessionIds);
  else if (publication.type === 'event') {
    const { event, data } = publication;
    if (event !== 'message:new' && event !== 'message:updated') return;
    noteForeignRev(data.message.conversationId, data.message.rev);
  }
}

/** Looks up what sockets may see of these people, or these people's may. */
function seeAnew(io: Io, userIds: string[], areContactsChanged: boolean): void {
  const sockets = [...io.of('/').sockets.values()];
  void loggingFailure('sight', () => lookAgain(sockets, userIds, areContactsChanged));
}
