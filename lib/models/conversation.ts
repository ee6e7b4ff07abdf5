import { Schema, type Types } from 'mongoose';
import { defineModel, schemaOptions } from './define.ts';
import type { MessageDoc } from './message.ts';

export interface ConversationDoc {
  _id: Types.ObjectId;
  kind: 'direct' | 'group';
  title: string;
  /** Of a group that has a picture. */
  avatarUrl?: string | null;
  /** Of a direct conversation: the two ids in order, which makes it the only one of the pair. */
  pair: string | null;
  /** Of a group: who has made it, and their clientId for that. Not there of those made before this was kept. */
  creation?: string;
  memberCount: number;
  /** The head: a cache of the log's end, behind it for a moment after each append. */
  lastSeq: number;
  rev: number;
  lastMessage: MessageDoc | null;
  /** When it last had a message; what the list is ordered by. */
  activityAt: Date;
  createdAt: Date;
  updatedAt: Date;
}

const schema = new Schema<ConversationDoc>(
  {
    kind: { type: String, required: true },
    title: { type: String, default: '' },
    avatarUrl: { type: String },
    pair: { type: String, default: null },
    creation: { type: String },
    memberCount: { type: Number, required: true },
    lastSeq: { type: Number, default: 0 },
    rev: { type: Number, default: 0 },
    lastMessage: { type: Schema.Types.Mixed, default: null },
    activityAt: { type: Date, required: true },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
  },
  { ...schemaOptions, collection: 'conversations' },
);
schema.index({ pair: 1 }, { unique: true, partialFilterExpression: { pair: { $type: 'string' } } });
schema.index(
  { creation: 1 },
  { unique: true, partialFilterExpression: { creation: { $type: 'string' } } },
);

export const ConversationModel = defineModel<ConversationDoc>('Conversation', schema);

export const pairOf = (a: string, b: string): string => [a, b].sort().join(':');
