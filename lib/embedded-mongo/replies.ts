import { Double } from 'bson';
import { StoreError } from './errors.ts';
import type { Doc } from './values.ts';

export const ok = (fields: Doc = {}): Doc => ({ ...fields, ok: new Double(1) });

/** Out of time, shutting down, disk full: these end the whole command, as in MongoDB. */
const interruptions = new Set([50, 91, 14031]);

/** One statement of a write command that failed; anything but a StoreError is a bug and goes on. */
export function writeError(index: number, error: unknown): Doc {
  if (!(error instanceof StoreError) || interruptions.has(error.code)) throw error;
  return { index, code: error.code, errmsg: error.message, ...error.extra };
}
