import { Schema, type Types } from 'mongoose';
import type { SystemEvent } from '#lib/contract/records.ts';
import { defineModel, schemaOptions } from './define.ts';

export interface MessageDoc {
  _id: Types.ObjectId;
  conversation: Types.ObjectId;
  seq: number;
  rev: number;
  sender: Types.ObjectId;
  clientId: string;
  kind: 'text' | 'system';
  text: string;
  createdAt: Date;
  editedAt: Date | null;
  deletedAt: Date | null;
  /** Who has deleted it for themselves. */
  hiddenFor: Types.ObjectId[];
  system: SystemEvent | null;
}

const { ObjectId, Mixed } = Schema.Types;
const schema = new Schema<MessageDoc>(
  {
    conversation: { type: ObjectId, required: true },
    seq: { type: Number, required: true },
    rev: { type: Number, required: true },
    sender: { type: ObjectId, required: true },
    clientId: { type: String, required: true },
    kind: { type: String, required: true },
    text: { type: String, default: '' },
    createdAt: { type: Date, required: true },
    editedAt: { type: Date, default: null },
    deletedAt: { type: Date, default: null },
    hiddenFor: { type: [ObjectId], default: [] },
    system: { type: Mixed, default: null },
  },
  { ...schemaOptions, collection: 'messages' },
);
// The only lock between nodes: whoever takes a number second is told so (append.ts).
schema.index({ conversation: 1, seq: 1 }, { unique: true });
schema.index({ conversation: 1, rev: 1 }, { unique: true });
schema.index({ sender: 1, clientId: 1 }, { unique: true });

export const MessageModel = defineModel<MessageDoc>('Message', schema);
