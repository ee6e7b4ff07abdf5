import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { deserialize } from 'bson';
import {
  BackupError,
  formatVersion,
  isPreludeWhole,
  magic,
  maxBlockDocumentBytes,
  namespaceHeader,
  namespaceOf,
  type DumpedCollection,
  type Prelude,
} from './archive.ts';
import { Crc64 } from './crc64.ts';

const chunkBytes = 1024 * 1024;

/** An archive at the point after its prelude. */
export interface OpenArchive extends Prelude {
  /**
   * All documents in the order of the file, each with its collection. Throws as soon as something
   * is not as it was written, at the latest when the end is reached.
   */
  documents(): AsyncGenerator<{ collection: DumpedCollection; bytes: Buffer }>;
}

/** Reads the beginning of an archive. Holds one document and one piece of the file at a time. */
export async function readArchive(file: FileHandle): Promise<OpenArchive> {
  const blocks = new Blocks(chunksOf(file));
  const start = await blocks.bytes(4);
  if (!start.equals(magic)) throw new BackupError('it is not an archive of mongodump');
  const prelude = await readPrelude(blocks);
  return { ...prelude, documents: () => readDocuments(blocks, prelude) };
}

async function readPrelude(blocks: Blocks): Promise<Prelude> {
  const header = await blocks.document();
  if (!header) throw damaged('the beginning');
  const fields = decode(header);
  const metadata: Buffer[] = [];
  for (let next = await blocks.document(); next; next = await blocks.document()) {
    metadata.push(next);
  }
  if (!isPreludeWhole(fields, header, metadata)) throw damaged('the beginning');
  if (fields.version !== formatVersion) {
    throw new BackupError(`it has the format version ${String(fields.version)}, not 0.1`);
  }
  return {
    serverVersion: textOf(fields, 'server_version'),
    collections: metadata.map((bytes) => collectionOf(decode(bytes))),
  };
}

function collectionOf(fields: Record<string, unknown>): DumpedCollection {
  return {
    database: textOf(fields, 'db'),
    name: textOf(fields, 'collection'),
    metadata: textOf(fields, 'metadata'),
    // Old versions of mongodump do not write it.
    type: (fields.type === undefined ? '' : textOf(fields, 'type')) || 'collection',
  };
}

interface Unfinished {
  collection: DumpedCollection;
  crc: Crc64;
}

async function* readDocuments(
  blocks: Blocks,
  { collections }: Prelude,
): AsyncGenerator<{ collection: DumpedCollection; bytes: Buffer }> {
  const unfinished = new Map<string, Unfinished>();
  for (const collection of collections) {
    const namespace = namespaceOf(collection);
    if (unfinished.has(namespace)) throw damaged(`${namespace} is there twice`);
    unfinished.set(namespace, { collection, crc: new Crc64() });
  }
  while (!(await blocks.isAtEnd())) {
    const header = await blocks.document();
    if (!header) throw damaged('a block without a header');
    const namespace = namespaceOfHeader(header);
    const current = unfinished.get(namespace);
    if (!current) throw damaged(`unexpected documents of ${namespace}`);
    if (isHeaderOf(header, current.collection)) {
      for (let bytes = await blocks.document(); bytes; bytes = await blocks.document()) {
        current.crc.update(bytes);
        yield { collection: current.collection, bytes };
      }
    } else if (isHeaderOf(header, current.collection, current.crc.value)) {
      if (await blocks.document()) throw damaged(`documents after the end of ${namespace}`);
      unfinished.delete(namespace);
    } else throw damaged(`the checksum of ${namespace} is wrong`);
  }
  const [missing] = unfinished.keys();
  if (missing !== undefined) throw damaged(`the end of ${missing} is missing`);
}

/** Byte for byte: what these headers say is covered by no checksum. */
const isHeaderOf = (header: Buffer, { database, name }: DumpedCollection, crc?: bigint): boolean =>
  header.equals(namespaceHeader(database, name, crc));

function namespaceOfHeader(header: Buffer): string {
  const fields = decode(header);
  return namespaceOf({ database: textOf(fields, 'db'), name: textOf(fields, 'collection') });
}

const damaged = (what: string): BackupError =>
  new BackupError(`it is damaged or cut off (${what}); nothing was imported`);

function textOf(fields: Record<string, unknown>, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string') throw damaged(`${name} is not text`);
  return value;
}

function decode(bytes: Buffer): Record<string, unknown> {
  try {
    return deserialize(bytes, { promoteValues: false, validation: { utf8: false } });
  } catch {
    throw damaged('a header that is not BSON');
  }
}

/** A file piece by piece from its beginning, unpacked if it is compressed. */
async function* chunksOf(file: FileHandle): AsyncGenerator<Buffer> {
  const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
  const isGzip = buffer.readUInt16BE(0) === 0x1f8b;
  if (!isGzip) return yield* piecesOf(file);
  const unpacked = createGunzip();
  // Whoever reads hears of the error too.
  pipeline(piecesOf(file), unpacked).catch(() => undefined);
  try {
    for await (const piece of unpacked) yield piece as Buffer;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    throw code.startsWith('Z_') ? damaged('it cannot be unpacked') : error;
  }
}

async function* piecesOf(file: FileHandle): AsyncGenerator<Buffer> {
  for (let position = 0; ;) {
    const { bytesRead, buffer } = await file.read(
      Buffer.allocUnsafe(chunkBytes),
      0,
      chunkBytes,
      position,
    );
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** The documents and terminators of a file, one after another. */
class Blocks {
  private chunk: Buffer = Buffer.alloc(0);

  constructor(private readonly chunks: AsyncIterator<Buffer>) {}

  async isAtEnd(): Promise<boolean> {
    return !(await this.fill(1));
  }

  /** The next bytes; fewer if the file ends before. */
  async bytes(length: number): Promise<Buffer> {
    await this.fill(length);
    const taken = this.chunk.subarray(0, length);
    this.chunk = this.chunk.subarray(taken.length);
    return taken;
  }

  /** The next document, or undefined for a terminator. */
  async document(): Promise<Buffer | undefined> {
    if (!(await this.fill(4))) throw damaged('its end is missing');
    const length = this.chunk.readUInt32LE(0);
    if (length === 0xffffffff) {
      await this.bytes(4);
      return undefined;
    }
    if (length < 5 || length > maxBlockDocumentBytes) throw damaged('an impossible length');
    const bytes = await this.bytes(length);
    if (bytes.length < length || bytes.at(-1) !== 0) throw damaged('a document is cut off');
    return bytes;
  }

  /** Makes sure that so many bytes are at hand; false if the file ends before. */
  private async fill(length: number): Promise<boolean> {
    const pieces = [this.chunk];
    let size = this.chunk.length;
    while (size < length) {
      const next = await this.chunks.next();
      if (next.done) break;
      pieces.push(next.value);
      size += next.value.length;
    }
    if (pieces.length > 1) this.chunk = Buffer.concat(pieces);
    return size >= length;
  }
}
