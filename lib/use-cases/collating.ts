import type { Types } from 'mongoose';

/** These documents by their ids. */
export const byId = <T extends { _id: Types.ObjectId }>(documents: readonly T[]): Map<string, T> =>
  new Map(documents.map((document) => [document._id.toHexString(), document]));

/** These things by what they have in common, each group in the given order. */
export function grouped<T>(things: readonly T[], keyOf: (thing: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const thing of things) {
    const key = keyOf(thing);
    const group = groups.get(key);
    if (group) group.push(thing);
    else groups.set(key, [thing]);
  }
  return groups;
}
