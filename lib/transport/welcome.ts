import { confirmCaller } from '#lib/auth/caller.ts';
import { createTurns } from '#lib/limits/turns.ts';
import { epochOf } from '#lib/models/epoch.ts';
import { createLookUps } from '#lib/models/look-ups.ts';
import { MemberModel, type MemberDoc } from '#lib/models/member.ts';
import { rooms } from '#lib/publish.ts';
import { remember } from '#lib/runtime.ts';
import { readAccount } from '#lib/use-cases/accounts.ts';
import { grouped } from '#lib/use-cases/collating.ts';
import { socketCame, socketWent } from '#lib/use-cases/presence.ts';
import { loggingFailure } from './failure-log.ts';
import { inTime } from './perform.ts';
import { takeUp, type AppSocket } from './socket-commands.ts';
import { shedHandshake } from './socket-limits.ts';

/** How many sockets are made ready at once, whether they have just come or all are made ready once more. */
const welcomedAtOnce = 100;
const welcomeTurns = () => remember('welcome-turns', () => createTurns(welcomedAtOnce));

/** Makes a socket that has just come ready for what its client says. */
export async function welcome(socket: AppSocket): Promise<void> {
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
    const [{ user }, epoch] = await Promise.all([
      readAccount(caller, {}),
      epochOf(),
      joinConversations(socket),
    ]);
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
export async function welcomeAgain(sockets: AppSocket[]): Promise<void> {
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

let membershipsEnded = 0;

/** Has those who are being welcomed look anew which conversations are theirs. */
export function noteMembershipEnded(): void {
  membershipsEnded++;
}

const lookUpMemberships = createLookUps(async (userIds) => {
  const members = await MemberModel.find(
    { user: { $in: userIds }, leftAt: null },
    { user: 1, conversation: 1 },
  ).lean<Pick<MemberDoc, 'user' | 'conversation'>[]>();
  return grouped(members, ({ user }) => user.toHexString());
});

/** Joins the rooms of all present memberships; again, if one has ended meanwhile. */
async function joinConversations(socket: AppSocket): Promise<void> {
  for (;;) {
    const before = membershipsEnded;
    const members = (await lookUpMemberships(socket.data.caller.userId)) ?? [];
    if (before !== membershipsEnded) continue;
    await socket.join(
      members.map(({ conversation }) => rooms.conversation(conversation.toHexString())),
    );
    return;
  }
}
