import type { Types } from 'mongoose';
import { AppError } from '#lib/contract/errors.ts';
import type { Role } from '#lib/contract/records.ts';
import { MemberModel, type MemberDoc } from '#lib/models/member.ts';
import { announceToMembers } from './conversations.ts';
import { defineUseCase, type Caller } from './define.ts';
import { inAnyCase } from './in-any-case.ts';
import { memberOf, membersOf, unknownMember } from './members.ts';
import { administeredGroupOf } from './membership.ts';
import { appendSystemLine } from './messages.ts';
import { memberViews } from './views.ts';

export const updateMember = defineUseCase('updateMember', async (caller, input) => {
  const { group, member: me } = await administeredGroupOf(caller, input.conversationId);
  const member = await memberOf(group._id, input.userId);
  if (member.role !== input.role) {
    if (input.role === 'owner') await handOver(caller, me, member);
    else await setRole(caller, member, input.role);
    await announceToMembers(group._id);
  }
  const [view] = await memberViews(caller.userId, [await memberOf(group._id, input.userId)]);
  if (!view) throw unknownMember();
  return { member: view };
});

async function setRole(caller: Caller, member: MemberDoc, role: Role): Promise<void> {
  if (member.role === 'owner') {
    throw new AppError('forbidden', 'The owner passes ownership on before anything else.');
  }
  const { _id, role: before } = member;
  const changed = await MemberModel.updateOne(
    { _id, leftAt: null, role: before },
    { $set: { role } },
  );
  if (changed.matchedCount === 0) throw elsewhere();
  const userId = member.user.toHexString();
  await appendSystemLine(member.conversation, {
    type: 'role_changed',
    actorId: caller.userId,
    userIds: [userId],
    role,
  });
}

async function handOver(caller: Caller, me: MemberDoc, heir: MemberDoc): Promise<void> {
  if (me.role !== 'owner') {
    throw new AppError('forbidden', 'Only the owner can pass ownership on.');
  }
  // Given up first, so that two handovers at once do not make two owners.
  const mine = { _id: me._id, leftAt: null };
  const given = await MemberModel.updateOne(
    { ...mine, role: 'owner' },
    { $set: { role: 'admin' } },
  );
  if (given.matchedCount === 0) throw elsewhere();
  const passOn = async () => {
    const taken = await MemberModel.updateOne(
      { _id: heir._id, leftAt: null },
      { $set: { role: 'owner' } },
    );
    if (taken.matchedCount === 0) {
      await MemberModel.updateOne(mine, { $set: { role: 'owner' } });
      throw elsewhere();
    }
    await sayOwner(caller, heir);
  };
  await inAnyCase(passOn, () => settleOwner(caller, heir.conversation));
}

const elsewhere = () => new AppError('conflict', 'Somebody has just changed this role.');

/**
 * A group that has members has one owner. Without one, its longest-standing admin becomes it, else its
 * longest-standing member; of two, made at the same moment, the longer-standing one stays.
 */
export async function settleOwner(caller: Caller, conversation: Types.ObjectId): Promise<void> {
  const members = await membersOf(conversation);
  const [owner, ...others] = members.filter(({ role }) => role === 'owner');
  if (owner) {
    const _id = { $in: others.map((other) => other._id) };
    if (others.length > 0) await MemberModel.updateMany({ _id }, { $set: { role: 'admin' } });
    return;
  }
  const [heir] = members;
  if (!heir) return;
  await MemberModel.updateOne({ _id: heir._id, leftAt: null }, { $set: { role: 'owner' } });
  await sayOwner(caller, heir);
}

async function sayOwner(caller: Caller, { conversation, user }: MemberDoc): Promise<void> {
  await appendSystemLine(conversation, {
    type: 'owner_changed',
    actorId: caller.userId,
    userIds: [user.toHexString()],
    role: 'owner',
  });
}
