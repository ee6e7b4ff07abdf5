import { Types } from 'mongoose';
import * as z from 'zod';
import { limits } from '#lib/contract/limits.ts';
import { Id, type Conversation } from '#lib/contract/records.ts';
import { ConversationModel } from '#lib/models/conversation.ts';
import { MemberModel, type MemberDoc } from '#lib/models/member.ts';
import { sizeOf } from '#lib/models/page.ts';
import { UserModel } from '#lib/models/user.ts';
import { publish, rooms } from '#lib/publish.ts';
import { decodeCursor, defaultPage, encodeCursor } from './cursor.ts';
import { defineUseCase, type Caller } from './define.ts';
import { inAnyCase } from './in-any-case.ts';
import { administeredGroupOf, membershipOf, unknownConversation } from './membership.ts';
import { compare, isListed, orderOf, type Place } from './list-order.ts';
import { appendSystemLine } from './messages.ts';
import { unknownPerson } from './users.ts';
import { conversationViews } from './views.ts';

const Cursor = z.tuple([z.boolean(), z.number(), Id]) satisfies z.ZodType<Place>;

export const listConversations = defineUseCase('listConversations', async (caller, input) => {
  const places = await orderOf(caller.userId);
  const from = input.cursor === undefined ? null : decodeCursor(input.cursor, Cursor);
  const rest = from ? places.filter((place) => compare(from, place) < 0) : places;
  const limit = input.limit ?? defaultPage;
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
  const store = async () => {
    const { modifiedCount } = await ConversationModel.updateOne(
      { _id: group._id, title: { $ne: title } },
      { $set: { title, updatedAt: new Date() } },
    );
    // Somebody else has just given it the same name, and said so.
    if (modifiedCount === 0) return;
    await appendSystemLine(group._id, {
      type: 'title_changed',
      actorId: caller.userId,
      userIds: [],
      title,
    });
  };
  // Should either fail: it may have this name all the same.
  await inAnyCase(store, () => announceToMembers(group._id));
}

/** The conversation as this member sees it. */
export async function viewFor(member: MemberDoc) {
  const [view] = await conversationViews([member]);
  if (!view) throw unknownConversation();
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
  if (found < ids.length) throw unknownPerson();
}

/** A membership that begins now and shows the log from this seq on. */
export function newMember(
  conversation: Types.ObjectId,
  user: Types.ObjectId,
  role: MemberDoc['role'],
  from: number,
): MemberDoc {
  return {
    _id: new Types.ObjectId(),
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
