import { Types } from 'mongoose';
import { hashPassword, verifyPassword } from '#lib/auth/passwords.ts';
import { encodeSessionToken } from '#lib/auth/tokens.ts';
import { freeUsernamesLike } from '#lib/auth/usernames.ts';
import { AppError } from '#lib/contract/errors.ts';
import { isDuplicateKey } from '#lib/database/errors.ts';
import { searchTerms, UserModel, type UserDoc } from '#lib/models/user.ts';
import { publish, rooms } from '#lib/publish.ts';
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
  const account = accountView(user);
  publish({
    type: 'event',
    rooms: [rooms.user(caller.userId)],
    event: 'account:updated',
    data: { user: account },
  });
  return { user: account };
});

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

export async function accountOf({ userId }: Caller): Promise<UserDoc> {
  const user = await UserModel.findOne({ _id: userId, deletedAt: null }).lean<UserDoc>();
  if (!user) throw gone();
  return user;
}

export const gone = () => new AppError('unauthenticated', 'This account no longer exists.');
export const wrongCredentials = (message: string) => new AppError('invalid_credentials', message);

function takenBy({ keyPattern }: { keyPattern?: object }): AppError {
  return keyPattern && 'username' in keyPattern
    ? new AppError('username_taken', 'This username is taken.')
    : new AppError('conflict', 'An account cannot be made with these details.');
}
