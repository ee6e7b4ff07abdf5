import * as z from 'zod';
import * as inputs from './inputs.ts';
import * as records from './records.ts';
import { restForms, type RestForm } from './rest-forms.ts';

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
  rest?: RestForm;
}

type Access = 'anyone' | 'signed-in';

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
    rest: restForms.register,
  }),
  checkUsername: openOperation({
    summary: 'Is a username free, and what would be a free one like it?',
    input: inputs.UsernameCheck,
    output: z.object({ available: z.boolean(), suggestions: z.array(z.string()) }),
    limit: 'LOOKUPS',
    rest: restForms.checkUsername,
  }),
  createToken: openOperation({
    summary: 'Sign in, for programs',
    input: inputs.Credentials,
    output: token.extend({ user: records.Account }),
    rest: restForms.createToken,
  }),
  createSocketToken: operation({
    summary: 'A token of at most 5 minutes that opens sockets only',
    input: inputs.Nothing,
    output: token,
    rest: restForms.createSocketToken,
  }),
  changePassword: operation({
    summary: 'Change the password; every other session ends',
    input: inputs.PasswordChange,
    output: done,
    rest: restForms.changePassword,
  }),
  changeEmail: operation({
    summary:
      'Give one’s email address, another one or none: one can sign in by it instead of the username',
    input: inputs.EmailChange,
    output: account,
    // It tells of an address whether it can be used, as registering does.
    limit: 'REGISTER',
    rest: restForms.changeEmail,
  }),
  listSessions: operation({
    summary: "One's own sessions, the latest used first",
    input: inputs.SessionList,
    output: list(records.Session),
    rest: restForms.listSessions,
  }),
  endSession: operation({
    summary: 'End one session (`current`: sign out)',
    input: inputs.SessionEnd,
    output: done,
    rest: restForms.endSession,
  }),
  endOtherSessions: operation({
    summary: 'Sign out everywhere else',
    input: inputs.Nothing,
    output: z.object({ ended: z.int() }),
    rest: restForms.endOtherSessions,
  }),

  readPush: operation({
    summary: 'What subscribing to notifications takes, and how this device has done so',
    input: inputs.Nothing,
    output: z.object({
      /** VAPID's, in base64url; null where the server sends no notifications. */
      publicKey: z.string().nullable(),
      device: records.PushDevice.nullable(),
    }),
    rest: restForms.readPush,
  }),
  subscribePush: operation({
    summary: "Have notifications sent to this session's device, or renew that",
    input: inputs.PushSubscribe,
    output: pushDevice,
    limit: 'PUSH',
    rest: restForms.subscribePush,
  }),
  updatePush: operation({
    summary: 'Whether notifications on this device say what was written',
    input: inputs.PushUpdate,
    output: pushDevice,
    limit: 'PUSH',
    rest: restForms.updatePush,
  }),
  unsubscribePush: operation({
    summary: 'Send no more notifications to this device',
    input: inputs.Nothing,
    output: done,
    limit: 'PUSH',
    rest: restForms.unsubscribePush,
  }),
  testPush: operation({
    summary: 'Send this device a notification now',
    input: inputs.Nothing,
    output: z.object({
      /** `gone`: the push service knows it no more, so it has been unsubscribed. */
      outcome: z.enum(['sent', 'gone', 'failed']),
    }),
    limit: 'PUSH',
    rest: restForms.testPush,
  }),

  searchUsers: operation({
    summary: 'Find people by the beginning of a name or username; without `q`, everybody',
    input: inputs.UserSearch,
    output: list(records.User),
    limit: 'LOOKUPS',
    rest: restForms.searchUsers,
  }),
  readAccount: operation({
    summary: 'Oneself',
    input: inputs.Nothing,
    output: account,
    rest: restForms.readAccount,
  }),
  updateAccount: operation({
    summary: "Change one's display name, about line, language or who sees what",
    input: inputs.AccountUpdate,
    output: account,
    rest: restForms.updateAccount,
  }),
  setPicture: operation({
    summary:
      'Show this picture of oneself: a JPEG, PNG, WebP, GIF or AVIF, of which the middle is kept',
    input: inputs.PictureSet,
    output: account,
    limit: 'PICTURES',
    rest: restForms.setPicture,
  }),
  removePicture: operation({
    summary: 'Show no picture of oneself',
    input: inputs.Nothing,
    output: account,
    rest: restForms.removePicture,
  }),
  deleteAccount: operation({
    summary: 'Delete one’s account for good; what one wrote stays with those who have it',
    input: inputs.AccountDelete,
    output: done,
    rest: restForms.deleteAccount,
  }),
  readUser: operation({
    summary: 'One person',
    input: inputs.UserRead,
    output: user,
    rest: restForms.readUser,
  }),
  blockUser: operation({
    summary: 'Block somebody: they can’t reach one directly, and are not told',
    input: inputs.UserRead,
    output: user,
    rest: restForms.blockUser,
  }),
  unblockUser: operation({
    summary: 'Take back a block; what they wrote meanwhile does not arrive',
    input: inputs.UserRead,
    output: user,
    rest: restForms.unblockUser,
  }),
  listBlocked: operation({
    summary: 'Whom one has blocked, the latest first',
    input: inputs.BlockList,
    output: list(records.User),
    rest: restForms.listBlocked,
  }),

  listConversations: operation({
    summary: "One's conversations: pinned ones, then by their last message, newest first",
    input: inputs.ConversationList,
    output: list(records.Conversation),
    rest: restForms.listConversations,
  }),
  createConversation: operation({
    summary: 'Start a direct conversation (one for each pair) or a group',
    input: inputs.ConversationCreate,
    output: conversation,
    rest: restForms.createConversation,
  }),
  readConversation: operation({
    summary: 'One conversation',
    input: inputs.ConversationRead,
    output: conversation,
    rest: restForms.readConversation,
  }),
  updateConversation: operation({
    summary: "Rename a group (its admins); set one's own mute, archive and pin",
    input: inputs.ConversationUpdate,
    output: conversation,
    rest: restForms.updateConversation,
  }),
  setGroupPicture: operation({
    summary: 'Give a group a picture (its admins)',
    input: inputs.GroupPictureSet,
    output: conversation,
    limit: 'PICTURES',
    rest: restForms.setGroupPicture,
  }),
  removeGroupPicture: operation({
    summary: 'Take a group’s picture away (its admins)',
    input: inputs.ConversationRead,
    output: conversation,
    rest: restForms.removeGroupPicture,
  }),
  listMembers: operation({
    summary: 'The members now: the owner, admins, then the rest, longest-standing first',
    input: inputs.MemberList,
    output: list(records.Member).extend({
      /** The highest watermarks among those who have left: what one of them read stays read. */
      former: records.Receipt.omit({ userId: true }).nullable(),
    }),
    rest: restForms.listMembers,
  }),
  addMembers: operation({
    summary: 'Add people to a group (its admins)',
    input: inputs.MembersAdd,
    output: z.object({ items: z.array(records.Member), nextCursor: z.null() }),
    rest: restForms.addMembers,
  }),
  updateMember: operation({
    summary: "Change a member's role (admins); `owner` passes ownership on (the owner)",
    input: inputs.MemberUpdate,
    output: member,
    rest: restForms.updateMember,
  }),
  removeMember: operation({
    summary: 'Remove a member (admins), or leave (one’s own id)',
    input: inputs.MemberRemove,
    output: done,
    rest: restForms.removeMember,
  }),

  listMessages: operation({
    summary:
      'History by `seq` or around a time (`at`), or what changed since a `rev`; without a mark, the latest',
    input: inputs.MessageList,
    output: z.object({ messages: z.array(records.Message), hasMore: z.boolean() }),
    rest: restForms.listMessages,
  }),
  sendMessage: operation({
    summary: 'Send a message; the answer means that it is stored durably',
    input: inputs.MessageSend,
    output: message,
    limit: 'MESSAGES',
    rest: restForms.sendMessage,
  }),
  editMessage: operation({
    summary: "Edit one's own text, within 15 minutes",
    input: inputs.MessageEdit,
    output: message,
    limit: 'MESSAGES',
    rest: restForms.editMessage,
  }),
  deleteMessage: operation({
    summary:
      'Delete for oneself, or for everyone (one’s own within 48 hours; group admins any time)',
    input: inputs.MessageDelete,
    output: message,
    rest: restForms.deleteMessage,
  }),
  markDelivered: operation({
    summary: 'Everything up to `seq` has reached this person; never moves back',
    input: inputs.ReceiptMark,
    output: receipt,
    rest: restForms.markDelivered,
  }),
  markRead: operation({
    summary: 'Everything up to `seq` has been read; never moves back',
    input: inputs.ReceiptMark,
    output: receipt,
    rest: restForms.markRead,
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
