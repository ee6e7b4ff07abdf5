import * as z from 'zod';
import * as inputs from './inputs.ts';
import * as records from './records.ts';

/**
 * Everything that a client can ask for, on both wires. Validation, routes, socket commands, the
 * OpenAPI document and the API page are all derived from this one table.
 */
export interface Operation<
  I extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
  A extends Access = Access,
> {
  summary: string;
  input: I;
  output: O;
  /** Whom it answers; who may do what to which thing is the use case's to decide. */
  access: A;
  /** How often it may be done, where that is not as often as any other request. */
  limit?: 'REGISTER' | 'MESSAGES' | 'TYPING' | 'LOOKUPS' | 'PUSH' | 'PICTURES';
  /** Its REST form; commandEvents (events.ts) has the Socket.io form. Some have both. */
  rest?: RestBinding;
}

export type Access = 'anyone' | 'signed-in';

export interface RestBinding {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Under /api/v1; `{name}` fills the input's field of that name. */
  path: string;
  /** 200 unless said; `created` is 201, or 200 when the thing was there already. */
  status?: 201 | 'created';
  /** Fields that a request may leave out, and what they are then. */
  defaults?: Readonly<Record<string, string>>;
  /** Its body is the bytes of this field, which is a picture, instead of JSON. */
  upload?: 'picture';
}

type Given<I extends z.ZodType, O extends z.ZodType> = Omit<Operation<I, O>, 'access'>;

const operation = <I extends z.ZodType, O extends z.ZodType>(
  given: Given<I, O>,
): Operation<I, O, 'signed-in'> => ({ ...given, access: 'signed-in' });

const openOperation = <I extends z.ZodType, O extends z.ZodType>(
  given: Given<I, O>,
): Operation<I, O, 'anyone'> => ({ ...given, access: 'anyone' });

const list = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

const user = z.object({ user: records.User });
const account = z.object({ user: records.Account });
const conversation = z.object({ conversation: records.Conversation });
const member = z.object({ member: records.Member });
const message = z.object({ message: records.Message });
const receipt = z.object({ receipt: records.Receipt });
const token = z.object({ token: z.string(), expiresAt: records.Time });
const pushDevice = z.object({ device: records.PushDevice });
const done = z.object({});

export const operations = {
  register: openOperation({
    summary: 'Create an account',
    input: inputs.Register,
    output: account,
    limit: 'REGISTER',
    rest: { method: 'POST', path: '/auth/register', status: 201 },
  }),
  checkUsername: openOperation({
    summary: 'Is a username free, and what would be a free one like it?',
    input: inputs.UsernameCheck,
    output: z.object({ available: z.boolean(), suggestions: z.array(z.string()) }),
    limit: 'LOOKUPS',
    rest: { method: 'GET', path: '/auth/username' },
  }),
  createToken: openOperation({
    summary: 'Sign in, for programs',
    input: inputs.Credentials,
    output: token.extend({ user: records.Account }),
    rest: { method: 'POST', path: '/auth/token' },
  }),
  createSocketToken: operation({
    summary: 'A token of at most 5 minutes that opens sockets only',
    input: inputs.Nothing,
    output: token,
    rest: { method: 'POST', path: '/auth/socket-token' },
  }),
  changePassword: operation({
    summary: 'Change the password; every other session ends',
    input: inputs.PasswordChange,
    output: done,
    rest: { method: 'POST', path: '/auth/password' },
  }),
  listSessions: operation({
    summary: "One's own sessions, the latest used first",
    input: inputs.SessionList,
    output: list(records.Session),
    rest: { method: 'GET', path: '/auth/sessions' },
  }),
  endSession: operation({
    summary: 'End one session (`current`: sign out)',
    input: inputs.SessionEnd,
    output: done,
    rest: { method: 'DELETE', path: '/auth/sessions/{sessionId}' },
  }),
  endOtherSessions: operation({
    summary: 'Sign out everywhere else',
    input: inputs.Nothing,
    output: z.object({ ended: z.int() }),
    rest: { method: 'DELETE', path: '/auth/sessions' },
  }),

  readPush: operation({
    summary: 'What subscribing to notifications takes, and how this device has done so',
    input: inputs.Nothing,
    output: z.object({
      /** VAPID's, in base64url; null where the server sends no notifications. */
      publicKey: z.string().nullable(),
      device: records.PushDevice.nullable(),
    }),
    rest: { method: 'GET', path: '/push' },
  }),
  subscribePush: operation({
    summary: "Have notifications sent to this session's device, or renew that",
    input: inputs.PushSubscribe,
    output: pushDevice,
    limit: 'PUSH',
    rest: { method: 'POST', path: '/push', status: 'created' },
  }),
  updatePush: operation({
    summary: 'Whether notifications on this device say what was written',
    input: inputs.PushUpdate,
    output: pushDevice,
    limit: 'PUSH',
    rest: { method: 'PATCH', path: '/push' },
  }),
  unsubscribePush: operation({
    summary: 'Send no more notifications to this device',
    input: inputs.Nothing,
    output: done,
    limit: 'PUSH',
    rest: { method: 'DELETE', path: '/push' },
  }),
  testPush: operation({
    summary: 'Send this device a notification now',
    input: inputs.Nothing,
    output: z.object({
      /** `gone`: the push service knows it no more, so it has been unsubscribed. */
      outcome: z.enum(['sent', 'gone', 'failed']),
    }),
    limit: 'PUSH',
    rest: { method: 'POST', path: '/push/test' },
  }),

  searchUsers: operation({
    summary: 'Find people by the beginning of a name or username; without `q`, everybody',
    input: inputs.UserSearch,
    output: list(records.User),
    limit: 'LOOKUPS',
    rest: { method: 'GET', path: '/users' },
  }),
  readAccount: operation({
    summary: 'Oneself',
    input: inputs.Nothing,
    output: account,
    rest: { method: 'GET', path: '/users/me' },
  }),
  updateAccount: operation({
    summary: "Change one's display name, about line, language or who sees what",
    input: inputs.AccountUpdate,
    output: account,
    rest: { method: 'PATCH', path: '/users/me' },
  }),
  setPicture: operation({
    summary:
      'Show this picture of oneself: a JPEG, PNG, WebP, GIF or AVIF, of which the middle is kept',
    input: inputs.PictureSet,
    output: account,
    limit: 'PICTURES',
    rest: { method: 'POST', path: '/users/me/picture', upload: 'picture' },
  }),
  removePicture: operation({
    summary: 'Show no picture of oneself',
    input: inputs.Nothing,
    output: account,
    rest: { method: 'DELETE', path: '/users/me/picture' },
  }),
  deleteAccount: operation({
    summary: 'Delete one’s account for good; what one wrote stays with those who have it',
    input: inputs.AccountDelete,
    output: done,
    rest: { method: 'POST', path: '/users/me/delete' },
  }),
  readUser: operation({
    summary: 'One person',
    input: inputs.UserRead,
    output: user,
    rest: { method: 'GET', path: '/users/{userId}' },
  }),

  listConversations: operation({
    summary: "One's conversations: pinned ones, then by their last message, newest first",
    input: inputs.ConversationList,
    output: list(records.Conversation),
    rest: { method: 'GET', path: '/conversations' },
  }),
  createConversation: operation({
    summary: 'Start a direct conversation (one for each pair) or a group',
    input: inputs.ConversationCreate,
    output: conversation,
    rest: { method: 'POST', path: '/conversations', status: 'created' },
  }),
  readConversation: operation({
    summary: 'One conversation',
    input: inputs.ConversationRead,
    output: conversation,
    rest: { method: 'GET', path: '/conversations/{conversationId}' },
  }),
  updateConversation: operation({
    summary: "Rename a group (its admins); set one's own mute, archive and pin",
    input: inputs.ConversationUpdate,
    output: conversation,
    rest: { method: 'PATCH', path: '/conversations/{conversationId}' },
  }),
  setGroupPicture: operation({
    summary: 'Give a group a picture (its admins)',
    input: inputs.GroupPictureSet,
    output: conversation,
    limit: 'PICTURES',
    rest: { method: 'POST', path: '/conversations/{conversationId}/picture', upload: 'picture' },
  }),
  removeGroupPicture: operation({
    summary: 'Take a group’s picture away (its admins)',
    input: inputs.ConversationRead,
    output: conversation,
    rest: { method: 'DELETE', path: '/conversations/{conversationId}/picture' },
  }),
  listMembers: operation({
    summary: 'The members now: the owner, admins, then the rest, longest-standing first',
    input: inputs.MemberList,
    output: list(records.Member).extend({
      /** The highest watermarks among those who have left: what one of them read stays read. */
      former: records.Receipt.omit({ userId: true }).nullable(),
    }),
    rest: { method: 'GET', path: '/conversations/{conversationId}/members' },
  }),
  addMembers: operation({
    summary: 'Add people to a group (its admins)',
    input: inputs.MembersAdd,
    output: z.object({ items: z.array(records.Member), nextCursor: z.null() }),
    rest: { method: 'POST', path: '/conversations/{conversationId}/members', status: 201 },
  }),
  updateMember: operation({
    summary: "Change a member's role (admins); `owner` passes ownership on (the owner)",
    input: inputs.MemberUpdate,
    output: member,
    rest: { method: 'PATCH', path: '/conversations/{conversationId}/members/{userId}' },
  }),
  removeMember: operation({
    summary: 'Remove a member (admins), or leave (one’s own id)',
    input: inputs.MemberRemove,
    output: done,
    rest: { method: 'DELETE', path: '/conversations/{conversationId}/members/{userId}' },
  }),

  listMessages: operation({
    summary: 'History by `seq`, or what changed since a `rev`; without a mark, the latest',
    input: inputs.MessageList,
    output: z.object({ messages: z.array(records.Message), hasMore: z.boolean() }),
    rest: { method: 'GET', path: '/conversations/{conversationId}/messages' },
  }),
  sendMessage: operation({
    summary: 'Send a message; the answer means that it is stored durably',
    input: inputs.MessageSend,
    output: message,
    limit: 'MESSAGES',
    rest: { method: 'POST', path: '/conversations/{conversationId}/messages', status: 'created' },
  }),
  editMessage: operation({
    summary: "Edit one's own text, within 15 minutes",
    input: inputs.MessageEdit,
    output: message,
    limit: 'MESSAGES',
    rest: { method: 'PATCH', path: '/conversations/{conversationId}/messages/{messageId}' },
  }),
  deleteMessage: operation({
    summary:
      'Delete for oneself, or for everyone (one’s own within 48 hours; group admins any time)',
    input: inputs.MessageDelete,
    output: message,
    rest: {
      method: 'DELETE',
      path: '/conversations/{conversationId}/messages/{messageId}',
      defaults: { for: 'everyone' },
    },
  }),
  markDelivered: operation({
    summary: 'Everything up to `seq` has reached this person; never moves back',
    input: inputs.ReceiptMark,
    output: receipt,
    rest: { method: 'POST', path: '/conversations/{conversationId}/delivered' },
  }),
  markRead: operation({
    summary: 'Everything up to `seq` has been read; never moves back',
    input: inputs.ReceiptMark,
    output: receipt,
    rest: { method: 'POST', path: '/conversations/{conversationId}/read' },
  }),

  setTyping: operation({
    summary: 'Tell the others that one is typing, or has stopped',
    input: inputs.Typing,
    output: done,
    limit: 'TYPING',
  }),
  watchPresence: operation({
    summary:
      'Presence of these people now, and their changes from now on; replaces the earlier list',
    input: inputs.PresenceWatch,
    output: z.object({ presences: z.array(records.Presence) }),
  }),
  setVisible: operation({
    summary: "Whether this device's page is in front; until told, it counts as visible",
    input: inputs.PresenceVisible,
    output: done,
  }),
};

export type Operations = typeof operations;
export type OperationName = keyof Operations;
export type Input<N extends OperationName> = z.infer<Operations[N]['input']>;
export type Output<N extends OperationName> = z.infer<Operations[N]['output']>;
