import {
  chmodSync,
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { open, type RootDatabase, type Transaction } from 'lmdb';
import { StoreError } from './errors.ts';
import { checkFile } from './lmdb-file.ts';

export interface Entry {
  key: Buffer;
  value: Buffer;
}

/** A run of keys: from `low`, up to and without `high`. */
export interface KeyRange {
  low: Buffer;
  high: Buffer;
}

const everything: KeyRange = { low: Buffer.from([0]), high: Buffer.alloc(5, 0xff) };

/** Read at once, beside the one entry that may be larger. */
export const partBytes = 1024 * 1024;

/** LMDB with binary keys and values. Reads inside a transaction see its own writes. */
export class Storage {
  private isClosed = false;

  private constructor(
    private readonly database: RootDatabase<Buffer, Buffer>,
    private readonly snapshot?: Transaction,
  ) {}

  /**
   * Opens a file, or makes a new one. Refuses a damaged one, which would end the process. Of one
   * that is known to be as LMDB left it, only the inner pages are looked at.
   */
  static open(path: string, isUntouched = false): Storage {
    if (existsSync(path)) checkFile(path, isUntouched);
    const database = openDatabase(path);
    // The directory may be somebody else's choice, and open to all.
    for (const file of [path, `${path}-lock`]) chmodSync(file, 0o600);
    return new Storage(database);
  }

  /**
   * Makes an empty file. It gets its name when it is whole: a file without content is one that
   * something cut off, and is refused.
   */
  static async create(path: string): Promise<void> {
    const unfinished = `${path}.new`;
    const files = [unfinished, `${unfinished}-lock`];
    for (const file of files) rmSync(file, { force: true });
    const storage = Storage.open(unfinished);
    await storage.transaction(() => {});
    await storage.close();
    renameSync(unfinished, path);
    for (const file of files) rmSync(file, { force: true });
  }

  /**
   * Everything as it was at this moment, read-only, while another process may go on writing: a
   * reader of LMDB sees the last commit before it began until it ends, whatever comes after. The
   * file grows meanwhile, because pages it may still need are not used again.
   */
  static openSnapshot(path: string): Storage {
    const database = openDatabase(path, true);
    return new Storage(database, database.useReadTransaction());
  }

  get(key: Buffer): Buffer | undefined {
    return this.database.get(key, this.reading());
  }

  has(key: Buffer): boolean {
    return this.database.doesExist(key);
  }

  /**
   * At most `limit` entries of a range, after the key `after` if given. No iterator stays open
   * between calls: an open one would keep the pages of old versions from being used again.
   */
  entries(range: KeyRange, limit: number, reverse = false, after?: Buffer): Entry[] {
    return [...this.range(range, limit, reverse, after)];
  }

  /** All entries of a range, at most so many at a time; between them others may write. */
  *batches(range: KeyRange, size: number): Generator<Entry[]> {
    let after: Buffer | undefined;
    for (;;) {
      const { entries, isLast } = this.part(range, size, false, after);
      if (entries.length > 0) yield entries;
      if (isLast) return;
      after = entries.at(-1)!.key;
    }
  }

  /** As entries, but no more of them than can be held and looked at in a moment. */
  part(
    range: KeyRange,
    limit: number,
    reverse = false,
    after?: Buffer,
  ): { entries: Entry[]; isLast: boolean } {
    const entries: Entry[] = [];
    let bytes = 0;
    for (const entry of this.range(range, limit, reverse, after)) {
      entries.push(entry);
      bytes += entry.value.length;
      if (bytes > partBytes) return { entries, isLast: false };
    }
    return { entries, isLast: entries.length < limit };
  }

  /** The keys of a range, at most `limit`, without reading what is under them. */
  keys(range: KeyRange, limit: number): Buffer[] {
    const { low: start, high: end } = range;
    return [...this.database.getKeys({ start, end, limit, ...this.reading() })];
  }

  count(range: KeyRange): number {
    return this.database.getKeysCount({ start: range.low, end: range.high, ...this.reading() });
  }

  /** The key that has this many others of the range before it; undefined if there is none. */
  keyAt(range: KeyRange, offset: number): Buffer | undefined {
    const { low: start, high: end } = range;
    return [...this.database.getKeys({ start, end, offset, limit: 1, ...this.reading() })][0];
  }

  put(key: Buffer, value: Buffer): void {
    this.database.putSync(key, value);
  }

  remove(key: Buffer): void {
    this.database.removeSync(key);
  }

  /** Runs the callback in one transaction and resolves when its writes are on disk. */
  async transaction(run: () => void): Promise<void> {
    await this.database.transaction(() => {
      run();
    });
  }

  /** Inside a transaction: a part that is undone as a whole if it throws. */
  undoable<T>(run: () => T): T {
    // Boxed, because lmdb waits for a result that looks like a promise.
    const box: { result?: T } = {};
    void this.database.childTransaction(() => {
      box.result = run();
    });
    return box.result as T;
  }

  /** The room inside the file: of its pages, those that nothing leads to. */
  freeBytes(): number {
    if (this.isClosed) return 0;
    const { pageSize, lastPageNumber, root, free } = this.database.getStats() as Stats;
    const metaPages = 2;
    const used = pagesIn(root) + pagesIn(free) + metaPages;
    return Math.max(0, lastPageNumber + 1 - used) * pageSize;
  }

  /**
   * Whether LMDB takes writes. It takes no more once it could not write the page that makes a
   * commit current, until the file is opened again: each would wait for ever.
   */
  takesWrites(): boolean {
    try {
      this.database.transactionSync(() => {});
      return true;
    } catch {
      return false;
    }
  }

  isEmpty(): boolean {
    return this.entries(everything, 1).length === 0;
  }

  /** Keeps what is in use now under another name, which is there when all of it is on disk. */
  async keepCopy(path: string): Promise<void> {
    const unfinished = `${path}.new`;
    rmSync(unfinished, { force: true });
    await this.copyTo(unfinished);
    renameSync(unfinished, path);
  }

  /** Writes all that is in use to a new file, which is its owner's alone, without the pages that are free. */
  async copyTo(path: string): Promise<void> {
    await this.database.backup(path, true);
    const file = openSync(path, 'r+');
    try {
      fchmodSync(file, 0o600);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }

  /** Lets the pages go that a reader kept which was killed. */
  forgetDeadReaders(): void {
    this.database.readerCheck();
  }

  /** Whether another process holds a snapshot. */
  hasOtherReaders(): boolean {
    this.database.readerCheck();
    const pids = this.database.readerList().matchAll(/^\s*(\d+) /gm);
    return [...pids].some(([, pid]) => Number(pid) !== process.pid);
  }

  async close(): Promise<void> {
    this.snapshot?.done();
    if (!this.snapshot) await this.database.flushed;
    this.isClosed = true;
    await this.database.close();
  }

  private range(
    range: KeyRange,
    limit: number,
    reverse: boolean,
    after: Buffer | undefined,
  ): Iterable<Entry> {
    const bounds = reverse
      ? { start: after ?? range.high, exclusiveStart: true, end: range.low, inclusiveEnd: true }
      : { start: after ?? range.low, exclusiveStart: after !== undefined, end: range.high };
    return this.database.getRange({ ...bounds, reverse, limit, ...this.reading() });
  }

  private reading(): { transaction?: Transaction } {
    // A read while lmdb closes would make it throw later, where nobody can catch it.
    if (this.isClosed) throw new StoreError(91, 'The embedded store is shutting down.');
    return this.snapshot ? { transaction: this.snapshot } : {};
  }
}

interface TreeStats {
  treeBranchPageCount: number;
  treeLeafPageCount: number;
  overflowPages: number;
}

/** What lmdb tells of its file; `free` is the tree that lists the free pages. */
interface Stats {
  pageSize: number;
  lastPageNumber: number;
  root: TreeStats;
  free: TreeStats;
}

const pagesIn = (tree: TreeStats): number =>
  tree.treeBranchPageCount + tree.treeLeafPageCount + tree.overflowPages;

const openDatabase = (path: string, readOnly = false): RootDatabase<Buffer, Buffer> =>
  // Without overlappingSync the data is synced before the page that makes it current, and the
  // promise of a transaction waits for both: what is acknowledged is on disk.
  open<Buffer, Buffer>({
    path,
    readOnly,
    noSubdir: true,
    overlappingSync: false,
    keyEncoding: 'binary',
    encoding: 'binary',
  });
