import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { inTurns, medianTime, randomNumbers } from './rounds.ts';
import type { Row } from './table.ts';

const pageBytes = 4096;
const filePages = 65_536;
/** About what a commit of forty messages writes to a large collection. */
const scattered = 250;

/** What the disk itself takes for a commit: all figures of writing are to be read beside it. */
export async function measureDisk(directory: string, rounds: number): Promise<Row> {
  const path = join(directory, 'disk');
  const file = openSync(path, 'w');
  try {
    for (let n = 0; n < filePages; n++) writePage(file, n);
    fdatasyncSync(file);
    const random = randomNumbers(3);
    const commit = async (pages: number): Promise<void> => {
      for (let n = 0; n < pages; n++) writePage(file, random(filePages));
      fdatasyncSync(file);
    };
    const timeOf = (pages: number) => (): Promise<number> => medianTime(5, () => commit(pages));
    return {
      name: `disk: ${scattered} scattered pages and a sync, beside one page, p50`,
      unit: 'ms',
      target: undefined,
      ...(await inTurns(rounds, timeOf(scattered), timeOf(1))),
    };
  } finally {
    closeSync(file);
    rmSync(path);
  }
}

const page = Buffer.alloc(pageBytes, 1);
const writePage = (file: number, number: number): number =>
  writeSync(file, page, 0, pageBytes, number * pageBytes);
