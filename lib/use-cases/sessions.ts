import { Types, type QueryFilter } from 'mongoose';
import * as z from 'zod';
import { deviceName } from '#lib/auth/device.ts';
import { verifyPassword } from '#lib/auth/passwords.ts';
import { forgetSessions, sessionLifeMs } from '#lib/auth/session-check.ts';
import { encodeSocketToken } from '#lib/auth/tokens.ts';
import { AppError } from '#lib/contract/errors.ts';
import type { SessionEndReason } from '#lib/contract/events.ts';
import { Id, Time, type Session } from '#lib/contract/records.ts';
import { SessionModel, type SessionDoc } from '#lib/models/session.ts';
import { UserModel, type UserDoc } from '#lib/models/user.ts';
import { publishFirst } from '#lib/publish.ts';
import { decodeCursor, defaultPage, pageFrom } from './cursor.ts';
import { defineUseCase, type Visitor } from './define.ts';

export const createSocketToken = defineUseCase('createSocketToken', async (caller) => {
  const claims = { sub: caller.userId, sid: caller.sessionId };
  const { token, expiresAt } = await encodeSocketToken(claims);
  return { token, expiresAt: expiresAt.toISOString() };
});

const Place = z.tuple([Time, Id]);

export const listSessions = defineUseCase('listSessions', async (caller, input) => {
  const { limit = defaultPage, cursor } = input;
  const from = cursor === undefined ? null : decodeCursor(cursor, Place);
  const found = await SessionModel.find({
    user: caller.userId,
    expiresAt: { $gt: new Date() },
    ...(from && after(...from)),
  })
    .sort({ lastUsedAt: -1, _id: -1 })
    .limit(limit + 1)
    .lean<SessionDoc[]>();
  const { items, nextCursor } = pageFrom(found, limit, ({ lastUsedAt, _id }) => [
    lastUsedAt.toISOString(),
    _id.toHexString(),
  ]);
  return { items: items.map((session) => sessionView(session, caller.sessionId)), nextCursor };
});

export const endSession = defineUseCase('endSession', async (caller, { sessionId }) => {
  const _id = sessionId === 'current' ? caller.sessionId : sessionId;
  const reason = _id === caller.sessionId ? 'signed_out' : 'revoked';
  const ended = await endSessions({ _id, user: caller.userId }, reason);
  // Of somebody else, or ended already: the caller may not know which.
  if (ended === 0) throw new AppError('not_found', 'There is no such session.');
  return {};
});

export const endOtherSessions = defineUseCase('endOtherSessions', async (caller) => {
  const others = { user: caller.userId, _id: { $ne: caller.sessionId } };
  return { ended: await endSessions(others, 'revoked') };
});

/** Signs somebody in who has proved who they are. */
export async function startSession(
  userId: Types.ObjectId | string,
  device: string,
): Promise<SessionDoc> {
  const now = new Date();
  const session: SessionDoc = {
    _id: new Types.ObjectId(),
    user: new Types.ObjectId(userId),
    device,
    createdAt: now,
    lastUsedAt: now,
    expiresAt: new Date(now.getTime() + sessionLifeMs),
    push: null,
  };
  await SessionModel.create(session);
  return session;
}

/**
 * Signs in by password; null when it does not match. The device is what the program calls itself,
 * or is told from its user agent.
 */
export async function signIn(
  { username, password, device }: { username: string; password: string; device?: string },
  visitor: Visitor,
): Promise<{ user: UserDoc; session: SessionDoc } | null> {
  const user = await verifyPassword(username, password, visitor);
  if (!user) return null;
  const session = await startSession(user._id, device || deviceName(visitor.device));
  // If the password was changed after it was compared, that change may have ended "every" session
  // just before this one began.
  const { _id, passwordHash } = user;
  if (await UserModel.exists({ _id, passwordHash })) return { user, session };
  await endSessions({ _id: session._id }, 'password_changed');
  return null;
}

/** Ends these sessions everywhere: tokens are refused at once, sockets are closed. Returns how many. */
export async function endSessions(
  filter: QueryFilter<SessionDoc>,
  reason: SessionEndReason,
): Promise<number> {
  const found = await SessionModel.find(filter, { _id: 1 }).lean();
  const sessionIds = found.map(({ _id }) => _id.toHexString());
  if (sessionIds.length === 0) return 0;
  try {
    await SessionModel.deleteMany({ _id: { $in: sessionIds } });
  } finally {
    // Even of a failed attempt: nobody knows what it did.
    forgetSessions(sessionIds);
  }
  await publishFirst({ type: 'end-sessions', sessionIds, reason });
  return sessionIds.length;
}

/** What comes after this place, the latest used first. */
const after = (lastUsedAt: string, id: string): QueryFilter<SessionDoc> => ({
  $or: [
    { lastUsedAt: { $lt: new Date(lastUsedAt) } },
    { lastUsedAt: new Date(lastUsedAt), _id: { $lt: id } },
  ],
});

const sessionView = (session: SessionDoc, currentId: string): Session => ({
  id: session._id.toHexString(),
  current: session._id.toHexString() === currentId,
  device: session.device,
  createdAt: session.createdAt.toISOString(),
  lastUsedAt: session.lastUsedAt.toISOString(),
  expiresAt: session.expiresAt.toISOString(),
});
