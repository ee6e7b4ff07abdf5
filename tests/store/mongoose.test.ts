import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import mongoose, { Schema, type Connection } from 'mongoose';
import { startEmbeddedMongo, type EmbeddedMongo } from '#lib/embedded-mongo/index.ts';
import { temporaryDirectory } from './support.ts';

const directory = await temporaryDirectory();
let store: EmbeddedMongo;
let connection: Connection;

beforeAll(async () => {
  store = await startEmbeddedMongo({ directory: join(directory.path, 'data') });
  connection = await mongoose
    .createConnection(store.uri, { writeConcern: { w: 'majority', j: true } })
    .asPromise();
});
afterAll(async () => {
  await connection.close();
  await store.close();
  await directory.remove();
});

interface Message {
  conversation: string;
  seq: number;
  sender: string;
  clientId?: string;
  text: string;
  expiresAt?: Date;
}

const messageSchema = new Schema<Message>({
  conversation: { type: String, required: true },
  seq: { type: Number, required: true },
  sender: { type: String, required: true },
  clientId: String,
  text: String,
  expiresAt: Date,
});
messageSchema.index({ conversation: 1, seq: 1 }, { unique: true });
messageSchema.index(
  { sender: 1, clientId: 1 },
  { unique: true, partialFilterExpression: { clientId: { $exists: true } } },
);
messageSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

describe('Mongoose on the embedded store', () => {
  it('creates the indexes of a model, and finds nothing to change afterwards', async () => {
    const Message = connection.model('Message', messageSchema);
    await Message.init();
    const indexes = await Message.listIndexes();
    expect(indexes.map(({ name }) => name as string)).toEqual([
      '_id_',
      'conversation_1_seq_1',
      'sender_1_clientId_1',
      'expiresAt_1',
    ]);
    expect(indexes[3]).toMatchObject({ expireAfterSeconds: 0 });
    expect(await Message.diffIndexes()).toEqual({ toDrop: [], toCreate: [] });
  });

  it('reports a duplicate with its key', async () => {
    const Message = connection.model<Message>('Message');
    const first = { conversation: 'c', seq: 1, sender: 'ana', clientId: 'x', text: 'hi' };
    await Message.create(first);
    await expect(Message.create({ ...first, clientId: 'y' })).rejects.toMatchObject({
      code: 11000,
      keyPattern: { conversation: 1, seq: 1 },
      keyValue: { conversation: 'c', seq: 1 },
    });
    await expect(Message.create({ ...first, seq: 2 })).rejects.toMatchObject({
      keyPattern: { sender: 1, clientId: 1 },
      keyValue: { sender: 'ana', clientId: 'x' },
    });
    const { clientId: _, ...withoutId } = first;
    await Message.create([
      { ...withoutId, seq: 3 },
      { ...withoutId, seq: 4 },
    ]);
    expect(await Message.countDocuments({ conversation: 'c' })).toBe(3);
  });

  it('inserts, pages and writes in bulk', async () => {
    const Message = connection.model<Message>('Message');
    const batch = Array.from({ length: 120 }, (_, i) => ({
      conversation: 'bulk',
      seq: i + 1,
      sender: 'ben',
      text: `message ${i + 1}`,
    }));
    expect(await Message.insertMany(batch)).toHaveLength(120);
    const page = await Message.find({ conversation: 'bulk', seq: { $gt: 20, $lte: 100 } })
      .sort({ seq: -1 })
      .limit(50)
      .lean();
    expect(page.map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, i) => 100 - i));
    const result = await Message.bulkWrite(
      batch.map(({ conversation, seq }) => ({
        updateOne: { filter: { conversation, seq }, update: { $set: { text: 'edited' } } },
      })),
    );
    expect(result.modifiedCount).toBe(120);
    expect(await Message.countDocuments({ text: 'edited' })).toBe(120);
    await Message.deleteMany({ conversation: 'bulk' });
    expect(await Message.exists({ conversation: 'bulk' })).toBeNull();
  });

  it('populates and finds by a prefix in an array', async () => {
    const userSchema = new Schema({ name: String, search: { type: [String], index: true } });
    const User = connection.model('User', userSchema);
    const Group = connection.model(
      'Group',
      new Schema({ members: [{ type: Schema.Types.ObjectId, ref: 'User' }] }),
    );
    await User.init();
    const [ana, ben] = await User.create([
      { name: 'Ana', search: ['ana', 'lima'] },
      { name: 'Ben', search: ['ben'] },
    ]);
    expect(await User.find({ search: /^li/ }).distinct('name')).toEqual(['Ana']);
    const { _id } = await Group.create({ members: [ana!._id, ben!._id] });
    const group = await Group.findById(_id).populate<{ members: { name: string }[] }>('members');
    expect(group!.members.map(({ name }) => name)).toEqual(['Ana', 'Ben']);
  });

  it('upserts with findOneAndUpdate and sets what is only for inserts', async () => {
    const schema = new Schema(
      { key: String, n: { type: Number, default: 7 } },
      { timestamps: true },
    );
    const Counter = connection.model('Counter', schema);
    const bump = () =>
      Counter.findOneAndUpdate(
        { key: 'k' },
        { $inc: { n: 1 } },
        { upsert: true, returnDocument: 'after', setDefaultsOnInsert: false },
      );
    const [first, second] = [await bump(), await bump()];
    expect([first.n, second.n]).toEqual([1, 2]);
    expect(second.createdAt).toEqual(first.createdAt);
  });
});
