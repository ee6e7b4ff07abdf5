import { Int32, Long, serialize } from 'bson';
import { Crc64 } from './crc64.ts';

// mongodump's archive, as mongo-tools' common/archive describes it: a magic number, a prelude, then
// blocks. A block is a header, documents and a terminator; the prelude is one block too.
export const magic = Buffer.from([0x6d, 0xe2, 0x99, 0x81]);
export const terminator = Buffer.from([0xff, 0xff, 0xff, 0xff]);
export const formatVersion = '0.1';
/** MongoDB's own tools take documents of 16 MB and a little for the command around them. */
export const maxBlockDocumentBytes = 16 * 1024 * 1024 + 16 * 1024;

const toolName = 'gatherly 1';
const checksumName = 'prelude_crc64';

/** Text for the person at the terminal. */
export class BackupError extends Error {
  override name = 'BackupError';
}

export interface DumpedCollection {
  database: string;
  name: string;
  /** Extended JSON: options and indexes, as listCollections and listIndexes show them. */
  metadata: string;
  /** What kind it is; only 'collection' holds documents of its own. */
  type: string;
}

export interface Prelude {
  serverVersion: string;
  collections: DumpedCollection[];
}

export const namespaceOf = ({ database, name }: { database: string; name: string }): string =>
  `${database}.${name}`;

/** Without a checksum it opens a run of documents, with one it says that there are no more. */
export function namespaceHeader(database: string, collection: string, crc?: bigint): Buffer {
  const EOF = crc !== undefined;
  const CRC = Long.fromBigInt(BigInt.asIntN(64, crc ?? 0n));
  return Buffer.from(serialize({ db: database, collection, EOF, CRC }));
}

/**
 * The beginning of an archive. mongodump's own checksums cover the documents alone; ours covers
 * the prelude too, in a field that mongorestore passes over.
 */
export function encodePrelude({ serverVersion, collections }: Prelude): Buffer {
  const header = Buffer.from(
    serialize({
      concurrent_collections: new Int32(1),
      version: formatVersion,
      server_version: serverVersion,
      tool_version: toolName,
      [checksumName]: Long.ZERO,
    }),
  );
  const metadata = collections.map(({ database, name, metadata, type }) =>
    serialize({ db: database, collection: name, metadata, size: new Int32(0), type }),
  );
  const { value } = new Crc64().update(Buffer.concat([header, ...metadata]));
  header.writeBigUInt64LE(value, checksumAt(header));
  return Buffer.concat([magic, header, ...metadata, terminator]);
}

/** The checksum is the last field, before the byte that ends the header. */
const checksumAt = (header: Buffer): number => header.length - 9;

/** Whether the prelude is as it was written; one that MongoDB's tools wrote has no checksum. */
export function isPreludeWhole(
  fields: Record<string, unknown>,
  header: Buffer,
  metadata: readonly Buffer[],
): boolean {
  const isOurs = fields.tool_version === toolName || checksumName in fields;
  if (!isOurs) return true;
  if (Object.keys(fields).at(-1) !== checksumName) return false;
  const cleared = Buffer.from(header);
  const found = cleared.readBigUInt64LE(checksumAt(cleared));
  cleared.writeBigUInt64LE(0n, checksumAt(cleared));
  const crc = new Crc64().update(cleared);
  for (const bytes of metadata) crc.update(bytes);
  return crc.value === found;
}
