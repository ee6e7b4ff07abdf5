import { Types } from 'mongoose';
import { AppError } from '#lib/contract/errors.ts';
import type { Input } from '#lib/contract/operations.ts';
import { isDuplicateKey } from '#lib/database/errors.ts';
import { createTurns } from '#lib/limits/turns.ts';
import { blockOf, blocksWithin } from '#lib/models/block.ts';
import { ConversationModel, pairOf, type ConversationDoc } from '#lib/models/conversation.ts';
import { MemberModel, type MemberDoc } from '#lib/models/member.ts';
import { MessageModel } from '#lib/models/message.ts';
import { remember } from '#lib/runtime.ts';
import { requireMayAdd } from './adding.ts';
import { announce, newMember, requireUsers, viewFor } from './conversations.ts';
import { defineUseCase, type Caller } from './define.ts';
import { keepOut, keptOut } from './keeping-out.ts';
import { countMembers, requireRoom } from './members.ts';
import { joinSockets, membershipOf } from './membership.ts';
import { appendSystemLine } from './messages.ts';

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
  const { conversation, created } = await findOrCreate(
    { pair },
    { kind: 'direct', memberCount: 2 },
  );
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
  return { conversation: await ownView(caller, conversation._id), created };
}

/** Those of the two who have blocked the other. */
async function blockersOf([a = '', b = '']: string[]): Promise<string[]> {
  const blocks = await blocksWithin([[a, b]]);
  return [...(blocks.has(blockOf(a, b)) ? [a] : []), ...(blocks.has(blockOf(b, a)) ? [b] : [])];
}

/** The conversation with this unique key; this one, if there is none yet, or no key. */
async function findOrCreate(
  key: { pair: string } | { creation: string } | null,
  given: NewConversation,
) {
  const existing = key && (await ConversationModel.findOne(key).lean<ConversationDoc>());
  if (existing) return { conversation: existing, created: false };
  try {
    const conversation = newConversation({ ...given, ...key });
    await ConversationModel.collection.insertOne(conversation);
    return { conversation, created: true };
  } catch (error) {
    if (!key || !isDuplicateKey(error)) throw error;
    const winner = await ConversationModel.findOne(key).lean<ConversationDoc>();
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

type Group = Extract<Input<'createConversation'>, { kind: 'group' }>;

/** One try of the same at a time: the next one finds what the one before has done. */
const tries = () => remember('group-tries', () => createTurns(1));

/** A group; with a clientId, the one that this person has made with it. */
function createGroup(caller: Caller, group: Group) {
  if (group.clientId === undefined) return makeGroup(caller, group, null);
  const creation = `${caller.userId}:${group.clientId}`;
  return tries()(creation, () => makeGroup(caller, group, { creation }));
}

/**
 * A first try may have ended anywhere: the line that says that the group was made comes last, and until it is there
 * the next try does all of it again.
 */
async function makeGroup(
  caller: Caller,
  { title, memberIds }: Group,
  key: { creation: string } | null,
) {
  const before = key && (await ConversationModel.findOne(key, { _id: 1 }).lean());
  if (before && (await isMade(before._id, caller))) {
    return { conversation: await ownView(caller, before._id), created: false };
  }
  const members = before
    ? await MemberModel.find({ conversation: before._id }).lean<MemberDoc[]>()
    : [];
  const others = othersAmong(caller, memberIds);
  const userIds = [caller.userId, ...others];
  // A first try may have been for others, and some of these may have left the group that it began.
  const known = new Set(members.map(({ user }) => user.toHexString()));
  const fresh = userIds.filter((id) => !known.has(id));
  await requireUsers(fresh);
  await requireMayAdd(caller, memberIds, 'memberIds', members);
  const given = { kind: 'group', title, memberCount: userIds.length } as const;
  const { conversation, created } = await findOrCreate(key, given);
  const { _id } = conversation;
  let present = userIds;
  if (created) {
    await beginTogether(_id, userIds);
  } else {
    await requireRoom(_id, fresh.length);
    await beginTogether(_id, userIds);
    await countMembers(_id);
    present = await presentAmong(_id, userIds);
  }
  if (present.includes(caller.userId)) {
    joinSockets(_id, present);
    await announce(_id, present);
    await appendSystemLine(
      _id,
      { type: 'group_created', actorId: caller.userId, userIds: others, title: conversation.title },
      madeLineId(_id),
    );
  }
  return { conversation: await ownView(caller, _id), created };
}

/**
 * Who else is to be in the group.
 * @throws AppError unless there is somebody
 */
function othersAmong(caller: Caller, memberIds: string[]): string[] {
  const others = [...new Set(memberIds)].filter((id) => id !== caller.userId);
  if (others.length > 0) return others;
  throw new AppError('invalid_input', 'A group needs at least one other member.', {
    issues: [{ path: 'memberIds', message: 'must name somebody else' }],
  });
}

async function presentAmong(group: Types.ObjectId, userIds: string[]): Promise<string[]> {
  const theirs = { conversation: group, user: { $in: userIds }, leftAt: null };
  const members = await MemberModel.find(theirs, { user: 1 }).lean<Pick<MemberDoc, 'user'>[]>();
  return members.map(({ user }) => user.toHexString());
}

/** What makes the line unique among all that its sender has written. */
const madeLineId = (group: Types.ObjectId): string => `system-${group.toHexString()}`;

async function isMade(group: Types.ObjectId, { userId }: Caller): Promise<boolean> {
  const line = { sender: userId, clientId: madeLineId(group), conversation: group };
  return (await MessageModel.exists(line)) !== null;
}

/** Makes the memberships that are not there: the first of these people is the owner. */
async function beginTogether(group: Types.ObjectId, userIds: string[]): Promise<void> {
  const operations = userIds.map((id, i) => {
    const user = new Types.ObjectId(id);
    const member = newMember(group, user, i === 0 ? 'owner' : 'member', 1);
    const filter = { conversation: group, user };
    return { updateOne: { filter, update: { $setOnInsert: member }, upsert: true } };
  });
  try {
    await MemberModel.collection.bulkWrite(operations, { ordered: false });
  } catch (error) {
    // Another try has made one at the same moment: it is there the next time.
    if (!isDuplicateKey(error)) throw error;
    await beginTogether(group, userIds);
  }
}

const ownView = async (caller: Caller, conversation: Types.ObjectId) =>
  viewFor(await membershipOf(caller, conversation.toHexString()));

type NewConversation = Partial<ConversationDoc> & Pick<ConversationDoc, 'kind' | 'memberCount'>;

function newConversation(given: NewConversation): ConversationDoc {
  const now = new Date();
  return {
    _id: new Types.ObjectId(),
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
