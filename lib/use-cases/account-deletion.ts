import type { Types } from 'mongoose';
import { verifyPassword } from '#lib/auth/passwords.ts';
import { unlinkProviders } from '#lib/auth/provider-links.ts';
import { deletedName } from '#lib/contract/text.ts';
import type { Input } from '#lib/contract/operations.ts';
import { appendsSettled } from '#lib/models/append.ts';
import { dropBlocksOf } from '#lib/models/block.ts';
import { ConversationModel, type ConversationDoc } from '#lib/models/conversation.ts';
import { readHead } from '#lib/models/heads.ts';
import { isThereOrBlocks, MemberModel, type MemberDoc } from '#lib/models/member.ts';
import { dropPicturesOf } from '#lib/models/picture.ts';
import { UserModel, type UserDoc } from '#lib/models/user.ts';
import { publish, publishFirst, rooms } from '#lib/publish.ts';
import { accountOf, wrongCredentials } from './accounts.ts';
import { defineUseCase, type Caller } from './define.ts';
import { takeOut } from './leaving.ts';
import { closed } from './membership.ts';
import { announceProfile, audienceOf } from './profile-news.ts';
import { endSessions } from './sessions.ts';
import { receiptsOfOthers } from './watermarks.ts';

// What somebody wrote belongs to the conversations it was written in, and stays there without a name.
// The account itself goes last: whatever fails before, the person can still sign in and try again.

export const deleteAccount = defineUseCase('deleteAccount', async (caller, input) => {
  const user = await accountOf(caller);
  await requireOwner(caller, user, input);
  const audience = await audienceOf(user);
  const endings = await leaveAll(caller, user._id);
  await dropPicturesOf(user._id);
  await unlinkProviders(user._id);
  const sessions = { user: user._id };
  await endSessions(sessions, 'account_deleted');
  const gone = await bury(user);
  // Whoever signed in, sent a picture, or was brought into a group, at the last moment.
  await endSessions(sessions, 'account_deleted');
  await dropPicturesOf(user._id);
  endings.push(...(await leaveAll(caller, user._id)));
  for (const ending of endings) await keepLatest(ending);
  await dropBlocksOf(user._id);
  await announceProfile(gone, audience);
  publish({ type: 'sight', userIds: [caller.userId] });
  return {};
});

/** @throws AppError `invalid_credentials` */
async function requireOwner(
  caller: Caller,
  user: UserDoc,
  { password, username }: Input<'deleteAccount'>,
): Promise<void> {
  if (user.passwordHash === null) {
    if (username !== user.username) throw wrongCredentials('That is not the username.');
    return;
  }
  const isOwner = password && (await verifyPassword(user.username, password, caller));
  if (!isOwner) throw wrongCredentials('That is not the password.');
}

/** Leaves of the account what says that its messages are of one person, and nothing about who. */
async function bury({ _id, passwordHash }: UserDoc): Promise<UserDoc> {
  const user = await UserModel.findOneAndUpdate(
    { _id, passwordHash, deletedAt: null },
    {
      $set: {
        // No username has a hyphen: nobody can have taken it, and nobody can sign in by it.
        username: `deleted-${_id.toHexString()}`,
        displayName: deletedName,
        about: '',
        avatarUrl: null,
        email: null,
        passwordHash: null,
        search: [],
        lastSeenAt: null,
        deletedAt: new Date(),
      },
      $unset: { language: '', privacy: '' },
    },
    { returnDocument: 'after' },
  ).lean<UserDoc>();
  if (!user) throw wrongCredentials('The account has been changed meanwhile.');
  return user;
}

/** A direct conversation that has ended, with its memberships as they were before. */
interface Ending {
  conversation: Types.ObjectId;
  members: MemberDoc[];
  leftAt: Date;
}

async function leaveAll(caller: Caller, user: Types.ObjectId): Promise<Ending[]> {
  const endings: Ending[] = [];
  // Who was kept out of a direct conversation is not to write on to nobody.
  const members = await MemberModel.find({ user, ...isThereOrBlocks }).lean<MemberDoc[]>();
  for (const member of members) {
    const conversation = await ConversationModel.findById(
      member.conversation,
    ).lean<ConversationDoc>();
    if (conversation?.kind === 'group') await takeOut(caller, conversation, member, true);
    else if (conversation) endings.push(await closeDirect(conversation));
  }
  return endings;
}

/** Nobody is left to write to: both keep what was said, and nothing can be added. */
async function closeDirect({ _id: conversation }: ConversationDoc): Promise<Ending> {
  const members = await MemberModel.find({ conversation, leftAt: null }).lean<MemberDoc[]>();
  const { seq, rev } = await readHead(conversation);
  const receipts = await Promise.all(members.map(receiptsOfOthers));
  const leftAt = new Date();
  for (const [i, member] of members.entries()) {
    const leftAs = { title: '', memberCount: 1, rev, receipts: receipts[i] ?? null };
    await MemberModel.updateOne(
      { _id: member._id, leftAt: null },
      { $set: { leftAt, leftSeq: seq, leftAs, visible: closed(member, seq) } },
    );
  }
  const ending = { conversation, members, leftAt };
  await keepLatest(ending);
  const conversationId = conversation.toHexString();
  const userIds = members.map(({ user }) => user.toHexString());
  await publishFirst({ type: 'leave', userIds, conversationId });
  publish({
    type: 'event',
    rooms: userIds.map(rooms.user),
    event: 'conversation:removed',
    data: { conversationId },
  });
  return ending;
}

/** Whoever wrote while it ended was told that it is stored: it belongs to what is kept. */
async function keepLatest({ conversation, members, leftAt }: Ending): Promise<void> {
  await appendsSettled(conversation);
  const { seq, rev } = await readHead(conversation);
  for (const member of members) {
    await MemberModel.updateOne(
      { _id: member._id, leftAt, leftSeq: { $lt: seq } },
      { $set: { leftSeq: seq, visible: closed(member, seq), 'leftAs.rev': rev } },
    );
  }
}
