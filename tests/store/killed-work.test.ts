import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importArchive } from '#lib/backup/import-archive.ts';
import { connectTo } from '#lib/backup/places.ts';
import { openSource } from '#lib/backup/sources.ts';
import { writeArchive } from '#lib/backup/write-archive.ts';
import { checkStore } from '#lib/embedded-mongo/check.ts';
import { startEmbeddedMongo } from '#lib/embedded-mongo/index.ts';
import { Store } from '#lib/embedded-mongo/store.ts';
import { nearestDouble, type Doc } from '#lib/embedded-mongo/values.ts';
import { scriptFile } from '../support/scripts.ts';
import { allDocuments } from './crash-checks.ts';
import { temporaryDirectory } from './support.ts';

const documents = 4000;
const kills = Number(process.env.STORE_KILLS ?? 1);
let temporary: Awaited<ReturnType<typeof temporaryDirectory>>;
let full: string;
let archive: string;

beforeAll(async () => {
  temporary = await temporaryDirectory();
  full = join(temporary.path, 'full');
  archive = join(temporary.path, 'dump.archive');
  const store = await startEmbeddedMongo({ directory: full });
  const client = await new MongoClient(store.uri).connect();
  const things = client.db().collection('things');
  await things.createIndex({ n: 1 });
  await things.insertMany(
    Array.from({ length: documents }, (_, n) => ({
      n,
      words: Array.from({ length: 10 }, (_, i) => `w${n % (i + 2)}`),
      text: 'x'.repeat(500),
    })),
  );
  await client.close();
  await store.close();
  const source = await openSource({ directory: full });
  await writeArchive(source, archive);
  await source.close();
});
afterAll(() => temporary.remove());

/** Starts the work on a directory, kills it after a while, and says whether it was done. */
async function killAfter(ms: number, directory: string, work: string): Promise<boolean> {
  const args = [scriptFile('killed-work'), directory, work, archive];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const lines: string[] = [];
  const output = createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  await Promise.race([once(output, 'line'), ended]);
  expect(lines[0]).toBe('begins');
  await delay(ms);
  child.kill('SIGKILL');
  await ended;
  return lines.includes('done');
}

/** What must be there, more of it if the work was done. */
function expectRight(
  work: string,
  isDone: boolean,
  found: Doc[],
  indexes: readonly { isBuilding?: boolean }[],
): void {
  expect(indexes.some(({ isBuilding }) => isBuilding)).toBe(false);
  const changed = found.filter(({ n }) => nearestDouble(n) >= 1_000_000).length;
  if (work !== 'update') expect(changed).toBe(0);
  if (work !== 'delete' && work !== 'import') expect(found.length).toBe(documents);
  if (!isDone) return;
  if (work === 'index') expect(indexes.length).toBe(2);
  if (work === 'update') expect(changed).toBe(documents);
  if (work === 'delete') expect(found.length).toBe(0);
  if (work === 'import') expect(found.length).toBe(documents);
}

describe('kill -9', () => {
  it.each(['index', 'update', 'delete', 'compact', 'import', 'migrate'])(
    `during a long %s leaves a store that opens and is right`,
    async (work) => {
      for (let kill = 0; kill < kills; kill++) {
        const directory = join(temporary.path, `${work}-${kill}`);
        if (work === 'import') await mkdir(directory);
        else await cp(full, directory, { recursive: true });
        const isDone = await killAfter(Math.random() * 400, directory, work);
        const path = join(directory, 'store.lmdb');
        const store = await Store.open(path);
        await store.sweep();
        const found = allDocuments(store, 'gatherly.things');
        const indexes = store.collection('gatherly.things')?.indexes ?? [];
        await store.close();
        expect((await checkStore(directory, () => {})).faults).toBe(0);
        expectRight(work, isDone, found, indexes);
        if (work === 'import') {
          // What was broken off can be done again.
          const whole = await importArchive(archive, () => connectTo({ directory }), {
            merge: true,
          });
          expect(whole.inserted + whole.present).toBe(documents);
          expect(whole.present).toBe(found.length);
        }
        await rm(directory, { recursive: true });
      }
    },
    600_000,
  );
});
