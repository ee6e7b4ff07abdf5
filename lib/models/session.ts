import { Schema, type Types } from 'mongoose';
import { defineModel, schemaOptions } from './define.ts';

/** One sign-in. Every token names one of these; without it no token is good. */
export interface SessionDoc {
  _id: Types.ObjectId;
  user: Types.ObjectId;
  device: string;
  createdAt: Date;
  lastUsedAt: Date;
  expiresAt: Date;
}

const schema = new Schema<SessionDoc>(
  {
    user: { type: Schema.Types.ObjectId, required: true },
    device: { type: String, required: true },
    createdAt: { type: Date, required: true },
    lastUsedAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
  },
  { ...schemaOptions, collection: 'sessions' },
);
schema.index({ user: 1, lastUsedAt: -1 });
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const SessionModel = defineModel<SessionDoc>('Session', schema);
