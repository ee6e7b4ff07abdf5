import { randomUUID } from 'node:crypto';
import { Int32, UUID, type Binary } from 'bson';
import { StoreError } from './errors.ts';
import { matcher, type Predicate } from './match.ts';
import { parsePath, type Path } from './paths.ts';
import { parseFilter, type Query } from './query.ts';
import { decode, encode, nearestDouble, type Doc } from './values.ts';

export interface IndexField {
  name: string;
  path: Path;
  descending: boolean;
}

/** What is true of an index once one document made it so. */
interface IndexFlags {
  /** A document has several keys, or an array under one. */
  multi: boolean;
  /** A key was shortened or rounded: equal values are found, order is not known. */
  lossy: boolean;
}

export interface Index {
  id: number;
  /** As listIndexes shows it. */
  spec: Doc;
  name: string;
  fields: IndexField[];
  unique: boolean;
  sparse: boolean;
  partial?: { query: Query; matches: Predicate };
  expireAfterSeconds?: number;
  /** Kept by every write, but without the keys of some older documents: no query may use it. */
  isBuilding?: boolean;
  /** Set as soon as a write makes them true, even if it is undone: being careful costs little. */
  flags: IndexFlags;
  /** The flags as they are on disk. */
  saved: IndexFlags;
}

export interface Collection {
  id: number;
  namespace: string;
  database: string;
  name: string;
  uuid: Binary;
  indexes: readonly Index[];
}

/** Never changed in place: readers keep the one they began with. */
export type Catalog = ReadonlyMap<string, Collection>;

const catalogPrefix = (kind: string): Buffer => Buffer.concat([Buffer.alloc(4), Buffer.from(kind)]);

export const formatKey = catalogPrefix('format');
export const collectionKey = (namespace: string): Buffer => catalogPrefix(`c:${namespace}`);
export const droppedKey = (id: number): Buffer => catalogPrefix(`d:${id}`);
export const collectionKeys = { low: catalogPrefix('c:'), high: catalogPrefix('c;') };
export const droppedKeys = { low: catalogPrefix('d:'), high: catalogPrefix('d;') };

export const droppedId = (key: Buffer): number => Number(key.subarray(6).toString());

export function newCollection(id: number, namespace: string): Collection {
  const dot = namespace.indexOf('.');
  return {
    id,
    namespace,
    database: namespace.slice(0, dot),
    name: namespace.slice(dot + 1),
    uuid: new UUID(randomUUID()).toBinary(),
    indexes: [],
  };
}

/** An index as the rest of the store uses it, from its specification. */
export function newIndex(id: number, spec: Doc, flags: IndexFlags): Index {
  const fields = Object.entries(spec.key as Doc).map(([name, direction]) => ({
    name,
    path: parsePath(name),
    descending: nearestDouble(direction) < 0,
  }));
  const filter = spec.partialFilterExpression as Doc | undefined;
  return {
    id,
    spec,
    name: spec.name as string,
    fields,
    unique: spec.unique === true,
    sparse: spec.sparse === true,
    ...(filter && { partial: { query: parseFilter(filter), matches: matcher(filter) } }),
    ...(spec.expireAfterSeconds !== undefined && {
      expireAfterSeconds: nearestDouble(spec.expireAfterSeconds),
    }),
    flags,
    saved: { ...flags },
  };
}

export function encodeCollection(collection: Collection): Buffer {
  const { id, namespace, uuid, indexes } = collection;
  return encode({
    id: new Int32(id),
    namespace,
    uuid,
    indexes: indexes.map((index) => ({
      id: new Int32(index.id),
      spec: index.spec,
      ...index.saved,
      ...(index.isBuilding && { building: true }),
    })),
  });
}

export function decodeCollection(bytes: Buffer): Collection {
  const record = decode(bytes);
  const indexes = (record.indexes as Doc[]).map(({ id, spec, multi, lossy, building }) => ({
    ...newIndex(nearestDouble(id), spec as Doc, { multi: multi === true, lossy: lossy === true }),
    ...(building === true && { isBuilding: true }),
  }));
  const collection = newCollection(nearestDouble(record.id), record.namespace as string);
  return { ...collection, uuid: record.uuid as Binary, indexes };
}

/** Refuses names that MongoDB refuses. */
export function checkNamespace(database: string, name: unknown): string {
  if (typeof name !== 'string') {
    throw new StoreError(73, 'collection name has invalid type');
  }
  const namespace = `${database}.${name}`;
  const isBad = name === '' || name.startsWith('.') || /[\0$]/.test(name);
  if (isBad || !/^[^\0/\\. "$]+$/.test(database) || Buffer.byteLength(namespace) > 255) {
    throw new StoreError(73, `Invalid namespace specified '${namespace}'`);
  }
  return namespace;
}
