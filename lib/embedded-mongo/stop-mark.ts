import { createHash } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';

// A store that was stopped in order leaves a mark beside its file: what the file is then, and how
// many documents each collection has. It saves the next start from reading all of the file.
const beginningBytes = 128 * 1024;

/** Numbers of documents by the numbers of their collections. */
export type Counts = ReadonlyMap<number, number>;

const markOf = (path: string): string => `${path}-mark`;
const digest = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Every commit changes the beginning; every other write to the file changes at least its time. */
function fingerprint(path: string): string {
  const file = openSync(path, 'r');
  try {
    const { ino, size, mtimeNs } = fstatSync(file, { bigint: true });
    const beginning = Buffer.alloc(beginningBytes);
    const length = readSync(file, beginning, 0, beginningBytes, 0);
    return [ino, size, mtimeNs, digest(beginning.subarray(0, length))].join(' ');
  } finally {
    closeSync(file);
  }
}

/** To be called when the file is closed and all of it is on disk. */
export function leaveMark(path: string, counts: Counts): void {
  const unfinished = `${markOf(path)}.new`;
  try {
    const content = JSON.stringify({ file: fingerprint(path), counts: [...counts] });
    writeFileSync(unfinished, `${digest(content)}\n${content}`, { mode: 0o600, flush: true });
    renameSync(unfinished, markOf(path));
  } catch (error) {
    // A full disk or one that fails: without a mark the next start only takes longer.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    rmSync(unfinished, { force: true });
  }
}

/**
 * Takes the mark away, and returns the counts in it if the file is still what it was when the
 * mark was left. Undefined means that nobody knows what happened to the file.
 */
export function takeMark(path: string): Counts | undefined {
  const text = readIfThere(markOf(path));
  if (text === undefined) return undefined;
  rmSync(markOf(path));
  const [check, content = ''] = text.split('\n');
  if (check !== digest(content)) return undefined;
  const { file, counts } = JSON.parse(content) as { file: string; counts: [number, number][] };
  return file === fingerprint(path) ? new Map(counts) : undefined;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
