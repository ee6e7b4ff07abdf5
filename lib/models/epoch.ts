import { randomUUID } from 'node:crypto';
import { Schema } from 'mongoose';
import { remember } from '#lib/runtime.ts';
import { defineModel, schemaOptions } from './define.ts';

interface EpochDoc {
  _id: string;
  name: string;
}

const schema = new Schema<EpochDoc>(
  { _id: { type: String, required: true }, name: { type: String, required: true } },
  { ...schemaOptions, collection: 'epochs' },
);
const EpochModel = defineModel<EpochDoc>('Epoch', schema);

/**
 * The name of this history of all conversations, made once and read once in a process. An import
 * gives it another name: numbers that clients know from before may then mean something else.
 */
export async function epochOf(): Promise<string> {
  const state = remember('epoch', () => ({ name: '' }));
  if (state.name === '') state.name = await readOrMake();
  return state.name;
}

async function readOrMake(): Promise<string> {
  const stored = await EpochModel.findById('log').lean<EpochDoc>();
  if (stored) return stored.name;
  const make = { $setOnInsert: { name: randomUUID() } };
  const options = { upsert: true, returnDocument: 'after' } as const;
  const made = await EpochModel.findOneAndUpdate({ _id: 'log' }, make, options)
    .lean<EpochDoc>()
    .catch(() => EpochModel.findById('log').orFail().lean<EpochDoc>());
  return made.name;
}
