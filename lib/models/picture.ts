import { randomBytes } from 'node:crypto';
import { Schema, type Types } from 'mongoose';
import { defineModel, schemaOptions } from './define.ts';

/** A picture of a person or a group, as it is served. It never changes: another one has another id. */
interface PictureDoc {
  /** Nobody can guess it: whoever knows it has been shown it. */
  _id: string;
  /** The person or the conversation. */
  of: Types.ObjectId;
  bytes: Buffer;
  createdAt: Date;
}

const schema = new Schema<PictureDoc>(
  {
    _id: { type: String, required: true },
    of: { type: Schema.Types.ObjectId, required: true },
    bytes: { type: Buffer, required: true },
    createdAt: { type: Date, required: true },
  },
  { ...schemaOptions, collection: 'pictures' },
);
schema.index({ of: 1 });

export const PictureModel = defineModel<PictureDoc>('Picture', schema);

const pathOf = (id: string): string => `/api/v1/pictures/${id}`;

const pictureId = /^[\w-]{32}$/;

/** Keeps the bytes as a picture of this person or conversation. @returns its address. */
export async function addPicture(of: Types.ObjectId, bytes: Buffer): Promise<string> {
  const _id = randomBytes(24).toString('base64url');
  await PictureModel.create({ _id, of, bytes, createdAt: new Date() });
  return pathOf(_id);
}

/** The bytes of the picture of this id, if there is one. */
export async function findPicture(id: string): Promise<Buffer | null> {
  if (!pictureId.test(id)) return null;
  const options = { promoteBuffers: true };
  const found = await PictureModel.findById(id, null, options).lean<PictureDoc>();
  return found && found.bytes;
}

/** Whether the picture at this address, if it is one of ours, is of these bytes. */
export async function isPictureAt(
  path: string | null | undefined,
  bytes: Buffer,
): Promise<boolean> {
  if (!path?.startsWith(pathOf(''))) return false;
  const shown = await findPicture(path.slice(pathOf('').length));
  return shown?.equals(bytes) ?? false;
}

/** Deletes the picture at this address, if it is one of ours. */
export async function dropPicture(path: string | null | undefined): Promise<void> {
  if (path?.startsWith(pathOf(''))) {
    await PictureModel.deleteOne({ _id: path.slice(pathOf('').length) });
  }
}

/** Deletes all pictures of this person. */
export async function dropPicturesOf(of: Types.ObjectId): Promise<void> {
  await PictureModel.deleteMany({ of });
}
