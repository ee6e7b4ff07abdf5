import { Types } from 'mongoose';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ConversationModel } from '#lib/models/conversation.ts';
import { MemberModel } from '#lib/models/member.ts';
import { relay } from '#lib/publish.ts';
import { forgetListOrder, orderOf } from '#lib/use-cases/list-order.ts';
import { withDatabase } from '../auth/support.ts';

// What the server remembers of the order of long lists, and for how long.

withDatabase();
const ana = new Types.ObjectId();
const count = 60;
let newest: string;
let oldest: string;

const begin = async (minute: number): Promise<string> => {
  const at = new Date(Date.UTC(2026, 0, 1, 0, minute));
  const _id = new Types.ObjectId();
  const conversation = { _id, kind: 'group', activityAt: at, lastSeq: 0, rev: 0 };
  await ConversationModel.collection.insertOne(conversation);
  const member = { conversation: _id, user: ana, pinned: false, leftAt: null, visible: [] };
  await MemberModel.collection.insertOne(member);
  return _id.toHexString();
};
const listed = async () => (await orderOf(ana.toHexString())).map(([, , id]) => id);

/** Another process tells of a message, some hours later. */
const tellOfMessage = (conversationId: string) =>
  relay(
    {
      type: 'event',
      rooms: [],
      event: 'message:new',
      data: { message: { conversationId, createdAt: '2026-01-02T00:00:00.000Z' } as never },
    },
    'another',
  );

beforeEach(async () => {
  forgetListOrder();
  await ConversationModel.deleteMany({});
  const ids: string[] = [];
  for (let minute = 0; minute < count; minute++) ids.push(await begin(minute));
  [oldest, newest] = [ids.at(0)!, ids.at(-1)!];
});
afterEach(() => void vi.restoreAllMocks());

it('is whole for who asks while all of it is forgotten', async () => {
  expect(await listed()).toHaveLength(count);
  const asked = listed();
  forgetListOrder();
  expect(await asked).toHaveLength(count);
});

it('knows of messages that others wrote while it was read, and since', async () => {
  const asked = listed();
  tellOfMessage(oldest);
  expect((await asked)[0]).toBe(oldest);
  const first = await begin(count);
  tellOfMessage(newest);
  const remembered = await listed();
  expect(remembered.slice(0, 2).sort()).toEqual([oldest, newest].sort());
  expect(remembered).not.toContain(first);
});

it('is read anew after a minute: whoever changed it may have died before telling', async () => {
  await listed();
  const fresh = await begin(count);
  expect(await listed()).not.toContain(fresh);
  const now = performance.now();
  vi.spyOn(performance, 'now').mockReturnValue(now + 60_000);
  expect((await listed())[0]).toBe(fresh);
});

it('lets go of a storm of messages in conversations of nobody here', async () => {
  await listed();
  const fresh = await begin(count);
  for (let n = 0; n <= 100_000; n++) tellOfMessage(n.toString(16).padStart(24, '0'));
  expect((await listed())[0]).toBe(fresh);
});
