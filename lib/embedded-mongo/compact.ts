import { open, rename, rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { checkFile } from './lmdb-file.ts';
import { ownDirectory } from './owner.ts';
import { storeFile } from './snapshot.ts';
import { Storage } from './storage.ts';

export interface Compacted {
  bytesBefore: number;
  bytesAfter: number;
}

/** Writes a stopped store's file anew, without its free pages. Needs room for the second file. */
export async function compactStore(directory: string): Promise<Compacted> {
  const path = storeFile(directory);
  const owner = await ownDirectory(directory);
  const copy = `${path}.compact`;
  try {
    const bytesBefore = (await stat(path)).size;
    await rm(copy, { force: true });
    await copyWhole(path, copy, directory);
    // Until here everything is as it was; a rename is done or not done.
    await rename(copy, path);
    await sync(resolve(directory));
    // It counts the commits of the file before; the next one to open makes a new one.
    await rm(`${path}-lock`, { force: true });
    return { bytesBefore, bytesAfter: (await stat(path)).size };
  } finally {
    await rm(copy, { force: true });
    await owner.release();
  }
}

async function copyWhole(path: string, copy: string, directory: string): Promise<void> {
  const storage = Storage.open(path);
  try {
    if (storage.hasOtherReaders()) throw new Error(`An export is reading ${directory}.`);
    await storage.copyTo(copy);
  } finally {
    await storage.close();
  }
  checkFile(copy);
}

async function sync(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
