import { UserModel, type UserDoc } from '#lib/models/user.ts';
import { publish, rooms } from '#lib/publish.ts';
import { contactsOf, sightOf, type Sight } from './privacy.ts';
import { userView } from './users.ts';

type Viewer = Pick<UserDoc, '_id' | 'privacy'>;

/** Everybody who shares a conversation with this person. */
export async function audienceOf({ _id }: UserDoc): Promise<Viewer[]> {
  const contacts = await contactsOf(_id);
  if (contacts.length === 0) return [];
  return UserModel.find({ _id: { $in: contacts } }, { privacy: 1 }).lean<Viewer[]>();
}

/** Shows the person's own devices and the audience the profile, each with what they may see of it. */
export async function announceProfile(user: UserDoc, audience?: Viewer[]): Promise<void> {
  const viewers = audience ?? (await audienceOf(user));
  // It is mutual: what they may see of the person is what the person may see of them.
  const sights = await sightOf(user, viewers, true);
  const bySight = new Map<Sight, string[]>([['both', [rooms.user(user._id.toHexString())]]]);
  for (const { _id } of viewers) {
    const sight = sights.of(_id);
    bySight.set(sight, [...(bySight.get(sight) ?? []), rooms.user(_id.toHexString())]);
  }
  for (const [sight, to] of bySight) {
    const data = { user: userView(user, sight) };
    publish({ type: 'event', rooms: to, event: 'user:updated', data });
  }
}
