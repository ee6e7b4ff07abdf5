import {
  collectionKeys,
  decodeCollection,
  droppedId,
  droppedKeys,
  type Collection,
  type Index,
} from './catalog.ts';
import { documentKey, entriesFor, idKeyOf, rangeOf } from './indexes.ts';
import { checkFile } from './lmdb-file.ts';
import { ownDirectory } from './owner.ts';
import { show } from './show.ts';
import { openReadOnly, storeFile } from './snapshot.ts';
import type { Entry, KeyRange, Storage } from './storage.ts';
import { decode, type Doc } from './values.ts';

interface CheckResult {
  collections: number;
  documents: number;
  indexEntries: number;
  faults: number;
}

const entriesAtATime = 1000;
const largestId = 0xffffffff;

/**
 * Compares everything in a directory's store with everything else in it, and reports each fault
 * as a line. The store must be stopped: it is taken for the duration.
 */
export async function checkStore(
  directory: string,
  report: (line: string) => void,
): Promise<CheckResult> {
  const path = storeFile(directory);
  const owner = await ownDirectory(directory);
  try {
    checkFile(path);
    const storage = await openReadOnly(path);
    try {
      return new Check(storage, report).run();
    } finally {
      await storage.close();
    }
  } finally {
    await owner.release();
  }
}

class Check {
  private readonly result: CheckResult = {
    collections: 0,
    documents: 0,
    indexEntries: 0,
    faults: 0,
  };

  constructor(
    private readonly storage: Storage,
    private readonly report: (line: string) => void,
  ) {}

  run(): CheckResult {
    const used = new Map<number, string>();
    for (const entry of this.all(collectionKeys)) {
      const collection = this.collectionOf(entry);
      if (!collection) continue;
      this.use(used, collection.id, collection.namespace);
      for (const { id, name } of collection.indexes) {
        this.use(used, id, `${collection.namespace}, index ${name}`);
      }
      this.checkCollection(collection);
    }
    for (const { key } of this.all(droppedKeys)) {
      this.use(used, droppedId(key), 'something that was dropped');
    }
    this.checkOrphans(used);
    return this.result;
  }

  private collectionOf({ key, value }: Entry): Collection | undefined {
    const name = key.subarray(6).toString();
    try {
      const collection = decodeCollection(value);
      this.result.collections++;
      if (collection.namespace !== name) {
        this.fault(`${name}: the catalog calls it ${collection.namespace}.`);
      }
      return collection;
    } catch (error) {
      this.fault(`${name}: its entry in the catalog cannot be read (${String(error)}).`);
      return undefined;
    }
  }

  private use(used: Map<number, string>, id: number, what: string): void {
    const other = used.get(id);
    if (other !== undefined) this.fault(`${what}: has the number ${id} of ${other}.`);
    used.set(id, what);
  }

  private checkCollection(collection: Collection): void {
    const { namespace, indexes } = collection;
    const expected = new Map<Index, number>(indexes.map((index) => [index, 0]));
    for (const { key, value } of this.all(rangeOf(collection.id))) {
      this.result.documents++;
      const idKey = key.subarray(4);
      const doc = this.documentOf(namespace, idKey, value);
      if (!doc) continue;
      for (const index of indexes) {
        const count = this.checkEntries(collection, index, doc, idKey);
        expected.set(index, expected.get(index)! + count);
      }
    }
    for (const [index, count] of expected) {
      this.checkIndex(collection, index, count);
      const { flags, saved } = index;
      if (flags.multi !== saved.multi || flags.lossy !== saved.lossy) {
        this.fault(`${namespace}, index ${index.name}: is not marked as what its keys are.`);
      }
    }
  }

  private documentOf(namespace: string, idKey: Buffer, raw: Buffer): Doc | undefined {
    try {
      const doc = decode(raw);
      if (raw.readInt32LE(0) === raw.length && idKeyOf(doc._id).equals(idKey)) return doc;
      this.fault(`${namespace}, document ${show(doc._id)}: is stored under another _id.`);
    } catch (error) {
      const where = idKey.toString('hex');
      this.fault(`${namespace}, document at ${where}: cannot be read (${String(error)}).`);
    }
    return undefined;
  }

  /** Returns how many of a document's keys are there. */
  private checkEntries({ namespace }: Collection, index: Index, doc: Doc, idKey: Buffer): number {
    let count = 0;
    for (const { key } of this.entriesOf(namespace, index, doc, idKey)) {
      const value = this.storage.get(key);
      if (value) count++;
      if (value?.equals(idKey)) continue;
      const what = value ? 'has a key that leads elsewhere' : 'has no key';
      this.fault(`${namespace}, index ${index.name}: document ${show(doc._id)} ${what}.`);
    }
    return count;
  }

  private entriesOf(namespace: string, index: Index, doc: Doc, idKey: Buffer): { key: Buffer }[] {
    try {
      return entriesFor(index, doc, idKey);
    } catch (error) {
      this.fault(
        `${namespace}, index ${index.name}: document ${show(doc._id)} cannot be in it (${String(error)}).`,
      );
      return [];
    }
  }

  /** All keys of an index, for those that no document should have. */
  private checkIndex(collection: Collection, index: Index, expected: number): void {
    const name = `${collection.namespace}, index ${index.name}`;
    const hasStrays = this.storage.count(rangeOf(index.id)) !== expected;
    for (const { key, value } of this.all(rangeOf(index.id))) {
      this.result.indexEntries++;
      if (hasStrays && this.isStray(collection, index, key, value)) {
        this.fault(`${name}: the key ${key.toString('hex')} has no document.`);
      }
    }
  }

  private isStray(collection: Collection, index: Index, key: Buffer, idKey: Buffer): boolean {
    const raw = this.storage.get(documentKey(collection.id, idKey));
    if (!raw) return true;
    try {
      return !entriesFor(index, decode(raw), idKey).some((entry) => entry.key.equals(key));
    } catch {
      // That the document is no good has been said.
      return false;
    }
  }

  /** Keys under numbers that the catalog does not know, and keys of no kind at all. */
  private checkOrphans(used: Map<number, string>): void {
    const end = Buffer.alloc(5, 0xff);
    let [next] = this.storage.entries({ low: rangeOf(1).low, high: end }, 1);
    while (next) {
      const id = next.key.length < 4 ? 0 : next.key.readUInt32BE(0);
      const high = id === largestId ? end : rangeOf(id).high;
      if (!used.has(id)) {
        const count = this.storage.count({ low: next.key, high });
        this.fault(`${count} keys have the number ${id}, which is nobody's.`);
      }
      if (high === end) return;
      [next] = this.storage.entries({ low: high, high: end }, 1);
    }
  }

  private *all(range: KeyRange): Generator<Entry> {
    for (const batch of this.storage.batches(range, entriesAtATime)) yield* batch;
  }

  private fault(line: string): void {
    this.result.faults++;
    this.report(line);
  }
}
