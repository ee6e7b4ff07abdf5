import * as z from 'zod';
import { limits } from './limits.ts';

// zod makes code of schemas to be faster. The policy of our pages lets no text become code, and would
// report the attempt.
if (typeof window !== 'undefined') z.config({ jitless: true });

/** What crosses the wire towards a client. Contract version 1: fields are added, never changed. */

export const Id = z.string().regex(/^[0-9a-f]{24}$/, 'must be an id of 24 hex digits');
export const Time = z.iso.datetime();
const Seq = z.int().min(0);

export const User = z.object({
  id: Id,
  username: z.string(),
  displayName: z.string(),
  about: z.string(),
  avatarUrl: z.string().nullable(),
  online: z.boolean(),
  lastSeenAt: Time.nullable(),
  /** The person has deleted the account; what they wrote stays. */
  deleted: z.literal(true).optional(),
  /** The caller has blocked this person. Nobody is told who has blocked them. */
  blocked: z.literal(true).optional(),
});

/** What the pages can speak. */
export const Language = z.enum(['en', 'es', 'de', 'ar']);

/**
 * Who sees what of a person. It is mutual: whoever hides something from somebody does not see it of
 * them either. Contacts are people with whom one shares a conversation.
 */
export const Privacy = z.object({
  lastSeen: z.enum(['everyone', 'contacts', 'contacts_except', 'nobody']),
  /** Whom `contacts_except` leaves out. Optional for what browsers have kept from before it was there. */
  lastSeenExcept: z.array(Id).max(limits.exceptedUsers).optional(),
  online: z.enum(['everyone', 'as_last_seen']),
  /** Of direct conversations; groups always have them. */
  readReceipts: z.boolean(),
});

/** What a person sees of their own account. */
export const Account = User.extend({
  email: z.string().nullable(),
  hasPassword: z.boolean(),
  /** What the person has chosen to read; absent until they have. */
  language: Language.optional(),
  privacy: Privacy,
});

export const Role = z.enum(['owner', 'admin', 'member']);

export const Member = z.object({
  user: User,
  role: Role,
  joinedAt: Time,
  readSeq: Seq,
  deliveredSeq: Seq,
});

/** What a system line says. `userIds` are the people it is about, other than the actor. */
export const SystemEvent = z.object({
  type: z.enum([
    'group_created',
    'title_changed',
    'members_added',
    'member_removed',
    'member_left',
    'role_changed',
    'owner_changed',
    'history_shared',
    'picture_changed',
  ]),
  actorId: Id,
  userIds: z.array(Id),
  title: z.string().optional(),
  role: Role.optional(),
  /** How many earlier messages were shared with the people who were added. */
  count: z.int().optional(),
});

export const Message = z.object({
  id: Id,
  conversationId: Id,
  seq: Seq,
  rev: Seq,
  clientId: z.string(),
  senderId: Id,
  kind: z.enum(['text', 'media', 'voice', 'system']),
  /** Empty for a deleted or hidden message; for a system line an English sentence. */
  text: z.string(),
  createdAt: Time,
  editedAt: Time.nullable(),
  deletedAt: Time.nullable(),
  /** The caller deleted it for themselves: keep its place in the order, do not show it. */
  hidden: z.boolean(),
  system: SystemEvent.nullable(),
});

const MyMembership = z.object({
  role: Role,
  readSeq: Seq,
  deliveredSeq: Seq,
  visibleFromSeq: Seq,
  leftSeq: Seq.nullable(),
  mutedUntil: Time.nullable(),
  archived: z.boolean(),
  pinned: z.boolean(),
});

export const Conversation = z.object({
  id: Id,
  kind: z.enum(['direct', 'group']),
  /** The group's title; for a direct conversation the other person's name. */
  title: z.string(),
  avatarUrl: z.string().nullable(),
  memberCount: z.int(),
  /** The other person of a direct conversation. */
  peer: User.optional(),
  lastSeq: Seq,
  rev: Seq,
  lastMessage: Message.nullable(),
  unreadCount: z.int(),
  /**
   * The lowest watermarks among the other members, that is how far *everyone* has received and read;
   * once all of them have left, the highest of theirs. To somebody who has left: as it was then.
   * Null in a group of several whose last message is not one's own: `GET …/members` has every member's.
   */
  receipts: z.object({ deliveredSeq: Seq, readSeq: Seq }).nullable(),
  /**
   * Of a direct conversation: what was said while one of them had blocked the other, and so never
   * reached that person (`userId`), whatever the watermarks say. Told once the block is over.
   */
  missed: z.array(z.object({ userId: Id, from: Seq, to: Seq })).optional(),
  /** Names of the people in `lastMessage` (its sender, and whom a system line is about). */
  names: z.record(z.string(), z.string()),
  me: MyMembership,
  createdAt: Time,
  updatedAt: Time,
});

export const Receipt = z.object({ userId: Id, deliveredSeq: Seq, readSeq: Seq });
export const Presence = z.object({ userId: Id, online: z.boolean(), lastSeenAt: Time.nullable() });

/** One place where a person is signed in. */
export const Session = z.object({
  id: Id,
  current: z.boolean(),
  /** What signed in, from its user agent or as it named itself. */
  device: z.string(),
  createdAt: Time,
  lastUsedAt: Time,
  expiresAt: Time,
});

/** How one device of a person is told of messages while nobody looks at it. */
export const PushDevice = z.object({
  /** SHA-256 of the endpoint in base64url: whether the browser's subscription is still this one. */
  key: z.string(),
  /** Whether notifications say what was written. */
  previews: z.boolean(),
  createdAt: Time,
  renewedAt: Time,
  /** When its push service last took a notification for it, to within the hour. */
  provenAt: Time.nullable(),
});

export type User = z.infer<typeof User>;
export type Account = z.infer<typeof Account>;
export type Language = z.infer<typeof Language>;
export type Privacy = z.infer<typeof Privacy>;
export type Role = z.infer<typeof Role>;
export type Member = z.infer<typeof Member>;
export type SystemEvent = z.infer<typeof SystemEvent>;
export type Message = z.infer<typeof Message>;
type MyMembership = z.infer<typeof MyMembership>;
export type Conversation = z.infer<typeof Conversation>;
export type Receipt = z.infer<typeof Receipt>;
export type Presence = z.infer<typeof Presence>;
export type Session = z.infer<typeof Session>;
export type PushDevice = z.infer<typeof PushDevice>;
