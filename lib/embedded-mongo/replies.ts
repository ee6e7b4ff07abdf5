import { Double } from 'bson';
import { StoreError } from './errors.ts';
import type { Doc } from './values.ts';

export const ok = (fields: Doc = {}): Doc => ({ ...fields, ok: new Double(1) });

/** One statement of a write command that failed; anything but a StoreError is a bug and goes on. */
export function writeError(index: number, error: unknown): Doc {
  if (!(error instanceof StoreError)) throw error;
  return { index, code: error.code, errmsg: error.message, ...error.extra };
}
