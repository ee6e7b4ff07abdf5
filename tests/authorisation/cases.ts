import { createECDH, randomBytes, randomUUID } from 'node:crypto';
import type { Message } from '#lib/contract/records.ts';
import { bodyOf, password, request, type Person } from '../support/people.ts';
import type { Asker, Role } from './table.ts';

/** The people of the table, who stay, and two more who are asked about. */
export type Cast = Record<Role | 'other' | 'newcomer', Person>;

/** So that there are notifications to ask for. */
export const serverSettings = {
  PUSH_CONTACT: 'mailto:admin@example.org',
  PUSH_ALLOW_LOOPBACK: 'on',
};

/** What one case is about: a group with everybody in their role, and a chat that none of them is in. */
export interface World {
  cast: Cast;
  groupId: string;
  /** A message by each of them (by `other`, for strangers) from before `former` was removed. */
  own: Record<Asker, string>;
  /** A message by `other`, from then too. */
  others: string;
  /** One by `other` that `former` may not see. */
  late: string;
  /** A conversation of `other` and `newcomer`, and a message there. */
  direct: { conversationId: string; messageId: string };
}

/** A new group for the cast. */
export async function newWorld(cast: Cast): Promise<World> {
  const { owner, admin, member, former, other, newcomer } = cast;
  const group = await owner.group('Table', [admin, member, former, other]);
  await owner.done('PATCH', `/conversations/${group.id}/members/${admin.id}`, { role: 'admin' });
  const said: Message[] = await Promise.all(
    [owner, admin, member, former, other].map((person) => person.say(group, `by ${person.id}`)),
  );
  await owner.done('DELETE', `/conversations/${group.id}/members/${former.id}`);
  const late = await other.say(group, 'After somebody left');
  const chat = await other.direct(newcomer);
  const messageId = (await newcomer.say(chat, 'Between us')).id;
  // Who writes has read what stands above, a moment later: nothing is to move any more.
  const read = { seq: late.seq };
  await Promise.all(
    [owner, admin, member, other].map((person) =>
      person.done('POST', `/conversations/${group.id}/read`, read),
    ),
  );
  const [ownersId = '', adminsId = '', membersId = '', formersId = '', othersId = ''] = said.map(
    ({ id }) => id,
  );
  return {
    cast,
    groupId: group.id,
    own: {
      owner: ownersId,
      admin: adminsId,
      member: membersId,
      former: formersId,
      stranger: othersId,
      anonymous: othersId,
    },
    others: othersId,
    late: late.id,
    direct: { conversationId: chat.id, messageId },
  };
}

const idOf = (asker: Asker, { stranger, ...cast }: Cast): string =>
  (asker === 'anonymous' ? stranger : { stranger, ...cast }[asker]).id;

/** A session of this person that is no other test's. */
async function newSession({ url, user }: Person): Promise<string> {
  const body = { username: user.username, password };
  const { token } = bodyOf(await request(url, 'POST', '/auth/token', { body }));
  const sessions = bodyOf(await request(url, 'GET', '/auth/sessions', { token })).items;
  return sessions.find(({ current }: { current: boolean }) => current).id as string;
}

/** Of a push service that nobody runs: what is sent there fails. */
function pushSubscription() {
  const ecdh = createECDH('prime256v1');
  const keys = {
    p256dh: ecdh.generateKeys('base64url'),
    auth: randomBytes(16).toString('base64url'),
  };
  return { endpoint: `http://127.0.0.1:9/${randomUUID()}`, keys };
}

/** A subscription of this person's device. */
async function subscribe(person: Person) {
  const subscription = pushSubscription();
  await person.done('POST', '/push', subscription);
  return subscription;
}

const withPush = async ({ cast }: World, asker: Asker) => {
  if (asker !== 'anonymous') await subscribe(cast[asker]);
};

/** The smallest GIF. */
const picture = new Blob(
  [Buffer.from('R0lGODlhAQABAIAAAP8AAAAAACwAAAAAAQABAAACAkQBADs=', 'base64')],
  { type: 'image/gif' },
);

const username = () => `new_${randomUUID().slice(0, 8)}`;
const aboutGroup = ({ groupId }: World) => ({ conversationId: groupId });
const aboutDirect = ({ direct: { conversationId } }: World) => ({ conversationId });
const said = () => ({ clientId: randomUUID(), text: 'Hello' });

/** The input of each case of the table, for whoever asks. */
export const cases: Record<string, (world: World, asker: Asker) => object | Promise<object>> = {
  register: () => ({ username: username(), password }),
  checkUsername: () => ({ username: username() }),
  createToken: ({ cast }) => ({ username: cast.other.user.username, password }),
  createSocketToken: () => ({}),
  changePassword: () => ({ currentPassword: password, newPassword: password }),
  changeEmail: () => ({ password, email: null }),
  listSessions: () => ({}),
  'endSession/own': async ({ cast }, asker) => ({
    sessionId: await newSession(cast[asker === 'anonymous' ? 'other' : asker]),
  }),
  "endSession/another's": async ({ cast }) => ({ sessionId: await newSession(cast.other) }),
  endOtherSessions: () => ({}),

  readPush: () => ({}),
  subscribePush: () => pushSubscription(),
  "subscribePush/another's": async ({ cast }) => ({
    ...pushSubscription(),
    endpoint: (await subscribe(cast.other)).endpoint,
  }),
  updatePush: async (world, asker) => {
    await withPush(world, asker);
    return { previews: false };
  },
  'updatePush/none': async ({ cast }, asker) => {
    if (asker !== 'anonymous') await cast[asker].done('DELETE', '/push');
    return { previews: false };
  },
  testPush: async (world, asker) => {
    await withPush(world, asker);
    return {};
  },
  unsubscribePush: () => ({}),

  searchUsers: () => ({ q: 'ot' }),
  readUser: ({ cast }) => ({ userId: cast.other.id }),
  // Of somebody whom none of them has a chat with, so that nothing else changes.
  blockUser: ({ cast }) => ({ userId: cast.newcomer.id }),
  'blockUser/oneself': ({ cast }, asker) => ({ userId: idOf(asker, cast) }),
  unblockUser: ({ cast }) => ({ userId: cast.newcomer.id }),
  listBlocked: () => ({}),
  readAccount: () => ({}),
  setPicture: () => ({ picture }),
  removePicture: () => ({}),
  // Of people who stay; `account-deletion.test.ts` has what it does.
  'deleteAccount/wrong-password': () => ({ password: 'not the password' }),
  updateAccount: () => ({ about: `about ${randomUUID()}` }),

  listConversations: () => ({}),
  'createConversation/direct': ({ cast }) => ({ kind: 'direct', userId: cast.newcomer.id }),
  'createConversation/group': ({ cast }) => ({
    kind: 'group',
    title: 'Another',
    memberIds: [cast.newcomer.id],
  }),
  readConversation: aboutGroup,
  'readConversation/direct': aboutDirect,
  'updateConversation/title': (world) => ({ ...aboutGroup(world), title: 'Renamed' }),
  setGroupPicture: (world) => ({ ...aboutGroup(world), picture }),
  'setGroupPicture/direct': (world) => ({ ...aboutDirect(world), picture }),
  removeGroupPicture: aboutGroup,
  'updateConversation/own-settings': (world) => ({ ...aboutGroup(world), pinned: true }),

  listMembers: aboutGroup,
  addMembers: (world) => ({ ...aboutGroup(world), userIds: [world.cast.newcomer.id] }),
  'updateMember/promote': (world) => ({
    ...aboutGroup(world),
    userId: world.cast.other.id,
    role: 'admin',
  }),
  'updateMember/promote-oneself': (world, asker) => ({
    ...aboutGroup(world),
    userId: idOf(asker, world.cast),
    role: 'admin',
  }),
  'updateMember/hand-over': (world) => ({
    ...aboutGroup(world),
    userId: world.cast.other.id,
    role: 'owner',
  }),
  'updateMember/demote-the-owner': (world) => ({
    ...aboutGroup(world),
    userId: world.cast.owner.id,
    role: 'member',
  }),
  'removeMember/another': (world) => ({ ...aboutGroup(world), userId: world.cast.other.id }),
  'removeMember/the-owner': (world) => ({ ...aboutGroup(world), userId: world.cast.owner.id }),
  'removeMember/oneself': (world, asker) => ({
    ...aboutGroup(world),
    userId: idOf(asker, world.cast),
  }),

  listMessages: aboutGroup,
  'listMessages/direct': aboutDirect,
  sendMessage: (world) => ({ ...aboutGroup(world), ...said() }),
  'sendMessage/direct': (world) => ({ ...aboutDirect(world), ...said() }),
  'editMessage/own': ({ own }, asker) => ({ messageId: own[asker], text: 'Changed' }),
  "editMessage/another's": ({ others }) => ({ messageId: others, text: 'Changed' }),
  'editMessage/after-leaving': ({ late }) => ({ messageId: late, text: 'Changed' }),
  'editMessage/direct': ({ direct }) => ({ messageId: direct.messageId, text: 'Changed' }),
  'deleteMessage/own': ({ own }, asker) => ({ messageId: own[asker], for: 'everyone' }),
  "deleteMessage/another's": ({ others }) => ({ messageId: others, for: 'everyone' }),
  'deleteMessage/after-leaving': ({ late }) => ({ messageId: late, for: 'me' }),
  'deleteMessage/for-me': ({ others }) => ({ messageId: others, for: 'me' }),
  'deleteMessage/direct': ({ direct }) => ({ messageId: direct.messageId, for: 'me' }),
  markDelivered: (world) => ({ ...aboutGroup(world), seq: 3 }),
  'markDelivered/direct': (world) => ({ ...aboutDirect(world), seq: 1 }),
  markRead: (world) => ({ ...aboutGroup(world), seq: 3 }),
  'markRead/direct': (world) => ({ ...aboutDirect(world), seq: 1 }),

  setTyping: (world) => ({ ...aboutGroup(world), typing: true }),
  'setTyping/direct': (world) => ({ ...aboutDirect(world), typing: true }),
  watchPresence: ({ cast }) => ({ userIds: [cast.other.id] }),
  setVisible: () => ({ visible: true }),
};
