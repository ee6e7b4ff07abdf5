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
import { StoreError } from './errors.ts';
import type { Storage } from './storage.ts';
import type { Draft, Store } from './store.ts';
import { decode, type Doc } from './values.ts';

const sliceMs = 20;
const documentsPerLook = 100;

/** An index that has the keys of the documents up to the one with the key `after`. */
export interface IndexBuild {
  namespace: string;
  indexId: number;
  after: Buffer;
}

/** The changes one job makes. Every method checks first and writes after: none leaves half. */
export class Transaction {
  private readonly storage: Storage;
  private catalog: Catalog;
  private readonly countChanges = new Map<number, number>();
  private readonly touched = new Set<string>();
  /** Indexes that are not complete at the end of this job, and how far they have come. */
  readonly builds: IndexBuild[] = [];

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

  /** Adds an index. Where there are many documents, Store.build adds their keys afterwards. */
  addIndex(collection: Collection, spec: Doc): Collection {
    const made = newIndex(this.store.newId(), spec, { multi: false, lossy: false });
    const index = { ...made, isBuilding: true };
    this.save({ ...collection, indexes: [...collection.indexes, index] });
    const { namespace } = collection;
    const after = this.addSlice(namespace, index.id);
    if (after) this.builds.push({ namespace, indexId: index.id, after });
    return this.catalog.get(namespace)!;
  }

  /**
   * Adds the keys of documents to an index that is being built, for a moment; returns the key of
   * the last one, or undefined when all are in it and the index may be used.
   */
  addSlice(namespace: string, indexId: number, after?: Buffer): Buffer | undefined {
    const collection = this.catalog.get(namespace);
    const index = collection?.indexes.find(({ id }) => id === indexId);
    if (!collection || !index) {
      throw new StoreError(276, 'The index was dropped while it was being built.');
    }
    const end = performance.now() + sliceMs;
    const range = rangeOf(collection.id);
    let last = after;
    do {
      const batch = this.storage.entries(range, documentsPerLook, false, last);
      for (const { key, value } of batch) this.addKeys(collection, index, key.subarray(4), value);
      if (batch.length < documentsPerLook) {
        this.save(withIndex(collection, { ...index, isBuilding: false }));
        return undefined;
      }
      last = batch.at(-1)!.key;
    } while (performance.now() < end);
    // Its flags are on disk before a crash could make somebody rely on them.
    this.save(withIndex(collection, index));
    return last;
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
    this.forget(collection);
  }

  /** Keeps the collection under another name, which must be free. */
  renameCollection(collection: Collection, namespace: string): void {
    this.forget(collection);
    const { database, name } = newCollection(collection.id, namespace);
    this.save({ ...collection, namespace, database, name });
  }

  changeIndex(collection: Collection, index: Index, spec: Doc): void {
    const changed = { ...index, ...newIndex(index.id, spec, index.flags) };
    const indexes = collection.indexes.map((one) => (one === index ? changed : one));
    this.save({ ...collection, indexes });
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

  private forget({ namespace }: Collection): void {
    this.storage.remove(collectionKey(namespace));
    const catalog = new Map(this.catalog);
    catalog.delete(namespace);
    this.catalog = catalog;
    this.touched.delete(namespace);
  }

  private save(collection: Collection): void {
    this.storage.put(collectionKey(collection.namespace), encodeCollection(collection));
    this.catalog = new Map(this.catalog).set(collection.namespace, collection);
  }
}

const hasUnsavedFlags = ({ flags, saved }: Index): boolean =>
  flags.multi !== saved.multi || flags.lossy !== saved.lossy;

/** The collection with one of its indexes in another state. */
const withIndex = (collection: Collection, changed: Index): Collection => ({
  ...collection,
  indexes: collection.indexes
    .map((index) => (index.id === changed.id ? changed : index))
    .map(withSavedFlags),
});

const withSavedFlags = (index: Index): Index => ({ ...index, saved: { ...index.flags } });
