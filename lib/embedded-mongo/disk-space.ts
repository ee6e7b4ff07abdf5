import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StoreError } from './errors.ts';

/**
 * Enough to delete with and to close in order: deleting needs free pages too. Of a small disk so
 * large a part is enough.
 */
const neededBytes = 64 * 1024 * 1024;
const neededPart = 1 / 8;
const freshMs = 1000;

/**
 * Knows whether there is room for more, at most a second late. LMDB's file never gets smaller:
 * what deleting frees is room inside it, which counts as much as room on the disk.
 */
export class DiskSpace {
  private isFull = false;
  private checkedAt = -Infinity;

  /** @param freeInside how many bytes of the file can be written again */
  constructor(
    private readonly file: string,
    private readonly freeInside: () => number,
  ) {}

  /** Throws when there is not enough room for more writes. */
  check(): void {
    if (performance.now() - this.checkedAt > freshMs) void this.measure();
    if (this.isFull) {
      throw new StoreError(14031, 'The disk is almost full; nothing more can be stored.');
    }
  }

  private async measure(): Promise<void> {
    this.checkedAt = performance.now();
    try {
      const { bavail, bsize, blocks } = await statfs(dirname(this.file));
      const needed = Math.min(neededBytes, blocks * bsize * neededPart);
      this.isFull = bavail * bsize + this.freeInside() < needed;
    } catch {
      // A file system that cannot tell is not refused: a failing commit will say so.
      this.isFull = false;
    }
  }
}
