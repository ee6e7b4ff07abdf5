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
import { StoreError } from './errors.ts';
import type { Storage } from './storage.ts';
import type { Draft, Store } from './store.ts';
import { decode, type Doc } from './values.ts';

/** How much of a long job is done in one commit. */
const sliceMs = 20;
const documentsPerLook = 100;

/** An index that has the keys of the documents up to the one with the key `after`. */
export interface IndexBuild {
  namespace: string;
  indexId: number;
  after: Buffer;
  /** Throws when the build has taken longer than its client wants to wait. */
  checkTime(): void;
}

/** The changes one job makes. Every method checks first and writes after: none leaves half. */
export class Transaction {
  private readonly storage: Storage;
  private catalog: Catalog;
  private owned: Map<string, Collection> | undefined;
  private readonly end = performance.now() + sliceMs;
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

  /** Whether the job may go on in this commit, or should leave the rest to another one. */
  hasTime(): boolean {
    return performance.now() < this.end;
  }

  /** As Store.stateOf, with what was written before in this commit. */
  stateOf(namespace: string): string {
    return stateIn(this.changes(), namespace);
  }

  /** The document as it is now. */
  documentBytes(collection: Collection, idKey: Buffer): Buffer | undefined {
    return this.storage.get(documentKey(collection.id, idKey));
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
        if (index.unique) this.checkUnique(collection, index, entry, idKey);
        added.push(entry);
      }
      for (const text of old) {
        const key = Buffer.from(text, 'latin1');
        if (this.isOwn(index, key, idKey)) removed.push(key);
      }
    }
    this.storage.put(documentKey(collection.id, idKey), raw);
    for (const key of removed) this.storage.remove(key);
    for (const { key } of added) this.storage.put(key, idKey);
    this.changed(collection, 0);
  }

  remove(collection: Collection, idKey: Buffer, doc: Doc): void {
    this.storage.remove(documentKey(collection.id, idKey));
    for (const index of collection.indexes) {
      for (const { key } of entriesFor(index, doc, idKey)) {
        if (this.isOwn(index, key, idKey)) this.storage.remove(key);
      }
    }
    this.changed(collection, -1);
  }

  /** Adds an index. Where there are many documents, Store.build adds their keys afterwards. */
  addIndex(collection: Collection, spec: Doc, checkTime = (): void => {}): Collection {
    const made = newIndex(this.store.newId(), spec, { multi: false, lossy: false });
    const index = { ...made, isBuilding: true };
    this.save({ ...collection, indexes: [...collection.indexes, index] });
    const { namespace } = collection;
    const after = this.addSlice(namespace, index.id);
    if (after) this.builds.push({ namespace, indexId: index.id, after, checkTime });
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
    const range = rangeOf(collection.id);
    let last = after;
    do {
      const { entries, isLast } = this.storage.part(range, documentsPerLook, false, last);
      for (const { key, value } of entries) {
        this.addKeys(collection, index, key.subarray(4), value);
      }
      if (isLast) {
        this.save(withIndex(collection, { ...index, isBuilding: false }));
        return undefined;
      }
      last = entries.at(-1)!.key;
    } while (this.hasTime());
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
    const { catalog } = this;
    if (this.countChanges.size === 0) return { catalog, tallies: this.draft.tallies };
    const tallies = new Map(this.draft.tallies);
    for (const [id, change] of this.countChanges) {
      const { documents, changes } = tallies.get(id) ?? { documents: 0, changes: 0 };
      tallies.set(id, { documents: documents + change, changes: changes + 1 });
    }
    return { catalog, tallies };
  }

  private addKeys(collection: Collection, index: Index, idKey: Buffer, raw: Buffer): void {
    for (const entry of entriesFor(index, decode(raw), idKey)) {
      if (index.unique) this.checkUnique(collection, index, entry, idKey);
      this.storage.put(entry.key, idKey);
    }
  }

  private newEntries(collection: Collection, doc: Doc, idKey: Buffer): IndexEntry[] {
    const all: IndexEntry[] = [];
    for (const index of collection.indexes) {
      const entries = entriesFor(index, doc, idKey);
      if (index.unique) {
        for (const entry of entries) this.checkUnique(collection, index, entry, idKey);
      }
      all.push(...entries);
    }
    return all;
  }

  private checkUnique(
    collection: Collection,
    index: Index,
    { key, tuple }: IndexEntry,
    idKey: Buffer,
  ): void {
    const holder = this.storage.get(key);
    if (holder && !holder.equals(idKey)) throw duplicateKey(collection.namespace, index, tuple);
  }

  /** While a unique index is built, a newer document may have the key that an older one has yet to get. */
  private isOwn({ unique, isBuilding }: Index, key: Buffer, idKey: Buffer): boolean {
    return !unique || !isBuilding || this.storage.get(key)?.equals(idKey) === true;
  }

  private changed(collection: Collection, count: number): void {
    this.touched.add(collection.namespace);
    this.countChanges.set(collection.id, (this.countChanges.get(collection.id) ?? 0) + count);
  }

  private forget({ namespace }: Collection): void {
    this.storage.remove(collectionKey(namespace));
    this.ownCatalog().delete(namespace);
    this.touched.delete(namespace);
  }

  private save(collection: Collection): void {
    this.storage.put(collectionKey(collection.namespace), encodeCollection(collection));
    this.ownCatalog().set(collection.namespace, collection);
  }

  /** A copy that this job may change: one, however many collections it drops. */
  private ownCatalog(): Map<string, Collection> {
    this.owned ??= new Map(this.catalog);
    this.catalog = this.owned;
    return this.owned;
  }
}

export function stateIn({ catalog, tallies }: Readonly<Draft>, namespace: string): string {
  const id = catalog.get(namespace)?.id;
  return id === undefined ? '' : `${id}:${tallies.get(id)?.changes ?? 0}`;
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
