import {
  collectionKey,
  droppedKey,
  encodeCollection,
  newCollection,
  newIndex,
  type Catalog,
  type Collection,
  type Index,
} from './catalog.ts';
import {
  documentKey,
  duplicateId,
  duplicateKey,
  entriesFor,
  rangeOf,
  type IndexEntry,
} from './indexes.ts';
import { afterPrefix } from './keys.ts';
import type { Storage } from './storage.ts';
import type { Draft, Store } from './store.ts';
import { decode, type Doc } from './values.ts';

/** The changes one job makes. Every method checks first and writes after: none leaves half. */
export class Transaction {
  private readonly storage: Storage;
  private catalog: Catalog;
  private readonly countChanges = new Map<number, number>();
  private readonly touched = new Set<string>();

  constructor(
    private readonly store: Store,
    private readonly draft: Draft,
  ) {
    this.storage = store.storage;
    this.catalog = draft.catalog;
  }

  collection(namespace: string): Collection | undefined {
    return this.catalog.get(namespace);
  }

  collections(): Catalog {
    return this.catalog;
  }

  /** The collection, created now if it is missing. */
  ensureCollection(namespace: string): Collection {
    const existing = this.catalog.get(namespace);
    if (existing) return existing;
    const created = newCollection(this.store.newId(), namespace);
    this.save(created);
    return created;
  }

  insert(collection: Collection, idKey: Buffer, doc: Doc, raw: Buffer): void {
    const key = documentKey(collection.id, idKey);
    if (this.storage.has(key)) throw duplicateId(collection.namespace, doc._id);
    const entries = this.newEntries(collection, doc, idKey);
    this.storage.put(key, raw);
    for (const entry of entries) this.storage.put(entry.key, idKey);
    this.changed(collection, 1);
  }

  replace(collection: Collection, idKey: Buffer, before: Doc, after: Doc, raw: Buffer): void {
    const removed: Buffer[] = [];
    const added: IndexEntry[] = [];
    for (const index of collection.indexes) {
      const old = new Set(
        entriesFor(index, before, idKey).map(({ key }) => key.toString('latin1')),
      );
      for (const entry of entriesFor(index, after, idKey)) {
        if (old.delete(entry.key.toString('latin1'))) continue;
        if (index.unique) this.checkUnique(collection, index, entry);
        added.push(entry);
      }
      for (const key of old) removed.push(Buffer.from(key, 'latin1'));
    }
    this.storage.put(documentKey(collection.id, idKey), raw);
    for (const key of removed) this.storage.remove(key);
    for (const { key } of added) this.storage.put(key, idKey);
    this.changed(collection, 0);
  }

  remove(collection: Collection, idKey: Buffer, doc: Doc): void {
    this.storage.remove(documentKey(collection.id, idKey));
    for (const index of collection.indexes) {
      for (const { key } of entriesFor(index, doc, idKey)) this.storage.remove(key);
    }
    this.changed(collection, -1);
  }

  /** Adds an index and its keys for the documents that are already there. */
  addIndex(collection: Collection, spec: Doc): Collection {
    const index = newIndex(this.store.newId(), spec, { multi: false, lossy: false });
    const range = rangeOf(collection.id);
    let batch = this.storage.entries(range, 1000);
    while (batch.length > 0) {
      for (const { key, value } of batch) this.addKeys(collection, index, key.subarray(4), value);
      batch = this.storage.entries(range, 1000, false, batch.at(-1)!.key);
    }
    const changed = { ...collection, indexes: [...collection.indexes, index] };
    this.save({ ...changed, indexes: changed.indexes.map(withSavedFlags) });
    return this.catalog.get(collection.namespace)!;
  }

  dropIndex(collection: Collection, index: Index): Collection {
    this.storage.put(droppedKey(index.id), Buffer.alloc(1));
    this.save({ ...collection, indexes: collection.indexes.filter(({ id }) => id !== index.id) });
    return this.catalog.get(collection.namespace)!;
  }

  /** Forgets the collection now; Store.sweep frees what it held. */
  dropCollection(collection: Collection): void {
    for (const { id } of [collection, ...collection.indexes]) {
      this.storage.put(droppedKey(id), Buffer.alloc(1));
    }
    this.storage.remove(collectionKey(collection.namespace));
    const catalog = new Map(this.catalog);
    catalog.delete(collection.namespace);
    this.catalog = catalog;
    this.touched.delete(collection.namespace);
  }

  /** Writes the flags that this job's documents set on their indexes. */
  saveFlags(): void {
    for (const namespace of this.touched) {
      const collection = this.catalog.get(namespace);
      if (!collection?.indexes.some(hasUnsavedFlags)) continue;
      this.save({ ...collection, indexes: collection.indexes.map(withSavedFlags) });
    }
  }

  /** What the rest of the batch, and after the commit everybody, sees. */
  changes(): Draft {
    if (this.countChanges.size === 0) return { catalog: this.catalog, counts: this.draft.counts };
    const counts = new Map(this.draft.counts);
    for (const [id, change] of this.countChanges) counts.set(id, (counts.get(id) ?? 0) + change);
    return { catalog: this.catalog, counts };
  }

  private addKeys(collection: Collection, index: Index, idKey: Buffer, raw: Buffer): void {
    for (const entry of entriesFor(index, decode(raw), idKey)) {
      if (index.unique) this.checkUnique(collection, index, entry);
      this.storage.put(entry.key, idKey);
    }
  }

  private newEntries(collection: Collection, doc: Doc, idKey: Buffer): IndexEntry[] {
    const all: IndexEntry[] = [];
    for (const index of collection.indexes) {
      const entries = entriesFor(index, doc, idKey);
      if (index.unique) {
        for (const entry of entries) this.checkUnique(collection, index, entry);
      }
      all.push(...entries);
    }
    return all;
  }

  private checkUnique(
    collection: Collection,
    index: Index,
    { key, prefix, tuple }: IndexEntry,
  ): void {
    const range = { low: prefix, high: afterPrefix(prefix) };
    const others = this.storage.entries(range, 2).some((found) => !found.key.equals(key));
    if (others) throw duplicateKey(collection.namespace, index, tuple);
  }

  private changed(collection: Collection, count: number): void {
    this.touched.add(collection.namespace);
    this.countChanges.set(collection.id, (this.countChanges.get(collection.id) ?? 0) + count);
  }

  private save(collection: Collection): void {
    this.storage.put(collectionKey(collection.namespace), encodeCollection(collection));
    this.catalog = new Map(this.catalog).set(collection.namespace, collection);
  }
}

const hasUnsavedFlags = ({ flags, saved }: Index): boolean =>
  flags.multi !== saved.multi || flags.lossy !== saved.lossy;

const withSavedFlags = (index: Index): Index => ({ ...index, saved: { ...index.flags } });
