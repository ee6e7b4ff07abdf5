import { accessSync, constants } from 'node:fs';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there',
  EACCES: 'this user may not use it',
  EPERM: 'this user may not use it',
  EROFS: 'it is on a read-only file system',
  EEXIST: 'something else has its name',
  ENOTDIR: 'a part of its path is no directory',
  EISDIR: 'it is no file',
  ENXIO: 'it is no file',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full',
  EIO: 'the disk cannot be read or written',
};

/** A file or directory that cannot be used as it is. The message is for the operator. */
export class Unusable extends Error {
  override name = 'Unusable';

  constructor(path: string, reason: string) {
    super(`${path} cannot be used: ${reason}.`);
  }
}

/** What the system says about a path in words; anything else as it is. */
export function inWords(path: string, error: unknown): unknown {
  const reason = reasons[String((error as NodeJS.ErrnoException | undefined)?.code)];
  return reason === undefined ? error : new Unusable(path, reason);
}

/** Throws unless this user may read and write what is there. */
export function requireWritable(path: string): void {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw inWords(path, error);
  }
}
