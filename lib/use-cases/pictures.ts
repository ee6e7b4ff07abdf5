import type { Types } from 'mongoose';
import { ConversationModel, type ConversationDoc } from '#lib/models/conversation.ts';
import { addPicture, dropPicture, isPictureAt } from '#lib/models/picture.ts';
import { UserModel, type UserDoc } from '#lib/models/user.ts';
import { accountOf, gone } from './accounts.ts';
import { announceToMembers, viewFor } from './conversations.ts';
import { defineUseCase, type Caller } from './define.ts';
import { inAnyCase } from './in-any-case.ts';
import { administeredGroupOf, membershipOf } from './membership.ts';
import { appendSystemLine } from './messages.ts';
import { announceProfile } from './profile-news.ts';
import { squarePicture } from './square-picture.ts';
import { accountView } from './users.ts';

export const setPicture = defineUseCase('setPicture', async (caller, { picture }) => {
  const before = await accountOf(caller);
  const { _id, avatarUrl } = before;
  const square = await squareOf(caller, picture);
  if (await isPictureAt(avatarUrl, square)) return { user: accountView(before) };
  return { user: accountView(await showPerson(_id, await addPicture(_id, square))) };
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
  const square = await squareOf(caller, input.picture);
  if (await isPictureAt(group.avatarUrl, square)) {
    // An earlier try may have stored it without telling anybody.
    await announceToMembers(group._id);
  } else {
    await showGroup(caller, group._id, await addPicture(group._id, square));
  }
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
  const store = async () => {
    const before = await ConversationModel.findOneAndUpdate(
      { _id },
      { $set: { avatarUrl, updatedAt: new Date() } },
      { returnDocument: 'before' },
    ).lean<ConversationDoc>();
    await dropPicture(before?.avatarUrl);
    await appendSystemLine(_id, { type: 'picture_changed', actorId: caller.userId, userIds: [] });
  };
  // Should one of these fail: it may have this picture all the same.
  await inAnyCase(store, () => announceToMembers(_id));
}

const ownView = async (caller: Caller, conversationId: string) =>
  viewFor(await membershipOf(caller, conversationId));

/** The picture as pages show it: of the same bytes always the same. */
async function squareOf({ userId }: Caller, picture: Blob | Uint8Array): Promise<Buffer> {
  const bytes = picture instanceof Blob ? new Uint8Array(await picture.arrayBuffer()) : picture;
  return squarePicture(userId, bytes);
}
