import type { Types } from 'mongoose';
import type { Privacy } from '#lib/contract/records.ts';
import { ConversationModel, pairOf, type ConversationDoc } from '#lib/models/conversation.ts';
import { MemberModel, type MemberDoc } from '#lib/models/member.ts';
import { UserModel, type UserDoc } from '#lib/models/user.ts';

/** What somebody may see of a person. Whoever may see when they were here may see that they are. */
export type Sight = 'nothing' | 'online' | 'both';

const defaults: Privacy = { lastSeen: 'everyone', online: 'everyone', readReceipts: true };

export const privacyOf = ({ privacy }: Pick<UserDoc, 'privacy'>): Privacy => ({
  ...defaults,
  ...privacy,
});

export interface Sights {
  of(userId: Types.ObjectId): Sight;
  /** A conversation that begins or ends may change them. */
  hangOnContacts: boolean;
}

type Person = Pick<UserDoc, '_id' | 'privacy' | 'deletedAt'>;

/** Whom a person shows something: everybody, those they share a conversation with, or nobody. */
type Reach = Privacy['lastSeen'];

/** Of two people the narrower one counts: whoever hides it does not see it either. */
const narrower = (a: Reach, b: Reach): Reach =>
  a === 'nobody' || b === 'nobody' ? 'nobody' : a === 'contacts' ? a : b;

const reachOf = (person: Person): { lastSeen: Reach; online: Reach } => {
  if (person.deletedAt) return { lastSeen: 'nobody', online: 'nobody' };
  const { lastSeen, online } = privacyOf(person);
  return { lastSeen, online: online === 'everyone' ? 'everyone' : lastSeen };
};

/**
 * What the viewer may see of each of these people, and just so each of them of the viewer.
 * @param areContacts the caller knows that they all share a conversation with the viewer.
 */
export async function sightOf(
  viewer: Person,
  people: Person[],
  areContacts = false,
): Promise<Sights> {
  const mine = reachOf(viewer);
  const shared = people.map((person) => {
    const theirs = reachOf(person);
    const lastSeen = narrower(mine.lastSeen, theirs.lastSeen);
    return { id: person._id, lastSeen, online: narrower(mine.online, theirs.online) };
  });
  const inDoubt = shared.filter(({ lastSeen, online }) => [lastSeen, online].includes('contacts'));
  const contacts = areContacts
    ? new Set(inDoubt.map(({ id }) => id.toHexString()))
    : await contactsAmong(
        viewer._id,
        inDoubt.map(({ id }) => id),
      );
  const sights = new Map(
    shared.map(({ id, lastSeen, online }): [string, Sight] => {
      const reaches = (reach: Reach) =>
        reach === 'everyone' || (reach === 'contacts' && contacts.has(id.toHexString()));
      return [
        id.toHexString(),
        reaches(lastSeen) ? 'both' : reaches(online) ? 'online' : 'nothing',
      ];
    }),
  );
  const me = viewer._id.toHexString();
  return {
    of(userId) {
      const id = userId.toHexString();
      return id === me ? 'both' : (sights.get(id) ?? 'nothing');
    },
    hangOnContacts: inDoubt.length > 0,
  };
}

/** The same for somebody of whom only the id is known. */
export async function sightFor(
  viewerId: string,
  people: Person[],
  areContacts = false,
): Promise<Sights> {
  const viewer = await UserModel.findById(viewerId, { privacy: 1 }).lean<Person>();
  if (!viewer) return { of: () => 'nothing', hangOnContacts: false };
  return sightOf(viewer, people, areContacts);
}

/** Those of these people with whom this one shares a conversation now. */
async function contactsAmong(me: Types.ObjectId, others: Types.ObjectId[]): Promise<Set<string>> {
  if (others.length === 0) return new Set();
  const pairs = others.map((id) => pairOf(me.toHexString(), id.toHexString()));
  const mine = await MemberModel.find({ user: me, leftAt: null }, { conversation: 1 }).lean<
    Pick<MemberDoc, 'conversation'>[]
  >();
  const [direct, groups] = await Promise.all([
    ConversationModel.find({ pair: { $in: pairs } }, { pair: 1 }).lean(),
    MemberModel.find(
      {
        user: { $in: others },
        conversation: { $in: mine.map(({ conversation }) => conversation) },
        leftAt: null,
      },
      { user: 1 },
    ).lean<Pick<MemberDoc, 'user'>[]>(),
  ]);
  const peers = direct.flatMap(({ pair }) => pair?.split(':') ?? []);
  return new Set([...peers, ...groups.map(({ user }) => user.toHexString())]);
}

/** Everybody else who is in a conversation with this person now. */
export async function contactsOf(user: Types.ObjectId): Promise<Types.ObjectId[]> {
  const mine = await MemberModel.find({ user, leftAt: null }, { conversation: 1 }).lean<
    Pick<MemberDoc, 'conversation'>[]
  >();
  const conversation = { $in: mine.map((member) => member.conversation) };
  const found = await MemberModel.distinct('user', { conversation, leftAt: null });
  return found.filter((id) => !id.equals(user));
}

/** Those of these conversations in which reading is not shown: direct ones, if either hides it. */
export async function thoseWithHiddenReading(conversationIds: string[]): Promise<Set<string>> {
  const direct = await ConversationModel.find(
    { _id: { $in: conversationIds }, kind: 'direct' },
    { pair: 1 },
  ).lean<Pick<ConversationDoc, '_id' | 'pair'>[]>();
  const people = direct.flatMap(({ pair }) => pair?.split(':') ?? []);
  if (people.length === 0) return new Set();
  const hiding = await UserModel.find(
    { _id: { $in: [...new Set(people)] }, 'privacy.readReceipts': false },
    { _id: 1 },
  ).lean();
  const ids = hiding.map(({ _id }) => _id.toHexString());
  const hidden = direct.filter(({ pair }) => ids.some((id) => pair?.split(':').includes(id)));
  return new Set(hidden.map(({ _id }) => _id.toHexString()));
}
