import { BSON } from 'mongodb';

const { Double, EJSON, Int32, Long } = BSON;

/** Ends a test that cannot be run, with the reason. */
export class Skip extends Error {}
export const skip = (why) => {
  throw new Skip(why);
};
export const fail = (why) => {
  throw new Error(why);
};
export const isNumber = (v) =>
  typeof v === 'number' ||
  typeof v === 'bigint' ||
  v instanceof Int32 ||
  v instanceof Double ||
  v instanceof Long;
export const toNumber = (v) => Number(v instanceof Long ? v.toString() : v.valueOf());
export const isPlain = (v) =>
  v !== null &&
  typeof v === 'object' &&
  !Array.isArray(v) &&
  !v._bsontype &&
  !(v instanceof Date) &&
  !(v instanceof RegExp) &&
  !Buffer.isBuffer(v);
export const show = (v) => {
  try {
    return EJSON.stringify(v)?.slice(0, 300) ?? String(v);
  } catch {
    return String(v);
  }
};

/** A number of any BSON type as JavaScript's own. */
export const toPlain = (v) => (isNumber(v) ? toNumber(v) : v);

// Plain objects all the way down: the driver hands out Maps (index keys) and class instances
export const toTyped = (v) => {
  if (
    v === null ||
    typeof v !== 'object' ||
    v._bsontype ||
    v instanceof Date ||
    v instanceof RegExp ||
    Buffer.isBuffer(v)
  )
    return v;
  if (Array.isArray(v)) return v.map(toTyped);
  return Object.fromEntries(
    (v instanceof Map ? [...v] : Object.entries(v)).map(([k, x]) => [String(k), toTyped(x)]),
  );
};
