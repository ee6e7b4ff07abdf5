import type { Types } from 'mongoose';
import { ConversationModel, type ConversationDoc } from '#lib/models/conversation.ts';
import { addPicture, dropPicture } from '#lib/models/picture.ts';
import { UserModel, type UserDoc } from '#lib/models/user.ts';
import { accountOf, gone } from './accounts.ts';
import { announceToMembers, viewFor } from './conversations.ts';
import { defineUseCase, type Caller } from './define.ts';
import { administeredGroupOf, membershipOf } from './membership.ts';
import { appendSystemLine } from './messages.ts';
import { announceProfile } from './profile-news.ts';
import { squarePicture } from './square-picture.ts';
import { accountView } from './users.ts';

export const setPicture = defineUseCase('setPicture', async (caller, { picture }) => {
  const { _id } = await accountOf(caller);
  return { user: accountView(await showPerson(_id, await kept(caller, _id, picture))) };
});

export const removePicture = defineUseCase('removePicture', async (caller) => {
  const before = await accountOf(caller);
  if (before.avatarUrl === null) return { user: accountView(before) };
  return { user: accountView(await showPerson(before._id, null)) };
});

async function showPerson(_id: Types.ObjectId, avatarUrl: string | null): Promise<UserDoc> {
  const before = await UserModel.findOneAndUpdate(
    { _id, deletedAt: null },
    { $set: { avatarUrl } },
    { returnDocument: 'before' },
  ).lean<UserDoc>();
  // Each takes away what it replaced: of several at once the last one stays. Of an account that was
  // deleted meanwhile none may.
  await dropPicture(before ? before.avatarUrl : avatarUrl);
  if (!before) throw gone();
  const user = { ...before, avatarUrl };
  await announceProfile(user);
  return user;
}

export const setGroupPicture = defineUseCase('setGroupPicture', async (caller, input) => {
  const { group } = await administeredGroupOf(caller, input.conversationId);
  await showGroup(caller, group._id, await kept(caller, group._id, input.picture));
  return { conversation: await ownView(caller, input.conversationId) };
});

export const removeGroupPicture = defineUseCase('removeGroupPicture', async (caller, input) => {
  const { group } = await administeredGroupOf(caller, input.conversationId);
  if (group.avatarUrl) await showGroup(caller, group._id, null);
  return { conversation: await ownView(caller, input.conversationId) };
});

async function showGroup(
  caller: Caller,
  _id: Types.ObjectId,
  avatarUrl: string | null,
): Promise<void> {
  try {
    const before = await ConversationModel.findOneAndUpdate(
      { _id },
      { $set: { avatarUrl, updatedAt: new Date() } },
      { returnDocument: 'before' },
    ).lean<ConversationDoc>();
    await dropPicture(before?.avatarUrl);
    await appendSystemLine(_id, { type: 'picture_changed', actorId: caller.userId, userIds: [] });
  } finally {
    // Should one of these fail: it may have this picture all the same.
    await announceToMembers(_id);
  }
}

const ownView = async (caller: Caller, conversationId: string) =>
  viewFor(await membershipOf(caller, conversationId));

/** Keeps the picture as pages show it. @returns its address. */
async function kept(
  { userId }: Caller,
  of: Types.ObjectId,
  picture: Blob | Uint8Array,
): Promise<string> {
  const bytes = picture instanceof Blob ? new Uint8Array(await picture.arrayBuffer()) : picture;
  return addPicture(of, await squarePicture(userId, bytes));
}
