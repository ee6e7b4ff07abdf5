import { Types } from 'mongoose';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { SessionEndReason } from '#lib/contract/events.ts';
import { MemberModel } from '#lib/models/member.ts';
import { SessionModel } from '#lib/models/session.ts';
import { publish, rooms } from '#lib/publish.ts';
import { startSweep } from '#lib/transport/socket-sweep.ts';
import { withDatabase } from '../auth/support.ts';

// What another process has ended on the same database takes effect within what README promises; how long
// the database takes to say so is not counted here.

const promisedMs = 5_000;

withDatabase();
const conversationId = new Types.ObjectId().toHexString();
let stop: () => void;
let ended: [sessionId: string, reason: SessionEndReason][];
let ana: Connected;
let ben: Connected;

class Connected {
  readonly data = {
    caller: {
      userId: new Types.ObjectId().toHexString(),
      sessionId: new Types.ObjectId().toHexString(),
    },
  };
  readonly rooms = new Set([rooms.conversation(conversationId)]);
  readonly removed: string[] = [];
  leave(room: string) {
    this.rooms.delete(room);
  }
  emit(_event: 'conversation:removed', removed: { conversationId: string }) {
    this.removed.push(removed.conversationId);
  }
}

const sessionOf = ({ data }: Connected) => ({
  _id: new Types.ObjectId(data.caller.sessionId),
  expiresAt: new Date(Date.now() + 3_600_000),
});
const membershipOf = ({ data }: Connected) => ({
  conversation: new Types.ObjectId(conversationId),
  user: new Types.ObjectId(data.caller.userId),
  leftAt: null,
});

beforeEach(async () => {
  // The database's own timers go on.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  ended = [];
  ana = new Connected();
  ben = new Connected();
  await SessionModel.collection.insertMany([sessionOf(ana), sessionOf(ben)]);
  await MemberModel.collection.insertMany([membershipOf(ana), membershipOf(ben)]);
  stop = startSweep(
    () => [ana, ben],
    ({ data }, reason) => ended.push([data.caller.sessionId, reason]),
  );
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

it('ends the sockets of a session that is over, and no others', async () => {
  await SessionModel.collection.deleteOne({ _id: sessionOf(ana)._id });
  vi.advanceTimersByTime(promisedMs);
  await expect.poll(() => ended).toEqual([[ana.data.caller.sessionId, 'revoked']]);
});

it('takes from conversations whoever is no member any more, and nobody else', async () => {
  const { user } = membershipOf(ana);
  await MemberModel.collection.updateOne({ user }, { $set: { leftAt: new Date() } });
  vi.advanceTimersByTime(promisedMs);
  await expect.poll(() => ana.removed).toEqual([conversationId]);
  expect(ana.rooms.size).toBe(0);
  expect([ben.rooms.size, ben.removed]).toEqual([1, []]);
  expect(ended).toEqual([]);
});

it('leaves whoever comes back while it looks where they are, and nobody else', async () => {
  const users = [membershipOf(ana).user, membershipOf(ben).user];
  await MemberModel.collection.updateMany(
    { user: { $in: users } },
    { $set: { leftAt: new Date() } },
  );
  const find = MemberModel.find.bind(MemberModel);
  vi.spyOn(MemberModel, 'find').mockImplementationOnce((...given) => {
    const { userId } = ana.data.caller;
    publish({ type: 'join', userIds: [userId], conversationId, fromSeq: 1 });
    return find(...given);
  });
  vi.advanceTimersByTime(promisedMs);
  await expect.poll(() => ben.removed).toEqual([conversationId]);
  expect([ana.rooms.size, ana.removed]).toEqual([1, []]);
});
