import type { Server, Socket } from 'socket.io';
import { confirmCaller, isConfirmed } from '#lib/auth/caller.ts';
import { AppError } from '#lib/contract/errors.ts';
import { commandEvents, type CommandName } from '#lib/contract/event-names.ts';
import type {
  ClientToServer,
  Reply,
  ServerToClient,
  SessionEndReason,
} from '#lib/contract/events.ts';
import { operations } from '#lib/contract/operations.ts';
import { metrics } from '#lib/metrics.ts';
import type { Caller } from '#lib/use-cases/define.ts';
import { socketVisible } from '#lib/use-cases/presence.ts';
import { allow } from './allow.ts';
import { loggedRefusal, loggingFailure } from './failure-log.ts';
import { failLater, requireServing, runUseCase, underWay } from './perform.ts';
import { watch, type PresenceWatch } from './presence-watch.ts';
import { allowQueued } from './socket-limits.ts';

// What a client says over its socket, from its arrival to its ack.

interface SocketData {
  caller: Caller & { socketId: string };
  /** Ends when everything that came before on this socket has been taken up, in its order; null: it has. */
  turn: Promise<void> | null;
  /** Commands that have not been answered yet. */
  waiting: number;
  watch: PresenceWatch;
}

/** By Socket.io nodes tell each other nothing: lib/nodes carries publications instead. */
type Events = Record<string, never>;
export type Io = Server<ClientToServer, ServerToClient, Events, SocketData>;
export type AppSocket = Socket<ClientToServer, ServerToClient, Events, SocketData>;

const commandOf = new Map<string, CommandName>(
  (Object.entries(commandEvents) as [CommandName, string][]).map(([name, event]) => [event, name]),
);

type Ack = (reply: Reply<unknown>) => void;

/** Answers a command. A client may leave out the ack, or the input, or send anything at all in their places. */
export function takeUp(socket: AppSocket, event: string, args: unknown[]): void {
  const last = args.at(-1);
  const ack = typeof last === 'function' ? (last as Ack) : undefined;
  const name = commandOf.get(event);
  if (name === undefined) {
    if (ack) void refuseUnknown(socket).then(ack);
    return;
  }
  const raw = (args[0] === last && ack) || args.length === 0 ? {} : args[0];
  answer(socket, name, raw, ack);
}

const refuseUnknown = (socket: AppSocket): Promise<Reply<never>> =>
  loggingFailure('unknown event', async () => {
    await allow(undefined, socket.data.caller);
    throw new AppError('not_found', 'There is no such event.');
  });

/** Without a promise more than it needs: each one has its price, and there is a command for each message. */
function answer(socket: AppSocket, name: CommandName, raw: unknown, ack?: Ack): void {
  const { data } = socket;
  const event = commandEvents[name];
  const began = performance.now();
  const over = underWay();
  data.waiting++;
  let isAnswered = false;
  const settle = (reply: Reply<unknown>): void => {
    if (isAnswered) return;
    isAnswered = true;
    callOff();
    over();
    data.waiting--;
    if (!reply.ok && reply.error.code === 'unauthenticated') letGo(socket, 'expired');
    ack?.(reply);
    metrics().ackSeconds.observe({ event }, (performance.now() - began) / 1000);
  };
  const fail = (error: unknown): void => {
    if (!isAnswered) settle(loggedRefusal(name, error, { event }));
  };
  const callOff = failLater(fail);
  try {
    carriedOut(socket, name, raw).then(settle, fail);
  } catch (error) {
    fail(error);
  }
}

/** Taken up in the order of arrival: what a sender writes first is stored first. @throws what refuses it */
function carriedOut(socket: AppSocket, name: CommandName, raw: unknown): Promise<Reply<unknown>> {
  const { caller, waiting, turn: before } = socket.data;
  requireServing();
  allowQueued(waiting, caller.userId);
  const allowed = allow(name, caller, raw);
  if (!before && !allowed && isConfirmed(caller)) return outcome(socket, name, raw);
  const turn = Promise.resolve(before)
    .then(() => allowed)
    .then(() => confirmCaller(caller));
  takeTurn(socket, turn);
  // What is too much is refused at once, whatever else still waits.
  return Promise.resolve(allowed)
    .then(() => turn)
    .then(() => outcome(socket, name, raw));
}

/** What comes from now on has to wait for this. */
export function takeTurn({ data }: AppSocket, taken: Promise<void>): void {
  const over = () => {
    if (data.turn === turn) data.turn = null;
  };
  const turn = taken.then(over, over);
  data.turn = turn;
}

async function outcome(socket: AppSocket, name: CommandName, raw: unknown) {
  if (name === 'watchPresence') return watchPresence(socket, raw);
  if (name === 'setVisible') return setVisible(socket, raw);
  const { created: _, ...data } = await runUseCase(name, socket.data.caller, raw);
  return { ok: true as const, data };
}

async function watchPresence(socket: AppSocket, raw: unknown) {
  const { userIds } = operations.watchPresence.input.parse(raw);
  return { ok: true as const, data: { presences: await watch(socket, userIds) } };
}

function setVisible(socket: AppSocket, raw: unknown) {
  const { visible } = operations.setVisible.input.parse(raw);
  socketVisible(socket.data.caller.userId, socket.id, visible);
  return { ok: true as const, data: {} };
}

/** Ends a socket whose session is over. */
export function letGo(socket: AppSocket, reason: SessionEndReason): void {
  socket.emit('session:ended', { reason });
  socket.disconnect(true);
}
