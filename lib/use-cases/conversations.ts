import mongoose, { Types } from 'mongoose';
import * as z from 'zod';
import { AppError } from '#lib/contract/errors.ts';
import { limits } from '#lib/contract/limits.ts';
import { Id, type Conversation } from '#lib/contract/records.ts';
import { isDuplicateKey } from '#lib/database/errors.ts';
import { blockOf, blocksWithin } from '#lib/models/block.ts';
import { ConversationModel, pairOf, type ConversationDoc } from '#lib/models/conversation.ts';
import { MemberModel, type MemberDoc } from '#lib/models/member.ts';
import { sizeOf } from '#lib/models/page.ts';
import { UserModel } from '#lib/models/user.ts';
import { publish, rooms } from '#lib/publish.ts';
import { requireMayAdd } from './adding.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { defineUseCase, type Caller } from './define.ts';
import { administeredGroupOf, joinSockets, membershipOf } from './membership.ts';
import { keepOut, keptOut } from './keeping-out.ts';
import { compare, isListed, orderOf, type Place } from './list-order.ts';
import { appendSystemLine } from './messages.ts';
import { conversationViews } from './views.ts';

const Cursor = z.tuple([z.boolean(), z.number(), Id]) satisfies z.ZodType<Place>;

export const listConversations = defineUseCase('listConversations', async (caller, input) => {
  const places = await orderOf(caller.userId);
  const from = input.cursor === undefined ? null : decodeCursor(input.cursor, Cursor);
  const rest = from ? places.filter((place) => compare(from, place) < 0) : places;
  const limit = input.limit ?? 50;
  const { items, count } = await viewsOf(caller, rest.slice(0, limit));
  const last = rest[count - 1];
  return { items, nextCursor: rest.length > count && last ? encodeCursor(last) : null };
});

/** So many rows are read at once: what is read in vain, for a page that has become full, is less. */
const rowsAtOnce = 50;

/** What stands at the first `count` of these places: as much as a page has room for. */
async function viewsOf(
  { userId }: Caller,
  places: Place[],
): Promise<{ items: Conversation[]; count: number }> {
  const items: Conversation[] = [];
  let bytes = 0;
  let count = 0;
  while (count < places.length) {
    const ids = places.slice(count, count + rowsAtOnce).map(([, , id]) => id);
    const members = await MemberModel.find({
      conversation: { $in: ids },
      user: userId,
    }).lean<MemberDoc[]>();
    const found = await conversationViews(members.filter(isListed));
    const views = new Map(found.map((view) => [view.id, view]));
    for (const id of ids) {
      const view = views.get(id);
      bytes += view?.lastMessage ? sizeOf(view.lastMessage) : 0;
      if (items.length > 0 && bytes > limits.pageBytes) return { items, count };
      if (view) items.push(view);
      count += 1;
    }
  }
  return { items, count };
}

export const readConversation = defineUseCase('readConversation', async (caller, input) => ({
  conversation: await viewFor(await membershipOf(caller, input.conversationId)),
}));

export const createConversation = defineUseCase('createConversation', async (caller, input) =>
  input.kind === 'direct' ? startDirect(caller, input.userId) : createGroup(caller, input),
);

/** One direct conversation for each pair, whoever starts it and however often. */
async function startDirect(caller: Caller, userId: string) {
  if (userId === caller.userId) {
    throw new AppError('invalid_input', 'A direct conversation needs somebody else.', {
      issues: [{ path: 'userId', message: 'must be somebody else' }],
    });
  }
  await requireUsers([userId]);
  const pair = pairOf(caller.userId, userId);
  const both = [caller.userId, userId];
  const blocking = await blockersOf(both);
  if (blocking.includes(caller.userId) && !(await ConversationModel.exists({ pair }))) {
    throw new AppError('forbidden', 'You have blocked this person.');
  }
  const { conversation, created } = await findOrCreatePair(pair);
  // Both upserts may already have been done by the other person at the same moment.
  const joined = await Promise.all(
    both.map((id) => joinDirect(conversation._id, id, blocking.includes(id))),
  );
  if (joined.includes(true)) {
    const open = both.filter((id) => !blocking.includes(id));
    joinSockets(conversation._id, open);
    await announce(conversation._id, open);
    // One of them may have blocked the other meanwhile, when there was nothing to keep anybody out of.
    for (const id of await blockersOf(both))
      await keepOut(id, id === userId ? caller.userId : userId);
  }
  const member = await membershipOf(caller, conversation._id.toHexString());
  return { conversation: await viewFor(member), created };
}

/** Those of the two who have blocked the other. */
async function blockersOf([a = '', b = '']: string[]): Promise<string[]> {
  const blocks = await blocksWithin([[a, b]]);
  return [...(blocks.has(blockOf(a, b)) ? [a] : []), ...(blocks.has(blockOf(b, a)) ? [b] : [])];
}

async function findOrCreatePair(pair: string) {
  const existing = await ConversationModel.findOne({ pair }).lean<ConversationDoc>();
  if (existing) return { conversation: existing, created: false };
  try {
    const conversation = newConversation({ kind: 'direct', pair, memberCount: 2 });
    await ConversationModel.collection.insertOne(conversation);
    return { conversation, created: true };
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const winner = await ConversationModel.findOne({ pair }).lean<ConversationDoc>();
    if (!winner) throw error;
    return { conversation: winner, created: false };
  }
}

/** Whether this made the membership; it may have been there. */
async function joinDirect(
  conversation: Types.ObjectId,
  userId: string,
  isBlocking: boolean,
): Promise<boolean> {
  const user = new Types.ObjectId(userId);
  const open = newMember(conversation, user, 'member', 1);
  const member = isBlocking ? { ...open, ...keptOut() } : open;
  try {
    const filter = { conversation, user };
    const made = await MemberModel.updateOne(filter, { $setOnInsert: member }, { upsert: true });
    return made.upsertedCount === 1;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return false;
  }
}

async function createGroup(caller: Caller, input: { title: string; memberIds: string[] }) {
  const others = [...new Set(input.memberIds)].filter((id) => id !== caller.userId);
  if (others.length === 0) {
    throw new AppError('invalid_input', 'A group needs at least one other member.', {
      issues: [{ path: 'memberIds', message: 'must name somebody else' }],
    });
  }
  await requireUsers(others);
  await requireMayAdd(caller, input.memberIds, 'memberIds');
  const userIds = [caller.userId, ...others];
  const conversation = newConversation({
    kind: 'group',
    title: input.title,
    memberCount: userIds.length,
  });
  await ConversationModel.collection.insertOne(conversation);
  await MemberModel.collection.insertMany(
    userIds.map((id, i) =>
      newMember(conversation._id, new Types.ObjectId(id), i === 0 ? 'owner' : 'member', 1),
    ),
  );
  joinSockets(conversation._id, userIds);
  await announce(conversation._id, userIds);
  await appendSystemLine(conversation._id, {
    type: 'group_created',
    actorId: caller.userId,
    userIds: others,
    title: input.title,
  });
  const member = await membershipOf(caller, conversation._id.toHexString());
  return { conversation: await viewFor(member), created: true };
}

export const updateConversation = defineUseCase('updateConversation', async (caller, input) => {
  const { conversationId, title, mutedUntil, ...own } = input;
  const member = await membershipOf(caller, conversationId);
  if (title !== undefined) await rename(caller, conversationId, title);
  const mine = {
    ...own,
    ...(mutedUntil !== undefined && { mutedUntil: mutedUntil && new Date(mutedUntil) }),
  };
  if (Object.keys(mine).length > 0) {
    await MemberModel.updateOne({ _id: member._id }, { $set: mine });
    await announce(member.conversation, [caller.userId]);
  }
  return { conversation: await viewFor(await membershipOf(caller, conversationId)) };
});

async function rename(caller: Caller, conversationId: string, title: string): Promise<void> {
  const { group } = await administeredGroupOf(caller, conversationId);
  if (group.title === title) return;
  try {
    await ConversationModel.updateOne(
      { _id: group._id },
      { $set: { title, updatedAt: new Date() } },
    );
    await appendSystemLine(group._id, {
      type: 'title_changed',
      actorId: caller.userId,
      userIds: [],
      title,
    });
  } finally {
    // Should either fail: it may have this name all the same.
    await announceToMembers(group._id);
  }
}

/** The conversation as this member sees it. */
export async function viewFor(member: MemberDoc) {
  const [view] = await conversationViews([member]);
  if (!view) throw new AppError('not_found', 'There is no such conversation.');
  return view;
}

/** Shows each of these members, present or past, the conversation as they see it now. */
export async function announce(conversation: Types.ObjectId, userIds: string[]): Promise<void> {
  const members = await MemberModel.find({
    conversation,
    user: { $in: userIds },
  }).lean<MemberDoc[]>();
  const views = await conversationViews(members);
  views.forEach((view, i) => {
    const userId = (members[i] as MemberDoc).user.toHexString();
    publish({
      type: 'event',
      rooms: [rooms.user(userId)],
      event: 'conversation:updated',
      data: { conversation: view },
    });
  });
}

/** Shows every present member the conversation as it is now. */
export async function announceToMembers(conversation: Types.ObjectId): Promise<void> {
  const members = await MemberModel.find({ conversation, leftAt: null }, { user: 1 }).lean<
    MemberDoc[]
  >();
  await announce(
    conversation,
    members.map(({ user }) => user.toHexString()),
  );
}

/** @throws AppError `not_found` unless all of these people exist. */
export async function requireUsers(ids: string[]): Promise<void> {
  const found = await UserModel.countDocuments({ _id: { $in: ids }, deletedAt: null });
  if (found < ids.length) throw new AppError('not_found', 'There is no such person.');
}

/** A membership that begins now and shows the log from this seq on. */
export function newMember(
  conversation: Types.ObjectId,
  user: Types.ObjectId,
  role: MemberDoc['role'],
  from: number,
): MemberDoc {
  return {
    _id: new mongoose.Types.ObjectId(),
    conversation,
    user,
    role,
    joinedAt: new Date(),
    visible: [{ from, to: null }],
    readSeq: from - 1,
    deliveredSeq: from - 1,
    leftAt: null,
    leftSeq: null,
    leftAs: null,
    leaves: [],
    mutedUntil: null,
    archived: false,
    pinned: false,
  };
}

function newConversation(
  given: Partial<ConversationDoc> & Pick<ConversationDoc, 'kind' | 'memberCount'>,
): ConversationDoc {
  const now = new Date();
  return {
    _id: new mongoose.Types.ObjectId(),
    title: '',
    pair: null,
    lastSeq: 0,
    rev: 0,
    lastMessage: null,
    activityAt: now,
    createdAt: now,
    updatedAt: now,
    ...given,
  };
}
