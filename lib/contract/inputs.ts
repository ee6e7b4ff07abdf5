import * as z from 'zod';
import { limits } from './limits.ts';
import { Id, Language, Privacy, Role, Time } from './records.ts';
import { isVisible } from './text.ts';

/** What crosses the wire towards the server. Every object is strict: unknown fields are refused. */

const utf8 = new TextEncoder();
// Halves of surrogate pairs have no place in UTF-8: what is answered would not be what is stored.
const text = () => z.string().overwrite((value) => value.toWellFormed());
const trimmed = (max: number) => text().trim().max(max);
/** On one line, and with something to see. */
const name = (max: number) =>
  text()
    .overwrite((value) => value.replace(/\p{Cc}+/gu, ' '))
    .trim()
    .min(1)
    .max(max)
    .regex(/[\p{L}\p{N}\p{P}\p{S}]/u, 'must have something to see');

// Lower-cased before the check: Ana and ana are one name, whoever types it.
export const Username = z
  .string()
  .trim()
  .toLowerCase()
  .min(limits.usernameLength.min)
  .max(limits.usernameLength.max)
  .regex(/^[a-z0-9_.]+$/, 'may hold letters a–z, digits, dots and underscores');

export const Password = z.string().min(limits.passwordLength.min).max(limits.passwordLength.max);

const Email = z.email().max(254);

/** A message's text: not blank, at most 64 KiB of UTF-8. */
export const Text = text()
  .refine(isVisible, 'must not be blank')
  .refine((text) => utf8.encode(text).length <= limits.textBytes, 'must be at most 64 KiB');

/** Made by a device, unique among what its person sends, or among the groups they make; a UUID does well. */
export const ClientId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1–64 of A–Z a–z 0–9 _ -');

const Seq = z.int().min(0);
const Limit = z.int().min(1).max(limits.pageSize);
const Cursor = z.string().max(200);
const UserIds = z.array(Id).min(1).max(limits.groupMembers);
const page = { limit: Limit.optional(), cursor: Cursor.optional() };

export const Nothing = z.strictObject({});

// Accounts and sessions

export const Register = z.strictObject({
  username: Username,
  password: Password,
  displayName: name(limits.displayNameLength).optional(),
  email: Email.optional(),
});

// Sign-in checks no rules on the password: what does not match is wrong, not malformed.
export const Credentials = z.strictObject({
  username: z.string().min(1).max(254),
  password: z.string().min(1).max(limits.passwordLength.max),
  device: trimmed(200).optional(),
});

export const SessionList = z.strictObject(page);
export const SessionEnd = z.strictObject({ sessionId: z.union([Id, z.literal('current')]) });
export const PasswordChange = z.strictObject({
  currentPassword: z.string().min(1).max(limits.passwordLength.max),
  newPassword: Password,
});

/** Null: none any more. */
export const EmailChange = z.strictObject({
  password: z.string().min(1).max(limits.passwordLength.max),
  email: Email.nullable(),
});

// Notifications

/** As the browser's `PushSubscription` has it, without its expiration time. */
export const PushSubscribe = z.strictObject({
  endpoint: z.url().max(2048),
  keys: z.strictObject({
    p256dh: z.string().regex(/^[\w-]{87}=?$/, 'must be a P-256 public key in base64url'),
    auth: z.string().regex(/^[\w-]{22}(==)?$/, 'must be 16 bytes in base64url'),
  }),
  previews: z.boolean().optional(),
});
export const PushUpdate = z.strictObject({ previews: z.boolean() });

// People

export const UserSearch = z.strictObject({ q: trimmed(100).optional(), ...page });
export const UserRead = z.strictObject({ userId: Id });
export const BlockList = z.strictObject(page);
export const UsernameCheck = z.strictObject({ username: Username });
export const AccountUpdate = z.strictObject({
  displayName: name(limits.displayNameLength).optional(),
  about: trimmed(limits.aboutLength).optional(),
  language: Language.optional(),
  /** What is left out stays as it is. */
  privacy: z.strictObject(Privacy.shape).partial().optional(),
});
/** The password; for an account that has none, the username. */
export const AccountDelete = z.strictObject({
  password: z.string().min(1).max(limits.passwordLength.max).optional(),
  username: Username.optional(),
});

/** The bytes of a picture, which are a request's whole body. */
const Picture = z.custom<Blob | Uint8Array>(
  (value) => value instanceof Blob || value instanceof Uint8Array,
  'must be the bytes of a picture',
);
export const PictureSet = z.strictObject({ picture: Picture });
export const GroupPictureSet = z.strictObject({ conversationId: Id, picture: Picture });

// Conversations and members

const Title = name(limits.groupTitleLength);
export const ConversationList = z.strictObject(page);
export const ConversationRead = z.strictObject({ conversationId: Id });
export const ConversationCreate = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('direct'), userId: Id }),
  z.strictObject({
    kind: z.literal('group'),
    /** The same again, from the same person: the group that it made the first time, whatever else is said. */
    clientId: ClientId.optional(),
    title: Title,
    memberIds: z
      .array(Id)
      .min(1)
      .max(limits.groupMembers - 1),
  }),
]);
export const ConversationUpdate = z.strictObject({
  conversationId: Id,
  /** Of a group, by its admins. */
  title: Title.optional(),
  mutedUntil: Time.nullable().optional(),
  archived: z.boolean().optional(),
  pinned: z.boolean().optional(),
});
export const MemberList = z.strictObject({ conversationId: Id, ...page });
export const MembersAdd = z.strictObject({
  conversationId: Id,
  userIds: UserIds,
  /** Show them this many of the latest messages (at most 14 days back); by default none. */
  shareLast: z.union([z.literal(25), z.literal(50), z.literal(75), z.literal(100)]).optional(),
});
export const MemberUpdate = z.strictObject({ conversationId: Id, userId: Id, role: Role });
export const MemberRemove = z.strictObject({ conversationId: Id, userId: Id });

// Messages

export const MessageList = z
  .strictObject({
    conversationId: Id,
    before: Seq.optional(),
    after: Seq.optional(),
    around: Seq.optional(),
    /** Around the first message that was sent then or later. */
    at: Time.optional(),
    sinceRev: Seq.optional(),
    limit: Limit.optional(),
  })
  .refine(
    ({ before, after, around, at, sinceRev }) =>
      [before, after, around, at, sinceRev].filter((mark) => mark !== undefined).length <= 1,
    'takes at most one of before, after, around, at and sinceRev',
  );
export const MessageSend = z.strictObject({ conversationId: Id, clientId: ClientId, text: Text });
// A message's id says which conversation it is in; a path that names another one is refused.
export const MessageEdit = z.strictObject({
  messageId: Id,
  text: Text,
  conversationId: Id.optional(),
});
export const MessageDelete = z.strictObject({
  messageId: Id,
  for: z.enum(['me', 'everyone']),
  conversationId: Id.optional(),
});
export const ReceiptMark = z.strictObject({ conversationId: Id, seq: Seq });

// Hints

export const Typing = z.strictObject({ conversationId: Id, typing: z.boolean() });
export const PresenceWatch = z.strictObject({ userIds: z.array(Id).max(limits.watchedUsers) });
export const PresenceVisible = z.strictObject({ visible: z.boolean() });
