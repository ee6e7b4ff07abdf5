import { randomBytes } from 'node:crypto';
import { open, rename, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import {
  encodePrelude,
  namespaceHeader,
  namespaceOf,
  terminator,
  type DumpedCollection,
} from './archive.ts';
import { Crc64 } from './crc64.ts';

/** What an export reads. */
export interface Source {
  serverVersion: string;
  collections: DumpedCollection[];
  documents(collection: DumpedCollection): AsyncIterable<Buffer>;
  close(): Promise<void>;
}

interface ExportOptions {
  gzip?: boolean;
  /** Is told the namespace of each document. */
  onDocument?(namespace: string): void;
}

const writeBytes = 1024 * 1024;

/** Writes an archive under its name only when all of it is on disk. Returns the documents' number. */
export async function writeArchive(
  source: Source,
  path: string,
  options: ExportOptions = {},
): Promise<number> {
  const partial = `${path}.${randomBytes(4).toString('hex')}.partial`;
  try {
    // Only for its owner: it holds everybody's messages.
    const file = await open(partial, 'wx', 0o600);
    const count = await writeTo(file, source, options);
    await rename(partial, path);
    await syncDirectory(dirname(path));
    return count;
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

async function writeTo(
  file: FileHandle,
  source: Source,
  { gzip = false, onDocument = () => {} }: ExportOptions,
): Promise<number> {
  try {
    let count = 0;
    const pieces = async function* (): AsyncGenerator<Buffer> {
      for await (const { bytes, namespace } of bytesOf(source)) {
        yield bytes;
        if (namespace === undefined) continue;
        onDocument(namespace);
        count++;
      }
    };
    const gathered = gather(pieces());
    await (gzip ? writePacked(file, gathered) : writeFile(file, gathered));
    await file.sync();
    return count;
  } finally {
    await file.close();
  }
}

/** The whole archive; what is a document comes with its namespace. */
async function* bytesOf(source: Source): AsyncGenerator<{ bytes: Buffer; namespace?: string }> {
  yield { bytes: encodePrelude(source) };
  for (const collection of source.collections) {
    const { database, name } = collection;
    const namespace = namespaceOf(collection);
    const crc = new Crc64();
    yield { bytes: namespaceHeader(database, name) };
    for await (const bytes of source.documents(collection)) {
      crc.update(bytes);
      yield { bytes, namespace };
    }
    yield { bytes: terminator };
    yield { bytes: namespaceHeader(database, name, crc.value) };
    yield { bytes: terminator };
  }
}

async function writePacked(file: FileHandle, pieces: AsyncIterable<Buffer>): Promise<void> {
  const packed = createGzip();
  await Promise.all([pipeline(pieces, packed), writeFile(file, packed)]);
}

/** Puts small pieces together, so that not each of them is a call to the disk. */
async function* gather(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let gathered: Buffer[] = [];
  let size = 0;
  for await (const bytes of pieces) {
    // A copy: the bytes may lie in a buffer that its owner uses again.
    gathered.push(Buffer.from(bytes));
    size += bytes.length;
    if (size < writeBytes) continue;
    yield Buffer.concat(gathered);
    gathered = [];
    size = 0;
  }
  yield Buffer.concat(gathered);
}

/** A new name is on disk only when its directory is. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
