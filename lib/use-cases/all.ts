import type { UseCase, UseCaseName } from './define.ts';
import { deleteAccount } from './account-deletion.ts';
import * as accounts from './accounts.ts';
import * as blocks from './blocks.ts';
import * as conversations from './conversations.ts';
import { createConversation } from './creating.ts';
import { listMessages } from './history.ts';
import { removeMember } from './leaving.ts';
import * as members from './members.ts';
import * as messages from './messages.ts';
import * as notifications from './notifications.ts';
import * as pictures from './pictures.ts';
import * as receipts from './receipts.ts';
import { updateMember } from './roles.ts';
import * as sessions from './sessions.ts';
import * as typing from './typing.ts';
import * as users from './users.ts';

/** Every verb that a transport can call. */
export const useCases: { [N in UseCaseName]: UseCase<N> } = {
  register: accounts.register,
  checkUsername: accounts.checkUsername,
  createToken: accounts.createToken,
  changePassword: accounts.changePassword,
  changeEmail: accounts.changeEmail,
  readAccount: accounts.readAccount,
  updateAccount: accounts.updateAccount,
  deleteAccount,
  setPicture: pictures.setPicture,
  removePicture: pictures.removePicture,
  setGroupPicture: pictures.setGroupPicture,
  removeGroupPicture: pictures.removeGroupPicture,
  createSocketToken: sessions.createSocketToken,
  listSessions: sessions.listSessions,
  endSession: sessions.endSession,
  endOtherSessions: sessions.endOtherSessions,
  readPush: notifications.readPush,
  subscribePush: notifications.subscribePush,
  updatePush: notifications.updatePush,
  unsubscribePush: notifications.unsubscribePush,
  testPush: notifications.testPush,
  searchUsers: users.searchUsers,
  readUser: users.readUser,
  blockUser: blocks.blockUser,
  unblockUser: blocks.unblockUser,
  listBlocked: blocks.listBlocked,
  listConversations: conversations.listConversations,
  createConversation,
  readConversation: conversations.readConversation,
  updateConversation: conversations.updateConversation,
  listMembers: members.listMembers,
  addMembers: members.addMembers,
  updateMember,
  removeMember,
  listMessages,
  sendMessage: messages.sendMessage,
  editMessage: messages.editMessage,
  deleteMessage: messages.deleteMessage,
  markDelivered: receipts.markDelivered,
  markRead: receipts.markRead,
  setTyping: typing.setTyping,
};
