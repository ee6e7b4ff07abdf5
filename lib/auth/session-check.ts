import { createLookUps } from '#lib/models/look-ups.ts';
import { createRecentReads } from '#lib/models/recent-reads.ts';
import { SessionModel, type SessionDoc } from '#lib/models/session.ts';
import { log } from '#lib/log.ts';
import { remember } from '#lib/runtime.ts';
import type { Claims } from './tokens.ts';

/** How long a session lives after its last use. */
export const sessionLifeMs = 30 * 24 * 3_600_000;
const touchEveryMs = 60_000;

export interface LiveSession {
  id: string;
  userId: string;
  expiresAt: Date;
  lastUsedAt: Date;
}

const checks = () =>
  remember('session-checks', () =>
    createRecentReads(
      createLookUps(findSessions),
      (sessions) => findSessions(sessions.map(({ id }) => id)),
      () => true,
    ),
  );

async function findSessions(ids: string[]): Promise<Map<string, LiveSession>> {
  const records = await SessionModel.find({ _id: { $in: ids } }).lean<SessionDoc[]>();
  return new Map(records.map((record) => [record._id.toHexString(), live(record)]));
}

const live = ({ _id, user, expiresAt, lastUsedAt }: SessionDoc): LiveSession => ({
  id: _id.toHexString(),
  userId: user.toHexString(),
  expiresAt,
  lastUsedAt,
});

/**
 * The session that these claims name, if its record exists, is theirs and has not expired. A failure
 * of the database is thrown as such.
 */
export const liveSession = async (claims: Claims): Promise<LiveSession | null> =>
  usable(claims, await checks().read(claims.sid));

/** The same, if it is known at once; null otherwise. */
export const peekSession = (claims: Claims): LiveSession | null =>
  usable(claims, checks().peek(claims.sid));

/** Makes the next check of these sessions ask the database. */
export function forgetSessions(sessionIds: Iterable<string>): void {
  for (const id of sessionIds) checks().forget(id);
}

function usable({ sub, sid }: Claims, session: LiveSession | null): LiveSession | null {
  if (session?.userId !== sub || session.expiresAt.getTime() <= Date.now()) return null;
  touch(sid, session);
  return session;
}

/** Notes the use, at most once a minute, and moves the session's end with it. */
function touch(sid: string, session: LiveSession): void {
  const now = Date.now();
  if (now - session.lastUsedAt.getTime() < touchEveryMs) return;
  session.lastUsedAt = new Date(now);
  session.expiresAt = new Date(now + sessionLifeMs);
  const { lastUsedAt, expiresAt } = session;
  SessionModel.updateOne({ _id: sid }, { $set: { lastUsedAt, expiresAt } }).catch(
    (error: Error) => {
      log().warn({ error: error.message }, 'the use of a session was not written');
    },
  );
}
