import { Schema, type Types } from 'mongoose';
import type { Language, Privacy } from '#lib/contract/records.ts';
import { defineModel, schemaOptions } from './define.ts';

export interface UserDoc {
  _id: Types.ObjectId;
  username: string;
  displayName: string;
  about: string;
  avatarUrl: string | null;
  /** Absent until the person has chosen one. */
  language?: Language;
  /** What is absent is as it is by default (use-cases/privacy.ts). */
  privacy?: Partial<Privacy>;
  /** Set for an account that is no more: its record keeps the id of whoever wrote what stays. */
  deletedAt?: Date;
  email: string | null;
  /** Null for somebody who signs in through a provider only. */
  passwordHash: string | null;
  /** Folded beginnings that `searchUsers` matches: username, words of the name. */
  search: string[];
  lastSeenAt: Date | null;
  createdAt: Date;
}

const schema = new Schema<UserDoc>(
  {
    username: { type: String, required: true },
    displayName: { type: String, required: true },
    about: { type: String, default: '' },
    avatarUrl: { type: String, default: null },
    language: { type: String },
    privacy: { type: Schema.Types.Mixed },
    deletedAt: { type: Date },
    email: { type: String, default: null },
    passwordHash: { type: String, default: null },
    search: { type: [String], required: true },
    lastSeenAt: { type: Date, default: null },
    createdAt: { type: Date, required: true },
  },
  { ...schemaOptions, collection: 'users' },
);
schema.index({ username: 1 }, { unique: true });
schema.index(
  { email: 1 },
  { unique: true, partialFilterExpression: { email: { $type: 'string' } } },
);
schema.index({ search: 1 });

export const UserModel = defineModel<UserDoc>('User', schema);

/** Folds case and accents, so that "jose" finds José. */
export const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .normalize('NFC');

/** The beginnings under which a person is found: the username, the whole name and each word of it. */
export function searchTerms(username: string, displayName: string): string[] {
  const name = fold(displayName).replace(/\s+/g, ' ').trim();
  return [...new Set([username, name, ...name.split(' ')])].filter(Boolean).slice(0, 20);
}
