import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Server, type Socket } from 'socket.io';
import { callerFromCookies, callerFromToken, confirmCaller } from '#lib/auth/caller.ts';
import { sessionTokenIn } from '#lib/auth/cookies.ts';
import { forgetSessions } from '#lib/auth/session-check.ts';
import { AppError } from '#lib/contract/errors.ts';
import { limits } from '#lib/contract/limits.ts';
import { connected } from '#lib/database/connect.ts';
import { env } from '#lib/env.ts';
import { createTurns } from '#lib/limits/turns.ts';
import { epochOf } from '#lib/models/epoch.ts';
import { noteForeignRev } from '#lib/models/heads.ts';
import { forgetKnownMembers } from '#lib/models/known-members.ts';
import { MemberModel, type MemberDoc } from '#lib/models/member.ts';
import { onPublication, rooms, type Publication } from '#lib/publish.ts';
import { remember } from '#lib/runtime.ts';
import { readAccount } from '#lib/use-cases/accounts.ts';
import { noteJoin } from '#lib/use-cases/membership.ts';
import { socketCame, socketWent } from '#lib/use-cases/presence.ts';
import { isOwnOrigin } from './origin.ts';
import { loggingFailure } from './failure-log.ts';
import { gatherFrames } from './gather-frames.ts';
import { noteNewcomers, tooNewFor } from './newcomers.ts';
import { joinOthers } from './other-nodes.ts';
import { inTime } from './perform.ts';
import { lookAgain, newWatch } from './presence-watch.ts';
import { letGo, takeTurn, takeUp, type AppSocket, type Io } from './socket-commands.ts';
import { showSocketGauges } from './socket-gauges.ts';
import {
  addressOf,
  allowConnection,
  allowHandshake,
  allowSocketOf,
  beginAdmission,
  endAdmission,
  shedHandshake,
  watchConnections,
} from './socket-limits.ts';
import { startSweep } from './socket-sweep.ts';

/** So long clients have, when the server stops, to take what was sent to them. */
const hangUpMs = 1_000;

/** How many sockets are made ready at once, whether they have just come or all are made ready once more. */
const welcomedAtOnce = 20;
const welcomeTurns = () => remember('welcome-turns', () => createTurns(welcomedAtOnce));

export interface SocketHost {
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
  const { clients } = io.engine as unknown as { clients: Record<string, Socket['conn']> };
  const closed = Object.values(clients).map(async (client) => {
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

async function welcome(socket: AppSocket): Promise<void> {
  const { caller } = socket.data;
  socket.on('disconnect', () => {
    socketWent(caller.userId, socket.id);
    // Who leaves the namespace alone would keep a connection that nobody counts.
    socket.conn.close();
  });
  // One listener for all of them: of those who are idle there may be many thousands.
  socket.onAny((event: string, ...args: unknown[]) => {
    if (socket.connected) takeUp(socket, event, args);
  });
  shedHandshake(socket);
  await makeReady(socket, () => socketCame(caller.userId, caller.sessionId, socket.id));
}

/**
 * Makes a socket ready when it is its turn: of a crowd, with a slow database, all at once would all be too
 * late, and come again.
 */
const makeReady = (socket: AppSocket, first?: () => void): Promise<void> =>
  welcomeTurns()('', async () => {
    if (socket.connected) await bringIn(socket, first);
  });

/** Brings the socket into its rooms and tells it so; where that fails, its client comes again. */
async function bringIn(socket: AppSocket, first: () => void = () => undefined): Promise<void> {
  const { caller } = socket.data;
  const welcoming = async () => {
    await socket.join([rooms.user(caller.userId), rooms.session(caller.sessionId)]);
    await joinConversations(socket);
    const [{ user }, epoch] = await Promise.all([readAccount(caller, {}), epochOf()]);
    // It may have ended while we were looking.
    await confirmCaller(caller);
    return { ok: true as const, user, epoch };
  };
  const reply = await loggingFailure('welcome', () => inTime(welcoming()));
  if (!reply.ok) {
    // Not a disconnect by the server, after which a client would not come back by itself.
    socket.conn.close();
  } else if (socket.connected) {
    first();
    const user = { ...reply.user, online: true };
    socket.emit('ready', {
      user,
      sessionId: caller.sessionId,
      serverTime: new Date().toISOString(),
      epoch: reply.epoch,
    });
  }
}

/** Makes sockets ready once more: their clients compare everything with what is stored. */
async function welcomeAgain(sockets: AppSocket[]): Promise<void> {
  // Not all of them before whoever comes meanwhile.
  for (let i = 0; i < sockets.length; i += welcomedAtOnce) {
    await Promise.all(
      sockets.slice(i, i + welcomedAtOnce).map(async (socket) => {
        // After its first welcome, should that be under way.
        await socket.data.turn;
        await makeReady(socket);
      }),
    );
  }
}

async function lookAgainAt(sockets: AppSocket[]): Promise<void> {
  const userIds = new Set(sockets.map(({ data }) => data.caller.userId));
  await loggingFailure('sight', () => lookAgain(sockets, [...userIds], false));
}

let membershipsEnded = 0;

/** Joins the rooms of all present memberships; again, if one has ended meanwhile. */
async function joinConversations(socket: AppSocket): Promise<void> {
  for (;;) {
    const before = membershipsEnded;
    const members = await MemberModel.find(
      { user: socket.data.caller.userId, leftAt: null },
      { conversation: 1 },
    ).lean<Pick<MemberDoc, 'conversation'>[]>();
    if (before !== membershipsEnded) continue;
    await socket.join(
      members.map(({ conversation }) => rooms.conversation(conversation.toHexString())),
    );
    return;
  }
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
      if (to.length === 0) break;
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
      membershipsEnded++;
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
  else if (publication.type === 'join') noteJoin();
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
