import { Types } from 'mongoose';
import { hashPassword, verifyPassword } from '#lib/auth/passwords.ts';
import { encodeSessionToken } from '#lib/auth/tokens.ts';
import { freeUsernamesLike } from '#lib/auth/usernames.ts';
import { AppError } from '#lib/contract/errors.ts';
import { isDuplicateKey } from '#lib/database/errors.ts';
import { MemberModel } from '#lib/models/member.ts';
import { searchTerms, UserModel, type UserDoc } from '#lib/models/user.ts';
import { publish, rooms } from '#lib/publish.ts';
import { defineUseCase, type Caller } from './define.ts';
import { endSessions, signIn } from './sessions.ts';
import { accountView, userView } from './users.ts';

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
  if (displayName === before.displayName && about === before.about) {
    return { user: accountView(before) };
  }
  const user = await UserModel.findByIdAndUpdate(
    caller.userId,
    {
      $set: {
        ...(input.about !== undefined && { about }),
        ...(input.displayName !== undefined && {
          displayName,
          search: searchTerms(before.username, displayName),
        }),
      },
    },
    { returnDocument: 'after' },
  ).lean<UserDoc>();
  if (!user) throw gone();
  await announce(user);
  return { user: accountView(user) };
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

/** Tells the person's own devices and everybody who shares a conversation with them. */
async function announce(user: UserDoc): Promise<void> {
  const members = await MemberModel.find(
    { user: user._id, leftAt: null },
    { conversation: 1 },
  ).lean();
  const shared = members.map(({ conversation }) => rooms.conversation(conversation.toHexString()));
  publish({
    type: 'event',
    rooms: [rooms.user(user._id.toHexString()), ...shared],
    event: 'user:updated',
    data: { user: userView(user) },
  });
}

async function accountOf({ userId }: Caller): Promise<UserDoc> {
  const user = await UserModel.findById(userId).lean<UserDoc>();
  if (!user) throw gone();
  return user;
}

const gone = () => new AppError('unauthenticated', 'This account no longer exists.');
const wrongCredentials = (message: string) => new AppError('invalid_credentials', message);

function takenBy({ keyPattern }: { keyPattern?: object }): AppError {
  return keyPattern && 'username' in keyPattern
    ? new AppError('username_taken', 'This username is taken.')
    : new AppError('conflict', 'An account cannot be made with these details.');
}
