import * as z from 'zod';
import { AppError } from '#lib/contract/errors.ts';
import type { Account, User } from '#lib/contract/records.ts';
import { fold, UserModel, type UserDoc } from '#lib/models/user.ts';
import { decodeCursor, defaultPage, pageFrom } from './cursor.ts';
import { defineUseCase } from './define.ts';
import { presenceAs } from './presence.ts';
import { ownLook, privacyOf, sightFor, type Look } from './privacy.ts';

/** A person, as somebody sees them who looks at them like this. */
export function userView(user: UserDoc, { sight, hasBlocked, isBlocked }: Look): User {
  const { userId: id, ...presence } = presenceAs(user, sight);
  return {
    id,
    username: user.username,
    displayName: user.displayName,
    about: isBlocked ? '' : user.about,
    avatarUrl: isBlocked ? null : user.avatarUrl,
    ...presence,
    ...(user.deletedAt && { deleted: true }),
    ...(hasBlocked && { blocked: true }),
  };
}

/** A person, as they see themselves. */
export const accountView = (user: UserDoc): Account => ({
  ...userView(user, ownLook),
  email: user.email,
  hasPassword: user.passwordHash !== null,
  ...(user.language && { language: user.language }),
  privacy: privacyOf(user),
});

const Place = z.string();

// By username: it is unique and never changes, so no page skips or repeats anybody, however many
// join or rename themselves meanwhile.
export const searchUsers = defineUseCase('searchUsers', async (caller, input) => {
  const { limit = defaultPage, cursor, q = '' } = input;
  const from = cursor === undefined ? null : decodeCursor(cursor, Place);
  const beginning = searchable(q);
  const found = await UserModel.find({
    _id: { $ne: caller.userId },
    deletedAt: null,
    ...(from !== null && { username: { $gt: from } }),
    ...(beginning !== '' && { search: { $regex: `^${literal(beginning)}` } }),
  })
    .sort({ username: 1 })
    .limit(limit + 1)
    .lean<UserDoc[]>();
  const { items, nextCursor } = pageFrom(found, limit, ({ username }) => username);
  const sight = await sightFor(caller.userId, items);
  return { items: items.map((user) => userView(user, sight.look(user._id))), nextCursor };
});

export const readUser = defineUseCase('readUser', async (caller, { userId }) => {
  const user = await UserModel.findById(userId).lean<UserDoc>();
  if (!user) throw unknownPerson();
  const sight = await sightFor(caller.userId, [user]);
  return { user: userView(user, sight.look(user._id)) };
});

export const unknownPerson = () => new AppError('not_found', 'There is no such person.');

/** What somebody typed, in the form of the search terms. Control characters would end the pattern. */
const searchable = (q: string): string =>
  fold(q)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .replace(/^@/, '');

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
