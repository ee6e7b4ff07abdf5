import * as z from 'zod';
import { AppError } from '#lib/contract/errors.ts';
import type { Account, User } from '#lib/contract/records.ts';
import { fold, UserModel, type UserDoc } from '#lib/models/user.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { defineUseCase } from './define.ts';
import { isOnline } from './presence.ts';

/** A person, as everybody sees them. */
export const userView = (
  user: UserDoc,
  online: boolean = isOnline(user._id.toHexString()),
): User => ({
  id: user._id.toHexString(),
  username: user.username,
  displayName: user.displayName,
  about: user.about,
  avatarUrl: user.avatarUrl,
  online,
  lastSeenAt: user.lastSeenAt?.toISOString() ?? null,
});

/** A person, as they see themselves. */
export const accountView = (user: UserDoc): Account => ({
  ...userView(user),
  email: user.email,
  hasPassword: user.passwordHash !== null,
});

const Place = z.string();

// By username: it is unique and never changes, so no page skips or repeats anybody, however many
// join or rename themselves meanwhile.
export const searchUsers = defineUseCase('searchUsers', async (caller, input) => {
  const { limit = 50, cursor, q = '' } = input;
  const from = cursor === undefined ? null : decodeCursor(cursor, Place);
  const beginning = searchable(q);
  const found = await UserModel.find({
    _id: { $ne: caller.userId },
    ...(from !== null && { username: { $gt: from } }),
    ...(beginning !== '' && { search: { $regex: `^${literal(beginning)}` } }),
  })
    .sort({ username: 1 })
    .limit(limit + 1)
    .lean<UserDoc[]>();
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return {
    items: page.map((user) => userView(user)),
    nextCursor: last ? encodeCursor(last.username) : null,
  };
});

export const readUser = defineUseCase('readUser', async (_caller, { userId }) => {
  const user = await UserModel.findById(userId).lean<UserDoc>();
  if (!user) throw new AppError('not_found', 'There is no such person.');
  return { user: userView(user) };
});

/** What somebody typed, in the form of the search terms. Control characters would end the pattern. */
const searchable = (q: string): string =>
  fold(q)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .replace(/^@/, '');

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
