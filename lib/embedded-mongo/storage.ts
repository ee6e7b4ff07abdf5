import { chmodSync } from 'node:fs';
import { open, type RootDatabase } from 'lmdb';

export interface Entry {
  key: Buffer;
  value: Buffer;
}

/** A run of keys: from `low`, up to and without `high`. */
export interface KeyRange {
  low: Buffer;
  high: Buffer;
}

/** LMDB with binary keys and values. Reads inside a transaction see its own writes. */
export class Storage {
  private constructor(private readonly database: RootDatabase<Buffer, Buffer>) {}

  static open(path: string): Storage {
    // Without overlappingSync the data is synced before the page that makes it current, and the
    // promise of a transaction waits for both: what is acknowledged is on disk.
    const database = open<Buffer, Buffer>({
      path,
      noSubdir: true,
      overlappingSync: false,
      keyEncoding: 'binary',
      encoding: 'binary',
    });
    // The directory may be somebody else's choice, and open to all.
    for (const file of [path, `${path}-lock`]) chmodSync(file, 0o600);
    return new Storage(database);
  }

  get(key: Buffer): Buffer | undefined {
    return this.database.get(key);
  }

  has(key: Buffer): boolean {
    return this.database.doesExist(key);
  }

  /**
   * At most `limit` entries of a range, after the key `after` if given. No iterator stays open
   * between calls: an open one would keep the pages of old versions from being used again.
   */
  entries(range: KeyRange, limit: number, reverse = false, after?: Buffer): Entry[] {
    const bounds = reverse
      ? { start: after ?? range.high, exclusiveStart: true, end: range.low, inclusiveEnd: true }
      : { start: after ?? range.low, exclusiveStart: after !== undefined, end: range.high };
    return [...this.database.getRange({ ...bounds, reverse, limit })];
  }

  count(range: KeyRange): number {
    return this.database.getKeysCount({ start: range.low, end: range.high });
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

  async close(): Promise<void> {
    await this.database.flushed;
    await this.database.close();
  }
}
