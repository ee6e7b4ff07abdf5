import type { Input } from '#lib/contract/operations.ts';
import type { Message, User } from '#lib/contract/records.ts';
import type { Call } from './api.ts';
import type { Dispatch } from './chat-events.ts';
import type { History } from './history.ts';
import type { Outbox } from './outbox.ts';
import { eachPage } from './pages.ts';
import type { Command } from './socket.ts';
import type { Sync } from './sync.ts';
import type { Typing } from './typing.ts';
import type { ChatActions, ChatState, Kept } from './types.ts';

interface ActionParts {
  get: () => ChatState;
  dispatch: Dispatch;
  call: Call;
  command: Command;
  sync: Sync;
  history: History;
  outbox: Outbox;
  typing: Typing;
  keepDraft(id: string, text: string): void;
  send(id: string, text: string): Promise<void>;
  signOut(): Promise<void>;
  deleteAccount(proof: Input<'deleteAccount'>): Promise<void>;
  readKept(): Promise<Kept | null>;
  clearKept(): Promise<void>;
  reconnectNow(): void;
}

export const createActions = (parts: ActionParts): ChatActions => ({
  ...conversationActions(parts),
  ...messageActions(parts),
  ...groupActions(parts),
  ...accountActions(parts),
});

type Part<K extends keyof ChatActions> = Pick<ChatActions, K>;

const conversationActions = ({
  call,
  dispatch,
  sync,
  history,
  typing,
}: ActionParts): Part<
  | 'loadConversations'
  | 'openConversation'
  | 'prefetchConversation'
  | 'closeConversation'
  | 'loadOlder'
  | 'loadNewer'
  | 'loadLatest'
  | 'loadAround'
  | 'boundLog'
  | 'markRead'
  | 'startDirect'
  | 'searchUsers'
  | 'updateConversation'
> => ({
  loadConversations: () => sync.listConversations(),
  openConversation: (id) => history.open(id),
  prefetchConversation: (id) => history.prefetch(id),
  closeConversation(id) {
    typing.end();
    history.close(id);
  },
  loadOlder: (id) => history.loadOlder(id),
  loadNewer: (id) => history.loadNewer(id),
  loadLatest: (id) => history.loadLatest(id),
  loadAround: (id, where) => history.loadAround(id, where),
  boundLog: (id, keep) => history.bound(id, keep),
  markRead: (id) => sync.markRead(id),
  async startDirect(userId) {
    const { conversation } = await call('createConversation', { kind: 'direct', userId });
    dispatch({ type: 'conversation:updated', data: { conversation } });
    return conversation;
  },
  async searchUsers(query, cursor) {
    const q = query.trim();
    const found = await call('searchUsers', { ...(q && { q }), ...(cursor && { cursor }) });
    dispatch({ type: 'people', users: found.items });
    return found;
  },
  async updateConversation(input) {
    const { conversation } = await call('updateConversation', input);
    dispatch({ type: 'conversation:updated', data: { conversation } });
  },
});

const messageActions = ({
  get,
  call,
  command,
  dispatch,
  outbox,
  typing,
  keepDraft,
  send,
}: ActionParts): Part<
  'send' | 'retry' | 'discard' | 'editMessage' | 'deleteMessage' | 'setDraft' | 'setTyping'
> => {
  const update = (message: Message) => dispatch({ type: 'message:updated', data: { message } });
  const isOnline = () => get().connection.status === 'online';
  return {
    send(id, text) {
      if (text.trim() === '') return;
      typing.end();
      void send(id, text);
    },
    retry: (id, clientId) => outbox.retry(id, clientId),
    discard: (id, clientId) => outbox.discard(id, clientId),
    async editMessage({ id: messageId, conversationId }, text) {
      const input = { messageId, conversationId, text };
      const done = isOnline() ? command('editMessage', input) : call('editMessage', input);
      update((await done).message);
    },
    async deleteMessage({ id: messageId, conversationId }, who) {
      const input = { messageId, conversationId, for: who };
      const done = isOnline() ? command('deleteMessage', input) : call('deleteMessage', input);
      update((await done).message);
    },
    setDraft: keepDraft,
    setTyping: (id, text) => typing.input(id, text),
  };
};

const groupActions = ({
  get,
  call,
  dispatch,
  sync,
}: ActionParts): Part<
  'createGroup' | 'loadMembers' | 'addMembers' | 'setRole' | 'removeMember' | 'leave'
> => {
  /** The list as it is shown, after a change that the server has confirmed; failing that, it comes with the news. */
  const reloadMembers = async (id: string) => {
    if (get().members[id]) await sync.loadMembers(id).catch(() => undefined);
  };
  return {
    async createGroup(title, memberIds, clientId) {
      const input = { kind: 'group' as const, clientId, title, memberIds };
      const { conversation } = await call('createConversation', input);
      dispatch({ type: 'conversation:updated', data: { conversation } });
      return conversation;
    },
    loadMembers: (id) => sync.loadMembers(id),
    async addMembers(conversationId, userIds, shareLast) {
      await call('addMembers', { conversationId, userIds, ...(shareLast && { shareLast }) });
      await reloadMembers(conversationId);
    },
    async setRole(conversationId, userId, role) {
      await call('updateMember', { conversationId, userId, role });
      await reloadMembers(conversationId);
    },
    async removeMember(conversationId, userId) {
      await call('removeMember', { conversationId, userId });
      await reloadMembers(conversationId);
    },
    async leave(conversationId) {
      await call('removeMember', { conversationId, userId: get().account.id });
      dispatch({ type: 'conversation:removed', data: { conversationId } });
    },
  };
};

const accountActions = ({
  get,
  call,
  dispatch,
  signOut,
  deleteAccount,
  readKept,
  clearKept,
  reconnectNow,
}: ActionParts): Part<
  | 'updateAccount'
  | 'setBlocked'
  | 'listBlocked'
  | 'readUsers'
  | 'setPicture'
  | 'deleteAccount'
  | 'readKept'
  | 'clearKept'
  | 'changePassword'
  | 'changeEmail'
  | 'listSessions'
  | 'endSession'
  | 'endOtherSessions'
  | 'signOut'
  | 'reconnectNow'
> => ({
  async updateAccount(input) {
    dispatch({ type: 'account', data: await call('updateAccount', input) });
  },
  async setBlocked(userId, isBlocked) {
    const data = await call(isBlocked ? 'blockUser' : 'unblockUser', { userId });
    dispatch({ type: 'user:updated', data });
  },
  async listBlocked() {
    const users = await allOf((cursor) => call('listBlocked', { cursor }));
    const ids = new Set(users.map(({ id }) => id));
    // Taken back on another device, while this one could not be told.
    const others = Object.values(get().people).flatMap(({ blocked, ...user }) =>
      blocked && !ids.has(user.id) ? [user] : [],
    );
    dispatch({ type: 'people', users: [...users, ...others] });
  },
  async readUsers(userIds) {
    const users: User[] = [];
    for (const userId of userIds) {
      const known = get().people[userId];
      const read = known ?? (await call('readUser', { userId })).user;
      if (!known) dispatch({ type: 'people', users: [read] });
      if (!read.deleted) users.push(read);
    }
    return users;
  },
  async setPicture(picture, conversationId) {
    if (conversationId === undefined) {
      const done = picture ? call('setPicture', { picture }) : call('removePicture', {});
      return dispatch({ type: 'account', data: await done });
    }
    const done = picture
      ? call('setGroupPicture', { conversationId, picture })
      : call('removeGroupPicture', { conversationId });
    dispatch({ type: 'conversation:updated', data: await done });
  },
  deleteAccount,
  readKept,
  clearKept,
  async changePassword(currentPassword, newPassword) {
    await call('changePassword', { currentPassword, newPassword });
  },
  async changeEmail(input) {
    dispatch({ type: 'account', data: await call('changeEmail', input) });
  },
  listSessions: () => allOf((cursor) => call('listSessions', { cursor })),
  async endSession(sessionId) {
    await call('endSession', { sessionId });
  },
  endOtherSessions: async () => (await call('endOtherSessions', {})).ended,
  signOut,
  reconnectNow,
});

/** The items of all pages of a list. */
async function allOf<T>(
  read: (cursor: string | undefined) => Promise<{ items: T[]; nextCursor: string | null }>,
): Promise<T[]> {
  const all: T[] = [];
  await eachPage(read, ({ items }) => all.push(...items));
  return all;
}
