export interface RestForm {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Under /api/v1; `{name}` fills the input's field of that name. */
  path: string;
  /** 200 unless said; `created` is 201, or 200 when the thing was there already. */
  status?: 201 | 'created';
  /** Fields that a request may leave out, and what they are then. */
  defaults?: Readonly<Record<string, string>>;
  /** Its body is the bytes of this field, which is a picture, instead of JSON. */
  upload?: 'picture';
}

/**
 * The REST forms of operations, by their names. Beside the table of operations, and without schemas: a
 * browser takes these with every page, and schemas only to read what it has kept.
 */
export const restForms = {
  register: { method: 'POST', path: '/auth/register', status: 201 },
  checkUsername: { method: 'GET', path: '/auth/username' },
  createToken: { method: 'POST', path: '/auth/token' },
  createSocketToken: { method: 'POST', path: '/auth/socket-token' },
  changePassword: { method: 'POST', path: '/auth/password' },
  changeEmail: { method: 'POST', path: '/auth/email' },
  listSessions: { method: 'GET', path: '/auth/sessions' },
  endSession: { method: 'DELETE', path: '/auth/sessions/{sessionId}' },
  endOtherSessions: { method: 'DELETE', path: '/auth/sessions' },
  readPush: { method: 'GET', path: '/push' },
  subscribePush: { method: 'POST', path: '/push', status: 'created' },
  updatePush: { method: 'PATCH', path: '/push' },
  unsubscribePush: { method: 'DELETE', path: '/push' },
  testPush: { method: 'POST', path: '/push/test' },
  searchUsers: { method: 'GET', path: '/users' },
  readAccount: { method: 'GET', path: '/users/me' },
  updateAccount: { method: 'PATCH', path: '/users/me' },
  setPicture: { method: 'POST', path: '/users/me/picture', upload: 'picture' },
  removePicture: { method: 'DELETE', path: '/users/me/picture' },
  deleteAccount: { method: 'POST', path: '/users/me/delete' },
  readUser: { method: 'GET', path: '/users/{userId}' },
  blockUser: { method: 'PUT', path: '/users/{userId}/block' },
  unblockUser: { method: 'DELETE', path: '/users/{userId}/block' },
  listBlocked: { method: 'GET', path: '/users/me/blocked' },
  listConversations: { method: 'GET', path: '/conversations' },
  createConversation: { method: 'POST', path: '/conversations', status: 'created' },
  readConversation: { method: 'GET', path: '/conversations/{conversationId}' },
  updateConversation: { method: 'PATCH', path: '/conversations/{conversationId}' },
  setGroupPicture: {
    method: 'POST',
    path: '/conversations/{conversationId}/picture',
    upload: 'picture',
  },
  removeGroupPicture: { method: 'DELETE', path: '/conversations/{conversationId}/picture' },
  listMembers: { method: 'GET', path: '/conversations/{conversationId}/members' },
  addMembers: { method: 'POST', path: '/conversations/{conversationId}/members', status: 201 },
  updateMember: { method: 'PATCH', path: '/conversations/{conversationId}/members/{userId}' },
  removeMember: { method: 'DELETE', path: '/conversations/{conversationId}/members/{userId}' },
  listMessages: { method: 'GET', path: '/conversations/{conversationId}/messages' },
  sendMessage: {
    method: 'POST',
    path: '/conversations/{conversationId}/messages',
    status: 'created',
  },
  editMessage: { method: 'PATCH', path: '/conversations/{conversationId}/messages/{messageId}' },
  deleteMessage: {
    method: 'DELETE',
    path: '/conversations/{conversationId}/messages/{messageId}',
    defaults: { for: 'everyone' },
  },
  markDelivered: { method: 'POST', path: '/conversations/{conversationId}/delivered' },
  markRead: { method: 'POST', path: '/conversations/{conversationId}/read' },
} as const satisfies Record<string, RestForm>;
