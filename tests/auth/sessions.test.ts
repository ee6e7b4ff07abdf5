import mongoose from 'mongoose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { callerFromToken, confirmCaller } from '#lib/auth/caller.ts';
import { deviceName } from '#lib/auth/device.ts';
import { encodeSessionToken } from '#lib/auth/tokens.ts';
import { operations } from '#lib/contract/operations.ts';
import { SessionModel, type SessionDoc } from '#lib/models/session.ts';
import { createToken } from '#lib/use-cases/accounts.ts';
import type { Caller } from '#lib/use-cases/define.ts';
import {
  endOtherSessions,
  endSession,
  listSessions,
  startSession,
} from '#lib/use-cases/sessions.ts';
import {
  laptop,
  password,
  phone,
  publishedBy,
  refusalOf,
  signIn,
  signUp,
  withDatabase,
} from './support.ts';

const { connect } = withDatabase();
afterEach(() => {
  vi.useRealTimers();
});

const day = 24 * 3_600_000;
const isRefused = async ({ token }: { token: string }) =>
  (await refusalOf(callerFromToken(token, laptop, 'session'))) === 'unauthenticated';
const recordOf = ({ sessionId }: Caller) => SessionModel.findById(sessionId).lean<SessionDoc>();

describe('ending a session', () => {
  it('refuses its token at once, and says so to its sockets', async () => {
    await signUp('ana');
    const [here, there] = [await signIn('ana'), await signIn('ana', phone)];
    expect([await isRefused(here), await isRefused(there)]).toEqual([false, false]);
    const heard = await publishedBy(() => endSession(here, { sessionId: there.sessionId }));
    expect(heard).toEqual([
      { type: 'end-sessions', sessionIds: [there.sessionId], reason: 'revoked' },
    ]);
    expect([await isRefused(here), await isRefused(there)]).toEqual([false, true]);
    expect(await refusalOf(confirmCaller(there))).toBe('unauthenticated');
  });

  it('is signing out when it is one’s own, under either name', async () => {
    await signUp('ana');
    for (const nameOf of [() => 'current' as const, ({ sessionId }: Caller) => sessionId]) {
      const here = await signIn('ana');
      const heard = await publishedBy(() => endSession(here, { sessionId: nameOf(here) }));
      expect(heard).toMatchObject([{ sessionIds: [here.sessionId], reason: 'signed_out' }]);
      expect(await isRefused(here)).toBe(true);
    }
  });

  it('of somebody else, or of nobody, is not found and changes nothing', async () => {
    await signUp('ana');
    await signUp('mallory');
    const [ana, mallory] = [await signIn('ana'), await signIn('mallory')];
    const heard = await publishedBy(async () => {
      for (const sessionId of [ana.sessionId, 'f'.repeat(24)]) {
        expect(await refusalOf(endSession(mallory, { sessionId }))).toBe('not_found');
      }
    });
    expect(heard).toEqual([]);
    expect(await isRefused(ana)).toBe(false);
  });

  it('everywhere else keeps this one and other people’s', async () => {
    await signUp('ana');
    await signUp('ben');
    const [here, ben] = [await signIn('ana'), await signIn('ben')];
    const others = [await signIn('ana'), await signIn('ana'), await signIn('ana')];
    expect(await endOtherSessions(here, {})).toEqual({ ended: 3 });
    expect(await Promise.all(others.map(isRefused))).toEqual([true, true, true]);
    expect([await isRefused(here), await isRefused(ben)]).toEqual([false, false]);
    expect(await endOtherSessions(here, {})).toEqual({ ended: 0 });
  });

  it('is not undone by a check that was under way', async () => {
    await signUp('ana');
    const [here, there] = [await signIn('ana'), await signIn('ana', phone)];
    for (let round = 0; round < 20; round++) {
      const session = await startSession(here.userId, 'race');
      const claims = { sub: here.userId, sid: session._id.toHexString() };
      const token = await encodeSessionToken(claims);
      const racing = Promise.all([
        isRefused({ token }),
        isRefused({ token }),
        isRefused({ token }),
      ]);
      await endSession(here, { sessionId: claims.sid });
      expect(await isRefused({ token })).toBe(true);
      await racing;
      expect(await isRefused({ token })).toBe(true);
    }
    expect(await isRefused(there)).toBe(false);
  });

  it('in another process is noticed within three seconds', async () => {
    stopClocks();
    await signUp('ana');
    const here = await signIn('ana');
    await SessionModel.deleteOne({ _id: here.sessionId });
    vi.advanceTimersByTime(3_000);
    expect(await isRefused(here)).toBe(true);
  });
});

describe('a session', () => {
  it('is no good for somebody else’s name', async () => {
    const ben = await signUp('ben');
    await signUp('ana');
    const { sessionId: sid } = await signIn('ana');
    expect(await isRefused({ token: await encodeSessionToken({ sub: ben.id, sid }) })).toBe(true);
  });

  it('ends thirty days after its last use, which moves the end', async () => {
    stopClocks();
    await signUp('ana');
    const here = await signIn('ana');
    const begun = await recordOf(here);
    expect(begun?.expiresAt.getTime()).toBe((begun?.createdAt.getTime() ?? 0) + 30 * day);
    vi.advanceTimersByTime(29 * day);
    expect(await isRefused(here)).toBe(false);
    await vi.waitFor(async () => {
      const { lastUsedAt, expiresAt } = (await recordOf(here))!;
      expect(lastUsedAt.getTime()).toBeGreaterThan(begun!.lastUsedAt.getTime() + 28 * day);
      expect(expiresAt.getTime()).toBe(lastUsedAt.getTime() + 30 * day);
    });
    vi.advanceTimersByTime(29 * day);
    expect(await isRefused(here)).toBe(false);
    vi.advanceTimersByTime(31 * day);
    expect(await isRefused(here)).toBe(true);
  });

  it('is written to at most once a minute', async () => {
    stopClocks();
    await signUp('ana');
    const here = await signIn('ana');
    const begun = await recordOf(here);
    vi.advanceTimersByTime(50_000);
    for (let use = 0; use < 5; use++) await isRefused(here);
    expect((await recordOf(here))?.lastUsedAt).toEqual(begun?.lastUsedAt);
  });

  it('cannot be judged without the database, and nobody is told that it is over', async () => {
    stopClocks();
    await signUp('ana');
    const here = await signIn('ana');
    vi.advanceTimersByTime(5_000);
    await mongoose.disconnect();
    try {
      const refusal = await refusalOf(callerFromToken(here.token, laptop, 'session'));
      expect(refusal).toMatch(/^Mongo/);
    } finally {
      await connect();
    }
    expect(await isRefused(here)).toBe(false);
  });
});

describe('the list of sessions', () => {
  it('names the devices, the latest used first, and which is this one', async () => {
    await signUp('ana');
    await signUp('ben');
    await signIn('ben');
    const there = await signIn('ana', phone);
    const bot = await createToken(laptop, { username: 'ana', password, device: 'weather bot' });
    const here = await signIn('ana');
    await SessionModel.updateOne(
      { _id: there.sessionId },
      { lastUsedAt: new Date(Date.now() + 5) },
    );
    const answer = await listSessions(here, {});
    expect(operations.listSessions.output.parse(answer)).toEqual(answer);
    expect(answer.items.map(({ device, current }) => [device, current])).toEqual([
      ['Safari on iPhone', false],
      ['Firefox on Linux', true],
      ['weather bot', false],
    ]);
    expect(answer.nextCursor).toBeNull();
    expect(bot.expiresAt).toBe(answer.items[2]?.expiresAt);
  });

  it('leaves out what has expired', async () => {
    await signUp('ana');
    const here = await signIn('ana');
    const over = await startSession(here.userId, 'old');
    await SessionModel.updateOne({ _id: over._id }, { expiresAt: new Date(Date.now() - 1) });
    expect((await listSessions(here, {})).items).toHaveLength(1);
  });

  it('comes in pages of any size, each session once, though many are of one moment', async () => {
    await signUp('ana');
    const here = await signIn('ana');
    await Promise.all(Array.from({ length: 6 }, (_, i) => startSession(here.userId, `bot ${i}`)));
    await SessionModel.updateMany({}, { lastUsedAt: new Date() });
    const all = (await listSessions(here, {})).items.map(({ id }) => id);
    expect(new Set(all).size).toBe(7);
    for (let limit = 1; limit <= 8; limit++) {
      const seen: string[] = [];
      for (let cursor: string | null | undefined; cursor !== null;) {
        const page: Awaited<ReturnType<typeof listSessions>> = await listSessions(here, {
          limit,
          ...(cursor !== undefined && { cursor }),
        });
        expect(page.items.length).toBeLessThanOrEqual(limit);
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor;
      }
      expect(seen).toEqual(all);
    }
  });

  it('refuses a cursor that it has not made', async () => {
    await signUp('ana');
    const here = await signIn('ana');
    const made = (place: unknown) => Buffer.from(JSON.stringify(place)).toString('base64url');
    const cursors = [
      '',
      'x',
      made(null),
      made(['x', 'y']),
      made([{ $gt: 0 }, { $gt: 0 }]),
      made(3),
    ];
    for (const cursor of cursors) {
      expect(await refusalOf(listSessions(here, { cursor }))).toBe('invalid_input');
    }
  });
});

describe('a device', () => {
  const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)';
  it.each([
    [laptop.device, 'Firefox on Linux'],
    [phone.device, 'Safari on iPhone'],
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/156.0 Safari/537.36`,
      'Chrome on Windows',
    ],
    [
      `Mozilla/5.0 (X11; Linux x86_64) ${webkit} HeadlessChrome/156.0 Safari/537.36`,
      'Chromium on Linux',
    ],
    [
      `Mozilla/5.0 (Windows NT 10.0) ${webkit} Chrome/156.0 Safari/537.36 Edg/156.0`,
      'Edge on Windows',
    ],
    [
      `Mozilla/5.0 (Linux; Android 16; K) ${webkit} Chrome/156.0 Mobile Safari/537.36`,
      'Chrome on Android',
    ],
    [
      'Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) CriOS/156 Mobile Safari/604.1',
      'Chrome on iPad',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.5 Safari/605.1.15',
      'Safari on Mac',
    ],
    ['curl/8.5.0', 'curl'],
    ['node', 'node'],
    ['Mozilla/5.0 (X11; Linux x86_64)', 'Linux'],
    ['Mozilla/5.0', 'Unknown device'],
    ['', 'Unknown device'],
    ['<script>', 'Unknown device'],
  ])('%s is called %s', (userAgent, name) => {
    expect(deviceName(userAgent)).toBe(name);
  });
});

/** From here on time passes only by `vi.advanceTimersByTime`. */
const stopClocks = () => vi.useFakeTimers({ toFake: ['Date', 'performance'] });
