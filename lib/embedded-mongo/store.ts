import { existsSync } from 'node:fs';
import {
  collectionKeys,
  decodeCollection,
  droppedId,
  droppedKey,
  droppedKeys,
  formatKey,
  type Catalog,
  type Collection,
} from './catalog.ts';
import { StoreError } from './errors.ts';
import { rangeOf } from './indexes.ts';
import { Storage } from './storage.ts';
import { Transaction, type IndexBuild } from './transaction.ts';

export const format = 'gatherly 1';
const sweptPerCommit = 5000;

interface Job {
  run(transaction: Transaction): unknown;
  resolve(result: unknown): void;
  reject(reason: unknown): void;
}

/** What a batch of jobs changes in memory, taken over once the batch is on disk. */
export interface Draft {
  catalog: Catalog;
  counts: ReadonlyMap<number, number>;
}

/** The collections on disk, and the one queue by which they change. */
export class Store {
  catalog: Catalog = new Map();
  private counts: ReadonlyMap<number, number> = new Map();
  private nextId = 1;
  private queue: Job[] = [];
  private writing: Promise<void> | undefined;
  private isClosed = false;

  private constructor(readonly storage: Storage) {}

  /** Opens the file, refusing one that this version did not write. */
  static async open(path: string): Promise<Store> {
    if (!existsSync(path)) await Storage.create(path);
    const store = new Store(Storage.open(path));
    const found = store.storage.get(formatKey)?.toString();
    if (found === undefined) {
      await store.storage.transaction(() => store.storage.put(formatKey, Buffer.from(format)));
    } else if (found !== format) {
      await store.storage.close();
      throw new Error(`${path} has the format '${found}'; this version reads '${format}'.`);
    }
    store.load();
    await store.dropUnfinished();
    void store.sweep();
    return store;
  }

  collection(namespace: string): Collection | undefined {
    return this.catalog.get(namespace);
  }

  countOf(collection: Collection): number {
    return this.counts.get(collection.id) ?? 0;
  }

  /** A number for a collection or index that no other one had since the store was opened. */
  newId(): number {
    return this.nextId++;
  }

  /**
   * Runs a job in the next commit and resolves with its result once that is on disk. Whatever
   * waits at that moment shares one commit; a job that throws undoes only itself.
   */
  write<T>(run: (transaction: Transaction) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.isClosed) {
        reject(new StoreError(91, 'The embedded store is shutting down.'));
        return;
      }
      this.queue.push({ run, resolve, reject });
      this.writing ??= this.commitAll();
    });
  }

  /** Removes the documents and keys of dropped collections and indexes, a part at a time. */
  async sweep(): Promise<void> {
    while (!this.isClosed) {
      const [next] = this.storage.entries(droppedKeys, 1);
      if (!next) return;
      const id = droppedId(next.key);
      await this.write(() => {
        const entries = this.storage.entries(rangeOf(id), sweptPerCommit);
        for (const { key } of entries) this.storage.remove(key);
        if (entries.length < sweptPerCommit) this.storage.remove(droppedKey(id));
      });
    }
  }

  /** Finishes the writes that were asked for. */
  async close(): Promise<void> {
    this.isClosed = true;
    while (this.writing) await this.writing;
    await this.storage.close();
  }

  /** Adds the keys of older documents to new indexes, in many commits, so that others get a turn. */
  private async build(builds: IndexBuild[]): Promise<void> {
    try {
      for (const { namespace, indexId, after } of builds) {
        let last: Buffer | undefined = after;
        while (last) {
          last = await this.write((transaction) => transaction.addSlice(namespace, indexId, last));
        }
      }
    } catch (error) {
      // All or none, as if it had been one commit.
      await this.dropIndexes(new Set(builds.map(({ indexId }) => indexId)));
      throw error;
    }
  }

  /** A build that a crash interrupted was never acknowledged. */
  private async dropUnfinished(): Promise<void> {
    const indexes = [...this.catalog.values()].flatMap((collection) => collection.indexes);
    const unfinished = indexes.filter(({ isBuilding }) => isBuilding);
    await this.dropIndexes(new Set(unfinished.map(({ id }) => id)));
  }

  private async dropIndexes(ids: ReadonlySet<number>): Promise<void> {
    if (ids.size === 0) return;
    await this.write((transaction) => {
      for (const collection of transaction.collections().values()) {
        const dropped = collection.indexes.filter(({ id }) => ids.has(id));
        dropped.reduce((now, index) => transaction.dropIndex(now, index), collection);
      }
    });
    void this.sweep();
  }

  private load(): void {
    const catalog = new Map<string, Collection>();
    const counts = new Map<number, number>();
    for (const { value } of this.storage.entries(collectionKeys, Infinity)) {
      const collection = decodeCollection(value);
      catalog.set(collection.namespace, collection);
      counts.set(collection.id, this.storage.count(rangeOf(collection.id)));
    }
    this.catalog = catalog;
    this.counts = counts;
    const used = [...catalog.values()].flatMap(({ id, indexes }) => [
      id,
      ...indexes.map((index) => index.id),
    ]);
    const dropped = this.storage.entries(droppedKeys, Infinity).map(({ key }) => droppedId(key));
    this.nextId = Math.max(0, ...used, ...dropped, this.nextId - 1) + 1;
  }

  private async commitAll(): Promise<void> {
    // Let every command that has already arrived join the first commit.
    await new Promise(setImmediate);
    while (this.queue.length > 0) await this.commit(this.queue.splice(0));
    this.writing = undefined;
  }

  private async commit(jobs: Job[]): Promise<void> {
    const draft: Draft = { catalog: this.catalog, counts: this.counts };
    const answers: (() => void)[] = [];
    try {
      await this.storage.transaction(() => {
        for (const job of jobs) answers.push(this.runJob(job, draft));
      });
    } catch (error) {
      this.load();
      const reason = new StoreError(14031, `The disk did not take the write: ${String(error)}`);
      jobs.forEach((job) => job.reject(reason));
      return;
    }
    this.catalog = draft.catalog;
    this.counts = draft.counts;
    answers.forEach((answer) => answer());
  }

  private runJob(job: Job, draft: Draft): () => void {
    const transaction = new Transaction(this, draft);
    try {
      const result = this.storage.undoable(() => {
        const value = job.run(transaction);
        transaction.saveFlags();
        return value;
      });
      Object.assign(draft, transaction.changes());
      if (transaction.builds.length === 0) return () => job.resolve(result);
      return () => void this.build(transaction.builds).then(() => job.resolve(result), job.reject);
    } catch (error) {
      return () => job.reject(error);
    }
  }
}
