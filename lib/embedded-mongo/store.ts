import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
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
import { diskErrorOf } from './disk-errors.ts';
import { StoreError } from './errors.ts';
import { rangeOf } from './indexes.ts';
import { format, migrations, refuseFormat } from './migration.ts';
import { leaveMark, takeMark, type Counts } from './stop-mark.ts';
import { Storage } from './storage.ts';
import { stateIn, Transaction, type IndexBuild } from './transaction.ts';
import { beginTurn } from './turn.ts';
import { requireWritable } from './unusable.ts';

const sweptAtATime = 100;
/** The jobs of one commit hold the thread about so long. */
const batchMs = 20;

/** How long a commit may wait for others to join it: this part of the last one's time, and at most. */
const shareOfCommit = 0.25;
const longestGatherMs = 2;

interface Job {
  run(transaction: Transaction): unknown;
  resolve(result: unknown): void;
  reject(reason: unknown): void;
}

export interface Tally {
  documents: number;
  /** Rises with every commit that changes one of the documents. */
  changes: number;
}

/** What a batch of jobs changes in memory, taken over once the batch is on disk. */
export interface Draft {
  catalog: Catalog;
  tallies: ReadonlyMap<number, Tally>;
}

/** The collections on disk, and the one queue by which they change. */
export class Store {
  catalog: Catalog = new Map();
  private tallies: Draft['tallies'] = new Map();
  private nextId = 1;
  private queue: Job[] = [];
  private writing: Promise<void> | undefined;
  private isClosed = false;
  /** A commit did: whatever is on disk then, the next start is to look at all of it. */
  private hasFailed = false;
  private readonly lastCommit = { jobs: 0, ms: 0 };

  private constructor(
    private readonly path: string,
    readonly storage: Storage,
  ) {}

  /**
   * Opens the file, or makes a new one. An older format is migrated.
   * @throws what tells the operator why a file cannot be used: it is damaged, no store, of a newer
   * format, or this user may not write it.
   */
  static async open(path: string): Promise<Store> {
    requireWritable(dirname(path));
    if (!existsSync(path)) await Storage.create(path);
    requireWritable(path);
    const counts = takeMark(path);
    const store = new Store(path, Storage.open(path, counts !== undefined));
    try {
      await store.checkFormat(counts);
    } catch (error) {
      await store.storage.close();
      throw error;
    }
    await store.dropUnfinished();
    void store.sweep();
    return store;
  }

  collection(namespace: string): Collection | undefined {
    return this.catalog.get(namespace);
  }

  countOf(collection: Collection): number {
    return this.tallies.get(collection.id)?.documents ?? 0;
  }

  /** The same text as long as no document of the collection is changed. */
  stateOf(namespace: string): string {
    return stateIn({ catalog: this.catalog, tallies: this.tallies }, namespace);
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
      await this.write((transaction) => {
        let keys: Buffer[];
        do {
          keys = this.storage.keys(rangeOf(id), sweptAtATime);
          for (const key of keys) this.storage.remove(key);
        } while (keys.length === sweptAtATime && transaction.hasTime());
        if (keys.length < sweptAtATime) this.storage.remove(droppedKey(id));
      });
    }
  }

  /** Finishes the writes that were asked for. */
  async close(): Promise<void> {
    this.isClosed = true;
    while (this.writing) await this.writing;
    await this.storage.close();
    if (this.hasFailed) return;
    leaveMark(this.path, new Map([...this.tallies].map(([id, { documents }]) => [id, documents])));
  }

  /** Leaves a store of the present format, or throws. */
  private async checkFormat(counts: Counts | undefined): Promise<void> {
    const { storage } = this;
    if (storage.isEmpty()) {
      await storage.transaction(() => storage.put(formatKey, Buffer.from(format)));
    }
    const first = storage.get(formatKey)?.toString();
    if (first !== format && !migrations.has(first ?? '')) refuseFormat(this.path, first);
    this.load(counts);
    if (first !== format) await this.migrate(first!);
  }

  /** Brings the file from an older format to the present one; the old file is kept until then. */
  private async migrate(first: string): Promise<void> {
    const { storage } = this;
    await storage.keepCopy(`${this.path}.bak`);
    let found: string | undefined = first;
    while (found !== format) {
      const migration = migrations.get(found ?? '') ?? refuseFormat(this.path, found);
      await migration({ storage, catalog: this.catalog, newId: () => this.newId() });
      this.load();
      found = storage.get(formatKey)?.toString();
    }
    await rm(`${this.path}.bak`);
  }

  /** Adds the keys of older documents to new indexes, in many commits, so that others get a turn. */
  private async build(builds: IndexBuild[]): Promise<void> {
    try {
      for (const { namespace, indexId, after, checkTime } of builds) {
        let last: Buffer | undefined = after;
        while (last) {
          checkTime();
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

  /** Reads the catalog; and counts the documents, unless it is known how many there are. */
  private load(counts?: Counts): void {
    const catalog = new Map<string, Collection>();
    const tallies = new Map<number, Tally>();
    for (const { value } of this.storage.entries(collectionKeys, Infinity)) {
      const collection = decodeCollection(value);
      catalog.set(collection.namespace, collection);
      const { id } = collection;
      const documents = counts?.get(id) ?? this.storage.count(rangeOf(id));
      tallies.set(id, { documents, changes: 0 });
    }
    this.catalog = catalog;
    this.tallies = tallies;
    const used = [...catalog.values()].flatMap(({ id, indexes }) => [
      id,
      ...indexes.map((index) => index.id),
    ]);
    const dropped = this.storage.entries(droppedKeys, Infinity).map(({ key }) => droppedId(key));
    this.nextId = Math.max(0, ...used, ...dropped, this.nextId - 1) + 1;
  }

  private async commitAll(): Promise<void> {
    while (this.queue.length > 0) {
      await this.gather();
      const start = performance.now();
      await this.commit();
      this.lastCommit.ms = performance.now() - start;
    }
    this.writing = undefined;
  }

  /**
   * Lets every command that has already arrived join the next commit. Those who were answered
   * together come back together: where a sync is slow, it is worth waiting a little for them.
   */
  private async gather(): Promise<void> {
    const { jobs, ms } = this.lastCommit;
    const waitMs = Math.min(ms * shareOfCommit, longestGatherMs);
    if (jobs > this.queue.length && waitMs >= 1) await delay(waitMs);
    else await new Promise(setImmediate);
  }

  /** Commits what waits, or so much of it as does not hold the thread for long. */
  private async commit(): Promise<void> {
    const jobs: Job[] = [];
    const draft: Draft = { catalog: this.catalog, tallies: this.tallies };
    const answers: (() => void)[] = [];
    try {
      await this.storage.transaction(() => {
        beginTurn();
        const end = performance.now() + batchMs;
        // Looked at now: what came while the transaction was begun is in it too.
        do {
          jobs.push(this.queue.shift()!);
          answers.push(this.runJob(jobs.at(-1)!, draft));
        } while (this.queue.length > 0 && performance.now() < end);
      });
    } catch (error) {
      this.hasFailed = true;
      if (jobs.length === 0) jobs.push(...this.queue.splice(0));
      this.load();
      const cause = await diskErrorOf(error);
      const reason = new StoreError(14031, `The disk did not take the write: ${cause}`);
      jobs.forEach((job) => job.reject(reason));
      if (!this.storage.takesWrites()) this.giveUp(reason);
      return;
    }
    this.lastCommit.jobs = jobs.length;
    this.catalog = draft.catalog;
    this.tallies = draft.tallies;
    answers.forEach((answer) => answer());
  }

  /** Ends this thread, which is what frees the file: whoever started it starts it again. */
  private giveUp(reason: StoreError): void {
    for (const job of this.queue.splice(0)) job.reject(reason);
    // After the answers: those who wait shall hear why.
    setImmediate(() => {
      throw new Error('LMDB takes no more writes', { cause: reason });
    });
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
