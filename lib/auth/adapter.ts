import { createHash } from 'node:crypto';
import { MongoDBAdapter } from '@auth/mongodb-adapter';
import mongoose, { Types } from 'mongoose';
import type { User } from 'next-auth';
import type { Adapter, AdapterAccount, AdapterUser } from 'next-auth/adapters';
import { limits } from '#lib/contract/limits.ts';
import { isDuplicateKey } from '#lib/database/errors.ts';
import { searchTerms, UserModel, type UserDoc } from '#lib/models/user.ts';
import { providerLinks } from './provider-links.ts';
import { freeUsernamesLike, usernameFrom } from './usernames.ts';

// What we take of it, in next-auth 4's words; its own types are those of version 5.
interface BaseAdapter {
  getUserByAccount(account: object): Promise<{ id: string } | null>;
  linkAccount(account: object): Promise<unknown>;
}

/**
 * Keeps who signs in through a provider, on Mongoose's connection: their people are our users, and
 * which account of which provider is whose is in `provider-links.ts`.
 */
export function providerAdapter(): Adapter {
  const base = MongoDBAdapter(() => mongoose.connection.getClient(), {
    databaseName: mongoose.connection.name,
    collections: { Users: UserModel.collection.name, Accounts: providerLinks },
  }) as BaseAdapter;
  return {
    createUser: createProviderUser,
    async getUser(id) {
      const user = Types.ObjectId.isValid(id) ? await UserModel.findById(id).lean<UserDoc>() : null;
      return user && adapterUser(user);
    },
    // Never link by email. Nobody proves their address when they register here, and not every
    // provider checks it either: a match would hand one person's account to another. What links is
    // having signed in through that provider before, or doing so while signed in here.
    getUserByEmail: () => null,
    async getUserByAccount({ provider, providerAccountId }) {
      const _id = new Types.ObjectId(accountId(provider, providerAccountId));
      const filter = { _id, provider, providerAccountId };
      const user = await base.getUserByAccount(filter);
      return user && { id: user.id, email: '', emailVerified: null };
    },
    // Without the provider's tokens, which we have no use for and would have to guard.
    async linkAccount({ provider, providerAccountId, type, userId }: AdapterAccount) {
      const id = accountId(provider, providerAccountId);
      const account = { id, provider, providerAccountId, type, userId };
      await base.linkAccount(account);
    },
  };
}

/** The same for the same account, so that it cannot be two people's, not even by a race. */
const accountId = (provider: string, providerAccountId: string): string =>
  createHash('sha256').update(`${provider}\n${providerAccountId}`).digest('hex').slice(0, 24);

async function createProviderUser(profile: Omit<User, 'id'>): Promise<AdapterUser> {
  const { login, name, email } = profile;
  const wanted = usernameFrom([login, name, email?.split('@')[0]]);
  const displayName = (name ?? login ?? '').trim().slice(0, limits.displayNameLength).trim();
  let candidates = [wanted];
  // Each round starts from names that were free a moment ago.
  for (let round = 1; round <= 5; round++) {
    for (const username of candidates) {
      const user = await createUser(username, displayName || username);
      if (user) return adapterUser(user);
    }
    candidates = await freeUsernamesLike(wanted);
  }
  throw new Error('Every username that was tried is taken.');
}

/** The new person, or null when the username is taken. */
async function createUser(username: string, displayName: string): Promise<UserDoc | null> {
  const user: UserDoc = {
    _id: new Types.ObjectId(),
    username,
    displayName,
    about: '',
    avatarUrl: null,
    // Not the provider's: nothing here needs it, and it may be the address that somebody else gave.
    email: null,
    passwordHash: null,
    search: searchTerms(username, displayName),
    lastSeenAt: null,
    createdAt: new Date(),
  };
  try {
    await UserModel.create(user);
    return user;
  } catch (error) {
    if (isDuplicateKey(error)) return null;
    throw error;
  }
}

const adapterUser = ({ _id, displayName }: UserDoc): AdapterUser => ({
  id: _id.toHexString(),
  name: displayName,
  email: '',
  emailVerified: null,
});
