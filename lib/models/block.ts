import { Schema, type Types } from 'mongoose';
import { defineModel, schemaOptions } from './define.ts';

/** That one person has blocked another. */
export interface BlockDoc {
  /** Of both, so that what is between many pairs of people is one look-up (`blockOf`). */
  _id: string;
  user: Types.ObjectId;
  blocked: Types.ObjectId;
  createdAt: Date;
}

const { ObjectId } = Schema.Types;
const schema = new Schema<BlockDoc>(
  {
    _id: { type: String, required: true },
    user: { type: ObjectId, required: true },
    blocked: { type: ObjectId, required: true },
    createdAt: { type: Date, required: true },
  },
  { ...schemaOptions, collection: 'blocks' },
);
schema.index({ user: 1, createdAt: -1 });
schema.index({ blocked: 1 });

export const BlockModel = defineModel<BlockDoc>('Block', schema);

type Id = string | Types.ObjectId;

/** The id of the block of one person by another, whether there is one or not. */
export const blockOf = (user: Id, blocked: Id): string =>
  `${user.toString()}:${blocked.toString()}`;

/** The ids of the blocks that there are within these pairs of people, in either direction. */
export async function blocksWithin(pairs: (readonly [Id, Id])[]): Promise<ReadonlySet<string>> {
  if (pairs.length === 0) return new Set();
  const _id = { $in: pairs.flatMap(([a, b]) => [blockOf(a, b), blockOf(b, a)]) };
  const found = await BlockModel.find({ _id }, { _id: 1 }).lean<Pick<BlockDoc, '_id'>[]>();
  return new Set(found.map((block) => block._id));
}

/** Of somebody who is no more: whom they have blocked, and by whom they were. */
export async function dropBlocksOf(user: Types.ObjectId): Promise<void> {
  await BlockModel.deleteMany({ $or: [{ user }, { blocked: user }] });
}

/** Everybody whom this person has blocked, or who has blocked them. */
export async function estrangedFrom(user: string): Promise<string[]> {
  const found = await BlockModel.find({ $or: [{ user }, { blocked: user }] }).lean<BlockDoc[]>();
  return found
    .map((block) => (block.user.toHexString() === user ? block.blocked : block.user))
    .map(String);
}
