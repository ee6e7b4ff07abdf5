import mongoose, { type Types } from 'mongoose';

/** Where it is written which account of which sign-in provider is whose. */
export const providerLinks = 'oauth_accounts';

/** Nobody can sign in as this person through a provider any more. */
export async function unlinkProviders(userId: Types.ObjectId): Promise<void> {
  await mongoose.connection.collection(providerLinks).deleteMany({ userId });
}
