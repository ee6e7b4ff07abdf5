import { AppError } from '#lib/contract/errors.ts';
import { limits } from '#lib/contract/limits.ts';
import { isDuplicateKey } from '#lib/database/errors.ts';
import { BlockModel, blockOf, type BlockDoc } from '#lib/models/block.ts';
import { UserModel, type UserDoc } from '#lib/models/user.ts';
import { publish, rooms } from '#lib/publish.ts';
import { byId } from './collating.ts';
import { announce } from './conversations.ts';
import { pageOf } from './cursor.ts';
import { defineUseCase, type Caller } from './define.ts';
import { keepOut, letIn } from './keeping-out.ts';
import { sightFor } from './privacy.ts';
import { announceProfile, audienceOf } from './profile-news.ts';
import { unknownPerson, userView } from './users.ts';

// Whoever is blocked is told nothing of it, in any answer or event: to them it looks as if the other
// one were not there. Groups that both are in go on as before.

export const blockUser = defineUseCase('blockUser', async (caller, { userId }) => {
  const user = await otherOf(caller, userId);
  if (user.deletedAt) throw unknownPerson();
  await store(caller, user);
  // Also where there was a block: the first try may have got no farther.
  const conversation = await keepOut(caller.userId, userId);
  publish({ type: 'sight', userIds: [caller.userId] });
  const view = await tellOwnDevices(caller, user);
  if (conversation) await announce(conversation, [caller.userId]);
  return { user: view };
});

export const unblockUser = defineUseCase('unblockUser', async (caller, { userId }) => {
  const user = await otherOf(caller, userId);
  // The conversation first: should the rest fail, there is still a block to take back.
  const conversation = await letIn(caller.userId, userId);
  const _id = blockOf(caller.userId, userId);
  const { deletedCount } = await BlockModel.deleteOne({ _id });
  const view = await tellOwnDevices(caller, user);
  if (conversation) await announce(conversation, [caller.userId, userId]);
  if (deletedCount > 0) {
    publish({ type: 'sight', userIds: [caller.userId] });
    await showProfile(caller, userId);
  }
  return { user: view };
});

export const listBlocked = defineUseCase('listBlocked', async (caller, input) => {
  const blocks = await BlockModel.find({ user: caller.userId })
    .sort({ createdAt: -1, _id: 1 })
    .lean<BlockDoc[]>();
  const { items, nextCursor } = pageOf(blocks, input);
  const found = await UserModel.find({ _id: { $in: items.map(({ blocked }) => blocked) } }).lean<
    UserDoc[]
  >();
  const users = byId(found);
  const sights = await sightFor(caller.userId, found);
  return {
    items: items.flatMap(({ blocked }) => {
      const user = users.get(blocked.toHexString());
      return user ? [userView(user, sights.look(blocked))] : [];
    }),
    nextCursor,
  };
});

/** @throws AppError `conflict` for one more than may be blocked. */
async function store(caller: Caller, { _id: blocked }: UserDoc): Promise<void> {
  const { _id: user } = await UserModel.findById(caller.userId, { _id: 1 }).orFail().lean();
  const _id = blockOf(user, blocked);
  if (await BlockModel.exists({ _id })) return;
  if ((await BlockModel.countDocuments({ user })) >= limits.blockedUsers) {
    throw new AppError('conflict', `At most ${limits.blockedUsers} people can be blocked.`);
  }
  await BlockModel.create({ _id, user, blocked, createdAt: new Date() }).catch((error: unknown) => {
    if (!isDuplicateKey(error)) throw error;
  });
}

async function otherOf(caller: Caller, userId: string): Promise<UserDoc> {
  if (userId === caller.userId) {
    throw new AppError('invalid_input', 'Nobody can block themselves.', {
      issues: [{ path: 'userId', message: 'must be somebody else' }],
    });
  }
  const user = await UserModel.findById(userId).lean<UserDoc>();
  if (!user) throw unknownPerson();
  return user;
}

/** So that each of the caller's tabs and devices shows it at once. */
async function tellOwnDevices(caller: Caller, user: UserDoc) {
  const sights = await sightFor(caller.userId, [user]);
  const view = userView(user, sights.look(user._id));
  publish({
    type: 'event',
    rooms: [rooms.user(caller.userId)],
    event: 'user:updated',
    data: { user: view },
  });
  return view;
}

/** Whoever was blocked sees of the caller again what others see. */
async function showProfile(caller: Caller, userId: string): Promise<void> {
  const me = await UserModel.findById(caller.userId).lean<UserDoc>();
  if (!me) return;
  const audience = await audienceOf(me);
  await announceProfile(
    me,
    audience.filter(({ _id }) => _id.toHexString() === userId),
  );
}
