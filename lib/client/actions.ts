import type { Input } from '#lib/contract/operations.ts';
import type { Message } from '#lib/contract/records.ts';
import type { Call } from './api.ts';
import type { Dispatch } from './chat-events.ts';
import type { History } from './history.ts';
import type { Outbox } from './outbox.ts';
import type { Command } from './socket.ts';
import type { Sync } from './sync.ts';
import type { Typing } from './typing.ts';
import type { ChatActions, ChatState, Kept } from './types.ts';

export interface ActionParts {
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
  | 'closeConversation'
  | 'loadOlder'
  | 'loadNewer'
  | 'loadLatest'
  | 'markRead'
  | 'startDirect'
  | 'searchUsers'
  | 'updateConversation'
> => ({
  loadConversations: () => sync.listConversations(),
  openConversation: (id) => history.open(id),
  closeConversation(id) {
    typing.end();
    history.close(id);
  },
  loadOlder: (id) => history.loadOlder(id),
  loadNewer: (id) => history.loadNewer(id),
  loadLatest: (id) => history.loadLatest(id),
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
  /** The list as it is shown, after a change that the server has confirmed. */
  const reloadMembers = async (id: string) => {
    if (get().members[id]) await sync.loadMembers(id);
  };
  return {
    async createGroup(title, memberIds) {
      const input = { kind: 'group' as const, title, memberIds };
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
  call,
  dispatch,
  signOut,
  deleteAccount,
  readKept,
  clearKept,
  reconnectNow,
}: ActionParts): Part<
  | 'updateAccount'
  | 'setPicture'
  | 'deleteAccount'
  | 'readKept'
  | 'clearKept'
  | 'changePassword'
  | 'listSessions'
  | 'endSession'
  | 'endOtherSessions'
  | 'signOut'
  | 'reconnectNow'
> => ({
  async updateAccount(input) {
    dispatch({ type: 'account', data: await call('updateAccount', input) });
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
  async listSessions() {
    const sessions = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof call<'listSessions'>>> = await call(
        'listSessions',
        cursor === null ? {} : { cursor },
      );
      sessions.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return sessions;
  },
  async endSession(sessionId) {
    await call('endSession', { sessionId });
  },
  endOtherSessions: async () => (await call('endOtherSessions', {})).ended,
  signOut,
  reconnectNow,
});
