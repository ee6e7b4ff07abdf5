import { EventEmitter } from 'node:events';
import { Schema, type Types } from 'mongoose';
import type { Receipt, Role } from '#lib/contract/records.ts';
import { remember } from '#lib/runtime.ts';
import { defineModel, schemaOptions } from './define.ts';

/** The messages from `from` to `to` (both included; no end while the person is a member). */
export interface SeqRange {
  from: number;
  to: number | null;
}

export interface MemberDoc {
  _id: Types.ObjectId;
  conversation: Types.ObjectId;
  user: Types.ObjectId;
  role: Role;
  joinedAt: Date;
  /** What the person may see: one range for each time they were a member, oldest first. */
  visible: SeqRange[];
  readSeq: number;
  deliveredSeq: number;
  /** Where others see the reading stop, while it goes on unseen; absent when they see all of it. */
  shownReadSeq?: number;
  /**
   * The person has blocked the other one of this direct conversation: for them it is over (`leftAt` and
   * the rest) until they take that back, and what is said meanwhile is none of theirs for good.
   */
  blocking?: boolean;
  leftAt: Date | null;
  leftSeq: number | null;
  /** The conversation as it was when they left; later changes are none of theirs. */
  leftAs: {
    title: string;
    memberCount: number;
    rev: number;
    avatarUrl?: string | null;
    /** How far everybody else had received and read; not there of those who left before this was kept. */
    receipts?: Omit<Receipt, 'userId'> | null;
  } | null;
  /** When they left by their own will, the last two times. */
  leaves: Date[];
  mutedUntil: Date | null;
  archived: boolean;
  pinned: boolean;
}

type NextHook = (error?: Error) => void;

const { ObjectId, Mixed } = Schema.Types;
const schema = new Schema<MemberDoc>(
  {
    conversation: { type: ObjectId, required: true },
    user: { type: ObjectId, required: true },
    role: { type: String, required: true },
    joinedAt: { type: Date, required: true },
    visible: { type: Mixed, required: true },
    readSeq: { type: Number, required: true },
    deliveredSeq: { type: Number, required: true },
    shownReadSeq: { type: Number },
    blocking: { type: Boolean },
    leftAt: { type: Date, default: null },
    leftSeq: { type: Number, default: null },
    leftAs: { type: Mixed, default: null },
    leaves: { type: [Date], default: [] },
    mutedUntil: { type: Date, default: null },
    archived: { type: Boolean, default: false },
    pinned: { type: Boolean, default: false },
  },
  { ...schemaOptions, collection: 'members' },
);
/** Emits `change` when this process has changed memberships, other than their watermarks. */
export const memberChanges = (): EventEmitter =>
  remember('member-changes', () => new EventEmitter());
// Whether it has failed or not: what became of it is read anew.
schema.post(['updateOne', 'updateMany'], () => memberChanges().emit('change'));
schema.post(['updateOne', 'updateMany'], (error: Error, _result: unknown, next: NextHook) => {
  memberChanges().emit('change');
  next(error);
});
schema.index({ conversation: 1, user: 1 }, { unique: true });
schema.index({ user: 1, leftAt: 1 });

export const MemberModel = defineModel<MemberDoc>('Member', schema);

/** Of whoever is in a conversation, or keeps the other one out of a direct one: to that one they are there. */
export const isThereOrBlocks = { $or: [{ leftAt: null }, { blocking: true }] };
