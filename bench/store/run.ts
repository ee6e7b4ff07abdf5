import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureDisk } from './disk.ts';
import {
  checkCount,
  few,
  fill,
  many,
  measureFinds,
  measureInserts,
  measurePages,
  type Size,
} from './measures.ts';
import { measureOpening } from './opening.ts';
import { startReference, startStore } from './sides.ts';
import { machine, tableOf, withResult, type Row } from './table.ts';

// Measures the embedded store beside a reference that does nothing:
//   npm run bench:store -- [--quick] [--json]
// Ends with status 0 whether the targets are met or not, and with 1 when an answer was wrong.
const { values: options } = parseArgs({
  options: { quick: { type: 'boolean' }, json: { type: 'boolean' } },
});
const size: Size = options.quick
  ? { documents: 100_000, fewDocuments: 10_000, rounds: 5, calls: 300, roundMs: 700 }
  : { documents: 1_000_000, fewDocuments: 10_000, rounds: 15, calls: 400, roundMs: 700 };

const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function measure(directory: string): Promise<Row[]> {
  const reference = await startReference(directory);
  const data = join(directory, 'data');
  const store = await startStore(data);
  say(`loading ${size.documents.toLocaleString('en')} messages …`);
  const start = performance.now();
  await fill(store, few, size.fewDocuments);
  await fill(store, many, size.documents);
  say(`loaded in ${((performance.now() - start) / 1000).toFixed(0)} s; measuring …`);
  const finds = await measureFinds(store, reference, size);
  const pages = await measurePages(store, size);
  const { rows: inserts, documents } = await measureInserts(store, reference, size);
  await checkCount(store, many, documents);
  const disk = await measureDisk(directory, size.rounds);
  await store.close();
  await reference.close();
  const empty = join(directory, 'empty');
  await mkdir(empty);
  const openings = await measureOpening(data, empty, documents);
  return [...inserts, disk, ...finds, pages, ...openings];
}

const directory = await mkdtemp(join(tmpdir(), 'gatherly-bench-'));
try {
  const rows = await measure(directory);
  const json = { machine: machine(), rows: withResult(rows) };
  const text = options.json ? JSON.stringify(json, null, 2) : `${machine()}\n\n${tableOf(rows)}`;
  process.stdout.write(`${text}\n`);
} finally {
  await rm(directory, { recursive: true, force: true });
}
