import type { Types } from 'mongoose';
import type { Privacy } from '#lib/contract/records.ts';
import { blockOf, blocksWithin } from '#lib/models/block.ts';
import { ConversationModel, pairOf, type ConversationDoc } from '#lib/models/conversation.ts';
import { isThereOrBlocks, MemberModel, type MemberDoc } from '#lib/models/member.ts';
import { UserModel, type UserDoc } from '#lib/models/user.ts';

/** What somebody may see of a person. Whoever may see when they were here may see that they are. */
export type Sight = 'nothing' | 'online' | 'both';

/** What there is between a viewer and a person whom they look at. */
export interface Look {
  sight: Sight;
  /** The viewer has blocked the person. */
  hasBlocked: boolean;
  /** The person has blocked the viewer, who is shown no more of them than the name. */
  isBlocked: boolean;
}

/** As people see themselves. */
export const ownLook: Look = { sight: 'both', hasBlocked: false, isBlocked: false };

const defaults: Privacy = {
  lastSeen: 'everyone',
  lastSeenExcept: [],
  online: 'everyone',
  readReceipts: true,
};

export const privacyOf = ({ privacy }: Pick<UserDoc, 'privacy'>): Privacy => ({
  ...defaults,
  ...privacy,
});

interface Sights {
  of(userId: Types.ObjectId): Sight;
  look(userId: Types.ObjectId): Look;
  /** A conversation that begins or ends may change them. */
  hangOnContacts: boolean;
}

type Person = Pick<UserDoc, '_id' | 'privacy' | 'deletedAt'>;

/** Whom a person shows something: everybody, those they share a conversation with, or nobody. */
type Reach = 'everyone' | 'contacts' | 'nobody';

/** Of two people the narrower one counts: whoever hides it does not see it either. */
const narrower = (a: Reach, b: Reach): Reach =>
  a === 'nobody' || b === 'nobody' ? 'nobody' : a === 'contacts' ? a : b;

type Reaches = { lastSeen: Reach; online: Reach };
const none: Reaches = { lastSeen: 'nobody', online: 'nobody' };

/** How far each person's presence reaches, by whom it is to reach. */
function reachOf(person: Person): (other: Types.ObjectId) => Reaches {
  if (person.deletedAt) return () => none;
  const { lastSeen, lastSeenExcept, online } = privacyOf(person);
  const excepted = new Set(lastSeen === 'contacts_except' ? lastSeenExcept : []);
  return (other) => {
    const isExcepted = excepted.has(other.toHexString());
    const reach = isExcepted ? 'nobody' : lastSeen === 'contacts_except' ? 'contacts' : lastSeen;
    return { lastSeen: reach, online: online === 'everyone' ? 'everyone' : reach };
  };
}

/** What somebody who calls `sightOf` knows already. */
export interface Known {
  /** They all share a conversation with the viewer. */
  areContacts?: boolean;
  /** The blocks between the viewer and them (`blocksWithin`). */
  blocks?: ReadonlySet<string>;
}

/** What the viewer may see of each of these people, and just so each of them of the viewer. */
export async function sightOf(
  viewer: Person,
  people: Person[],
  { areContacts = false, blocks: known }: Known = {},
): Promise<Sights> {
  const me = viewer._id.toHexString();
  const blocks = known ?? (await blocksWithin(people.map(({ _id }) => [me, _id] as const)));
  const hasBlocked = (id: Types.ObjectId) => blocks.has(blockOf(me, id));
  const isBlocked = (id: Types.ObjectId) => blocks.has(blockOf(id, me));
  const mine = reachOf(viewer);
  const shared = people.map((person) => {
    const id = person._id;
    if (hasBlocked(id) || isBlocked(id)) return { id, ...none };
    const [ours, theirs] = [mine(id), reachOf(person)(viewer._id)];
    const lastSeen = narrower(ours.lastSeen, theirs.lastSeen);
    return { id, lastSeen, online: narrower(ours.online, theirs.online) };
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
  const of = (userId: Types.ObjectId): Sight => {
    const id = userId.toHexString();
    return id === me ? 'both' : (sights.get(id) ?? 'nothing');
  };
  return {
    of,
    look: (id) => ({ sight: of(id), hasBlocked: hasBlocked(id), isBlocked: isBlocked(id) }),
    hangOnContacts: inDoubt.length > 0,
  };
}

/** The same for somebody of whom only the id is known. */
export async function sightFor(
  viewerId: string,
  people: Person[],
  known: Known = {},
): Promise<Sights> {
  const viewer = await UserModel.findById(viewerId, { privacy: 1 }).lean<Person>();
  if (!viewer) return { of: () => 'nothing', look: () => unseen, hangOnContacts: false };
  return sightOf(viewer, people, known);
}

/** Somebody of whose presence nothing is to be seen. */
export const unseen: Look = { sight: 'nothing', hasBlocked: false, isBlocked: false };

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

/** Everybody else who is in a conversation with this person now, or keeps them out of a direct one. */
export async function contactsOf(user: Types.ObjectId): Promise<Types.ObjectId[]> {
  const mine = await MemberModel.find({ user, leftAt: null }, { conversation: 1 }).lean<
    Pick<MemberDoc, 'conversation'>[]
  >();
  const conversation = { $in: mine.map((member) => member.conversation) };
  const found = await MemberModel.distinct('user', { conversation, ...isThereOrBlocks });
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
