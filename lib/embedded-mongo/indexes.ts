import type { Index, IndexField } from './catalog.ts';
import { StoreError, refuse } from './errors.ts';
import { KeyWriter, maxKeyBytes } from './keys.ts';
import { emptyArray, fieldOf, tuplesOf } from './paths.ts';
import { show } from './show.ts';
import type { KeyRange } from './storage.ts';
import { Rank, rankOf, type Doc } from './values.ts';

const maxIdBytes = 1024;
const writer = new KeyWriter();
const idWriter = new KeyWriter(Infinity);

/** The bytes by which a document is known: its _id as a key component. */
export function idKeyOf(id: unknown): Buffer {
  const bytes = idWriter.reset().component(id);
  if (bytes.length > maxIdBytes) throw new StoreError(17280, '_id is longer than 1024 bytes.');
  if (bytes.decimal) refuse('a Decimal128 in _id');
  return bytes.finish();
}

/** Refuses what MongoDB does not take as an _id. */
export function checkId(id: unknown): void {
  const rank = rankOf(id);
  if (rank === Rank.array || rank === Rank.regex || rank === Rank.undefined) {
    const type = rank === Rank.array ? 'array' : rank === Rank.regex ? 'regex' : 'undefined';
    throw new StoreError(2, `The '_id' value cannot be of type ${type}`);
  }
  if (rank !== Rank.object) return;
  const dollar = Object.keys(id as Doc).find((name) => name.startsWith('$'));
  if (dollar) {
    throw new StoreError(52, `_id fields may not contain '$'-prefixed fields: ${dollar}`);
  }
}

export const documentKey = (collectionId: number, idKey: Buffer): Buffer => {
  const key = Buffer.allocUnsafe(4 + idKey.length);
  key.writeUInt32BE(collectionId, 0);
  key.set(idKey, 4);
  return key;
};

/** All keys that begin with this collection's or index's number. */
export function rangeOf(id: number): KeyRange {
  const [low, high] = [Buffer.alloc(4), Buffer.alloc(4)];
  low.writeUInt32BE(id);
  high.writeUInt32BE(id + 1);
  return { low, high };
}

/** One key of one document in an index. */
export interface IndexEntry {
  /** The values, and then the _id; without it in a unique index, where one get finds a rival. */
  key: Buffer;
  tuple: unknown[];
}

/** The keys of a document in an index, without repetitions. Sets the flags of the index. */
export function entriesFor(index: Index, doc: Doc, idKey: Buffer): IndexEntry[] {
  if (index.partial && !index.partial.matches(doc)) return [];
  const plain = plainTuple(doc, index.fields);
  if (plain) return isAbsent(index, plain) ? [] : [entryFor(index, plain, idKey)];
  const paths = index.fields.map(({ path }) => path);
  const { tuples, multi } = tuplesOf(doc, paths);
  if (multi) index.flags.multi = true;
  const entries = new Map<string, IndexEntry>();
  for (const tuple of tuples) {
    if (isAbsent(index, tuple)) continue;
    const entry = entryFor(index, tuple, idKey);
    if (tuples.length === 1) return [entry];
    entries.set(entry.key.toString('latin1'), entry);
  }
  return [...entries.values()];
}

/** The one tuple of a document that has no array on the way: so it is with nearly all. */
function plainTuple(doc: Doc, fields: readonly IndexField[]): unknown[] | undefined {
  const tuple: unknown[] = [];
  for (const { path } of fields) {
    let value: unknown = doc;
    for (const part of path) {
      value = fieldOf(value, part);
      if (Array.isArray(value)) return undefined;
    }
    tuple.push(value);
  }
  return tuple;
}

const isAbsent = ({ sparse }: Index, tuple: unknown[]): boolean =>
  sparse && tuple.every((value) => value === undefined);

function entryFor(index: Index, tuple: unknown[], idKey: Buffer): IndexEntry {
  writer.reset().uint32(index.id);
  tuple.forEach((value, i) => {
    writer.component(indexed(value), index.fields[i]!.descending);
  });
  if (writer.truncated || writer.decimal) index.flags.lossy = true;
  // A rounded decimal could pass for another one.
  if (writer.decimal && index.unique) refuse('Decimal128 in a unique index');
  if (!index.unique) writer.raw(idKey);
  const key = writer.finish();
  if (key.length > maxKeyBytes) {
    throw new StoreError(17280, `The key of a document is too long for the index ${index.name}.`);
  }
  return { key, tuple };
}

const indexed = (value: unknown): unknown => {
  if (value === emptyArray) return undefined;
  return value === undefined ? null : value;
};

/** MongoDB's answer to a value that a unique index already has. */
export function duplicateKey(namespace: string, index: Index, tuple: unknown[]): StoreError {
  const keyValue: Doc = {};
  index.fields.forEach(({ name }, i) => {
    keyValue[name] = indexed(tuple[i]) ?? null;
  });
  return duplicateError(namespace, index.name, index.spec.key as Doc, keyValue);
}

export function duplicateId(namespace: string, id: unknown): StoreError {
  return duplicateError(namespace, '_id_', { _id: 1 }, { _id: id });
}

function duplicateError(
  namespace: string,
  name: string,
  keyPattern: Doc,
  keyValue: Doc,
): StoreError {
  const message = `E11000 duplicate key error collection: ${namespace} index: ${name} dup key: ${show(keyValue)}`;
  return new StoreError(11000, message, { keyPattern, keyValue });
}
