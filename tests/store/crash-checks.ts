import { expect } from 'vitest';
import { entriesFor, rangeOf } from '#lib/embedded-mongo/indexes.ts';
import type { Store } from '#lib/embedded-mongo/store.ts';
import { decode, type Doc } from '#lib/embedded-mongo/values.ts';

/** Every document of a collection, which are as many as the store says. */
export function allDocuments(store: Store, namespace: string): Doc[] {
  const collection = store.collection(namespace);
  if (!collection) return [];
  const entries = store.storage.entries(rangeOf(collection.id), Infinity);
  expect(entries.length).toBe(store.countOf(collection));
  return entries.map(({ value }) => decode(value));
}

/** Every index holds the keys of the documents, and no others. */
export function checkIndexes(store: Store, namespace: string): void {
  const collection = store.collection(namespace);
  for (const index of collection?.indexes ?? []) {
    const expected = store.storage
      .entries(rangeOf(collection!.id), Infinity)
      .flatMap(({ key, value }) => entriesFor(index, decode(value), key.subarray(4)))
      .map(({ key }) => key.toString('hex'));
    const found = store.storage.entries(rangeOf(index.id), Infinity);
    expect(found.map(({ key }) => key.toString('hex'))).toEqual(expected.sort());
  }
}
