import { UserModel, type UserDoc } from '#lib/models/user.ts';
import { publish, rooms } from '#lib/publish.ts';
import { contactsOf, ownLook, sightOf, type Look } from './privacy.ts';
import { userView } from './users.ts';

type Viewer = Pick<UserDoc, '_id' | 'privacy'>;

/** Everybody who shares a conversation with this person. */
export async function audienceOf({ _id }: UserDoc): Promise<Viewer[]> {
  const contacts = await contactsOf(_id);
  if (contacts.length === 0) return [];
  return UserModel.find({ _id: { $in: contacts } }, { privacy: 1 }).lean<Viewer[]>();
}

/**
 * Shows the person's own devices and the audience the profile, each with what they may see of it. Whom
 * the person has blocked is told of no change.
 */
export async function announceProfile(user: UserDoc, audience?: Viewer[]): Promise<void> {
  const viewers = audience ?? (await audienceOf(user));
  const sights = await sightOf(user, viewers, { areContacts: true });
  const own = { look: ownLook, to: [rooms.user(user._id.toHexString())] };
  const audiences = new Map([[keyOf(ownLook), own]]);
  for (const { _id } of viewers) {
    // Of presence it is mutual: what they may see of the person is what the person may see of them.
    const { sight, hasBlocked, isBlocked } = sights.look(_id);
    if (hasBlocked) continue;
    const look = { sight, hasBlocked: isBlocked, isBlocked: false };
    const alike = audiences.get(keyOf(look)) ?? { look, to: [] };
    alike.to.push(rooms.user(_id.toHexString()));
    audiences.set(keyOf(look), alike);
  }
  for (const { look, to } of audiences.values()) {
    const data = { user: userView(user, look) };
    publish({ type: 'event', rooms: to, event: 'user:updated', data });
  }
}

const keyOf = ({ sight, hasBlocked }: Look): string => `${sight} ${hasBlocked}`;
