import { Types } from 'mongoose';
import { hashPassword, verifyPassword } from '#lib/auth/passwords.ts';
import { encodeSessionToken } from '#lib/auth/tokens.ts';
import { freeUsernamesLike } from '#lib/auth/usernames.ts';
import { AppError } from '#lib/contract/errors.ts';
import type { Account } from '#lib/contract/records.ts';
import { isDuplicateKey } from '#lib/database/errors.ts';
import { createLookUps } from '#lib/models/look-ups.ts';
import { searchTerms, UserModel, type UserDoc } from '#lib/models/user.ts';
import { publish, rooms } from '#lib/publish.ts';
import { remember } from '#lib/runtime.ts';
import { byId } from './collating.ts';
import { defineUseCase, type Caller } from './define.ts';
import { announceProfile } from './profile-news.ts';
import { endSessions, signIn } from './sessions.ts';
import { accountView } from './users.ts';

export const register = defineUseCase('register', async (_visitor, input) => {
  const { username, displayName = username } = input;
  const user: UserDoc = {
    _id: new Types.ObjectId(),
    username,
    displayName,
    about: '',
    avatarUrl: null,
    email: input.email?.toLowerCase() ?? null,
    passwordHash: await hashPassword(input.password),
    search: searchTerms(username, displayName),
    lastSeenAt: null,
    createdAt: new Date(),
  };
  await UserModel.create(user).catch((error: unknown) => {
    throw isDuplicateKey(error) ? takenBy(error) : error;
  });
  return { user: accountView(user) };
});

/** Whether anybody has an account, or had one; the database is asked until that is so. */
export async function hasAccounts(): Promise<boolean> {
  const known = remember('accounts', () => ({ isAny: false }));
  known.isAny ||= (await UserModel.exists({})) !== null;
  return known.isAny;
}

export const checkUsername = defineUseCase('checkUsername', async (_visitor, { username }) => {
  if (!(await UserModel.exists({ username }))) return { available: true, suggestions: [] };
  return { available: false, suggestions: await freeUsernamesLike(username) };
});

export const createToken = defineUseCase('createToken', async (visitor, input) => {
  const signedIn = await signIn(input, visitor);
  if (!signedIn) throw wrongCredentials('Wrong username or password.');
  const { user, session } = signedIn;
  const claims = { sub: user._id.toHexString(), sid: session._id.toHexString() };
  return {
    token: await encodeSessionToken(claims),
    expiresAt: session.expiresAt.toISOString(),
    user: accountView(user),
  };
});

export const readAccount = defineUseCase('readAccount', async (caller) => ({
  user: accountView(await accountOf(caller)),
}));

export const updateAccount = defineUseCase('updateAccount', async (caller, input) => {
  const before = await accountOf(caller);
  const { displayName = before.displayName, about = before.about } = input;
  const { language = before.language } = input;
  const isSameProfile = displayName === before.displayName && about === before.about;
  const privacy = Object.entries(input.privacy ?? {}).filter(([, value]) => value !== undefined);
  if (isSameProfile && language === before.language && privacy.length === 0) {
    return { user: accountView(before) };
  }
  const user = await UserModel.findByIdAndUpdate(
    caller.userId,
    {
      $set: {
        ...(input.about !== undefined && { about }),
        ...(language && { language }),
        ...Object.fromEntries(privacy.map(([name, value]) => [`privacy.${name}`, value])),
        ...(input.displayName !== undefined && {
          displayName,
          search: searchTerms(before.username, displayName),
        }),
      },
    },
    { returnDocument: 'after' },
  ).lean<UserDoc>();
  if (!user) throw gone();
  // What somebody reads is nobody else's business.
  if (!isSameProfile) await announceProfile(user);
  if (privacy.length > 0) publish({ type: 'sight', userIds: [caller.userId] });
  return { user: tellOwnDevices(user) };
});

/** Shows a person's devices the account as it is now. */
function tellOwnDevices(changed: UserDoc): Account {
  const user = accountView(changed);
  publish({
    type: 'event',
    rooms: [rooms.user(user.id)],
    event: 'account:updated',
    data: { user },
  });
  return user;
}

export const changePassword = defineUseCase('changePassword', async (caller, input) => {
  const { username, _id } = await accountOf(caller);
  const user = await verifyPassword(username, input.currentPassword, caller);
  if (!user) throw wrongCredentials('That is not the current password.');
  const passwordHash = await hashPassword(input.newPassword);
  // Of two changes at once that knew the same password, one wins and the other is wrong by now.
  const { matchedCount } = await UserModel.updateOne(
    { _id, passwordHash: user.passwordHash },
    { $set: { passwordHash } },
  );
  if (matchedCount === 0) throw wrongCredentials('That is not the current password.');
  await endSessions({ user: _id, _id: { $ne: caller.sessionId } }, 'password_changed');
  return {};
});

export const changeEmail = defineUseCase('changeEmail', async (caller, { password, email }) => {
  const { username } = await accountOf(caller);
  const user = await verifyPassword(username, password, caller);
  if (!user) throw wrongCredentials('That is not the password.');
  const { _id, passwordHash } = user;
  const changed = await UserModel.findOneAndUpdate(
    { _id, passwordHash },
    { $set: { email: email?.toLowerCase() ?? null } },
    { returnDocument: 'after' },
  )
    .lean<UserDoc>()
    .catch((error: unknown) => {
      throw isDuplicateKey(error) ? takenBy(error) : error;
    });
  if (!changed) throw wrongCredentials('That is not the password.');
  return { user: tellOwnDevices(changed) };
});

/** @throws AppError `not_found` */
export async function accountNamed(username: string): Promise<Types.ObjectId> {
  const user = await UserModel.exists({ username, deletedAt: null });
  if (!user) throw new AppError('not_found', `There is no account with the username ${username}.`);
  return user._id;
}

/**
 * Sets another password without asking for the one of before, and ends every session of that account. Nobody
 * but who runs the server may: it is no operation of the contract. Returns how many sessions have ended.
 * @throws AppError where the account is gone
 */
export async function replacePassword(_id: Types.ObjectId, password: string): Promise<number> {
  const passwordHash = await hashPassword(password);
  const set = await UserModel.updateOne({ _id, deletedAt: null }, { $set: { passwordHash } });
  if (set.matchedCount === 0) throw gone();
  return endSessions({ user: _id }, 'password_changed');
}

const lookUpAccount = createLookUps(async (userIds) => {
  return byId(await UserModel.find({ _id: { $in: userIds }, deletedAt: null }).lean<UserDoc[]>());
});

export async function accountOf({ userId }: Caller): Promise<UserDoc> {
  const user = await lookUpAccount(userId);
  if (!user) throw gone();
  return user;
}

export const gone = () => new AppError('unauthenticated', 'This account no longer exists.');
export const wrongCredentials = (message: string) => new AppError('invalid_credentials', message);

function takenBy({ keyPattern }: { keyPattern?: object }): AppError {
  return keyPattern && 'username' in keyPattern
    ? new AppError('username_taken', 'This username is taken.')
    : new AppError('conflict', 'An account cannot have these details.');
}
