import { randomBytes } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { encodePrelude, namespaceHeader, terminator, type DumpedCollection } from './archive.ts';
import { Crc64 } from './crc64.ts';

/** What an export reads. */
export interface Source {
  serverVersion: string;
  collections: DumpedCollection[];
  documents(collection: DumpedCollection): AsyncIterable<Buffer>;
  close(): Promise<void>;
}

const writeBytes = 1024 * 1024;

/** Writes an archive under its name only when all of it is on disk. Returns the documents' number. */
export async function writeArchive(source: Source, path: string): Promise<number> {
  const partial = `${path}.${randomBytes(4).toString('hex')}.partial`;
  try {
    // Only for its owner: it holds everybody's messages.
    const file = await open(partial, 'wx', 0o600);
    const count = await writeTo(file, source);
    await rename(partial, path);
    await syncDirectory(dirname(path));
    return count;
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

async function writeTo(file: FileHandle, source: Source): Promise<number> {
  try {
    const count = await writeAll(source, new Output(file));
    await file.sync();
    return count;
  } finally {
    await file.close();
  }
}

async function writeAll(source: Source, output: Output): Promise<number> {
  await output.write(encodePrelude(source));
  let count = 0;
  for (const collection of source.collections) {
    const { database, name } = collection;
    const crc = new Crc64();
    await output.write(namespaceHeader(database, name));
    for await (const bytes of source.documents(collection)) {
      crc.update(bytes);
      count++;
      await output.write(bytes);
    }
    await output.write(terminator);
    await output.write(namespaceHeader(database, name, crc.value));
    await output.write(terminator);
  }
  await output.flush();
  return count;
}

/** Gathers small pieces, so that not each of them is a call to the disk. */
class Output {
  private pieces: Buffer[] = [];
  private size = 0;

  constructor(private readonly file: FileHandle) {}

  async write(bytes: Buffer): Promise<void> {
    // A copy: the bytes may lie in a buffer that its owner uses again.
    this.pieces.push(Buffer.from(bytes));
    this.size += bytes.length;
    if (this.size >= writeBytes) await this.flush();
  }

  async flush(): Promise<void> {
    const bytes = Buffer.concat(this.pieces);
    this.pieces = [];
    this.size = 0;
    await this.file.writeFile(bytes);
  }
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
