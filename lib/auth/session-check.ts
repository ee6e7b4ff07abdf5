import { SessionModel, type SessionDoc } from '#lib/models/session.ts';
import { log } from '#lib/log.ts';
import { remember } from '#lib/runtime.ts';
import type { Claims } from './tokens.ts';

/** How long a session lives after its last use. */
export const sessionLifeMs = 30 * 24 * 3_600_000;
/** For so long another process's ending of a session may go unnoticed here. */
const freshMs = 3_000;
const touchEveryMs = 60_000;

export interface LiveSession {
  userId: string;
  expiresAt: Date;
  lastUsedAt: Date;
}

interface Check {
  at: number;
  session: Promise<LiveSession | null>;
}

// The promise is kept, not its outcome: dropping it also drops a read that is still under way and
// that may have seen the record just before it went.
const checks = () => remember('session-checks', () => new Map<string, Check>());

/**
 * The session that these claims name, if its record exists, is theirs and has not expired. A failure
 * of the database is thrown as such.
 */
export async function liveSession({ sub, sid }: Claims): Promise<LiveSession | null> {
  const session = await (freshCheck(sid) ?? check(sid));
  if (session?.userId !== sub || session.expiresAt.getTime() <= Date.now()) return null;
  touch(sid, session);
  return session;
}

/** Makes the next check of these sessions ask the database. */
export function forgetSessions(sessionIds: Iterable<string>): void {
  for (const id of sessionIds) checks().delete(id);
}

function freshCheck(sid: string): Check['session'] | undefined {
  const known = checks().get(sid);
  return known && performance.now() - known.at < freshMs ? known.session : undefined;
}

function check(sid: string): Check['session'] {
  const known = checks();
  const now = performance.now();
  // Oldest first, since a renewed one goes to the end.
  for (const [id, { at }] of known) {
    if (now - at < freshMs) break;
    known.delete(id);
  }
  const session = read(sid);
  const entry = { at: now, session };
  known.delete(sid);
  known.set(sid, entry);
  session.catch(() => {
    if (known.get(sid) === entry) known.delete(sid);
  });
  return session;
}

async function read(sid: string): Promise<LiveSession | null> {
  const record = await SessionModel.findById(sid).lean<SessionDoc>();
  if (!record) return null;
  const { user, expiresAt, lastUsedAt } = record;
  return { userId: user.toHexString(), expiresAt, lastUsedAt };
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
