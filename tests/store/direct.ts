import { StoreError } from '#lib/embedded-mongo/errors.ts';
import { Store } from '#lib/embedded-mongo/store.ts';
import { decode, encode, type Doc } from '#lib/embedded-mongo/values.ts';
import { prepareInsert } from '#lib/embedded-mongo/writing.ts';

// What tests do to a store itself, without a server and a driver.

/** Inserts these in one commit. @throws StoreError for one that cannot be inserted: none of them is. */
export function insertInto(store: Store, namespace: string, docs: Doc[]): Promise<void> {
  const prepared = docs.map((doc) => prepareInsert(encode(doc)));
  return store.write((transaction) => {
    for (const one of prepared) {
      if (one instanceof StoreError) throw one;
      const collection = transaction.ensureCollection(namespace);
      transaction.insert(collection, one.idKey, one.doc, one.raw);
    }
  });
}

export const addIndexTo = (store: Store, namespace: string, spec: Doc): Promise<unknown> =>
  store.write((transaction) =>
    transaction.addIndex(transaction.ensureCollection(namespace), decode(encode(spec))),
  );

/** Opens the store for a moment; what is done with it is committed, and the store stopped in order. */
export async function withStore<T>(
  file: string,
  run: (store: Store) => T | Promise<T>,
): Promise<T> {
  const store = await Store.open(file);
  try {
    return await run(store);
  } finally {
    await store.close();
  }
}
