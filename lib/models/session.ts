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
  push: PushSubscription | null;
}

/**
 * Where notifications for the session's device go. A part of the session, so that nothing is sent to a
 * device that has been signed out, by whatever.
 */
export interface PushSubscription {
  /** The public key that the browser lets send: another one than ours, and nothing is sent. */
  serverKey: string;
  /** Stands for the endpoint, which may be too long to be found by. */
  key: string;
  endpoint: string;
  p256dh: string;
  auth: string;
  previews: boolean;
  createdAt: Date;
  renewedAt: Date;
  provenAt: Date | null;
}

const schema = new Schema<SessionDoc>(
  {
    user: { type: Schema.Types.ObjectId, required: true },
    device: { type: String, required: true },
    createdAt: { type: Date, required: true },
    lastUsedAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    push: { type: Schema.Types.Mixed, default: null },
  },
  { ...schemaOptions, collection: 'sessions' },
);
schema.index({ user: 1, lastUsedAt: -1 });
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
// What a browser shows belongs to whoever is signed in there now.
schema.index(
  { 'push.key': 1 },
  { unique: true, partialFilterExpression: { 'push.key': { $type: 'string' } } },
);

export const SessionModel = defineModel<SessionDoc>('Session', schema);
