import mongoose, { type Model, type Schema } from 'mongoose';

/** The model of this name. Each copy of lib/ in the process asks; the first one makes it. */
export function defineModel<T>(name: string, schema: Schema<T>): Model<T> {
  return (mongoose.models[name] as Model<T> | undefined) ?? mongoose.model<T>(name, schema);
}

/** Options of every schema: plain documents, no `__v`, indexes made once at start (database/). */
export const schemaOptions = {
  versionKey: false,
  autoIndex: false,
  autoCreate: false,
  minimize: false,
  strict: 'throw',
} as const;
