import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { startEmbeddedMongo } from '#lib/embedded-mongo/index.ts';
import { entriesFor, rangeOf } from '#lib/embedded-mongo/indexes.ts';
import { Store } from '#lib/embedded-mongo/store.ts';
import { decode, nearestDouble, type Doc } from '#lib/embedded-mongo/values.ts';
import { scriptFile } from '../support/scripts.ts';
import { temporaryDirectory } from './support.ts';

const directories: { remove(): Promise<void> }[] = [];
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all(directories.splice(0).map((directory) => directory.remove()));
});

async function newDirectory(): Promise<string> {
  const directory = await temporaryDirectory();
  directories.push(directory);
  return join(directory.path, 'data');
}

/** Starts the writer; its acknowledgements come as lines. */
function startWriter(directory: string, run: number) {
  const args = [scriptFile('killed-writer'), directory, String(run)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return { child, lines: createInterface({ input: child.stdout }) };
}

/** Lets a writer work for a number of acknowledgements, kills it, and returns all it printed. */
async function writeAndKill(directory: string, run: number, acknowledgements: number) {
  const { child, lines } = startWriter(directory, run);
  const ended = once(child, 'exit');
  const seen: string[] = [];
  for await (const line of lines) {
    seen.push(line);
    if (seen.length === acknowledgements) child.kill('SIGKILL');
  }
  await ended;
  return seen;
}

/** What must be there after a list of acknowledgements. */
function expectedFrom(lines: string[]) {
  const inserted = new Set<string>();
  const updated = new Map<string, number>();
  const deleted = new Set<string>();
  let counted = 0;
  for (const [verb, ...words] of lines.map((line) => line.split(' '))) {
    if (verb === 'inserted') words.forEach((id) => inserted.add(id));
    else if (verb === 'updated') updated.set(words[0]!, Number(words[1]));
    else if (verb === 'deleted') deleted.add(words[0]!);
    else counted++;
  }
  return { inserted, updated, deleted, counted };
}

function allDocuments(store: Store, namespace: string): Doc[] {
  const collection = store.collection(namespace)!;
  const entries = store.storage.entries(rangeOf(collection.id), Infinity);
  expect(entries.length).toBe(store.countOf(collection));
  return entries.map(({ value }) => decode(value));
}

/** Every index holds the keys of the documents, and no others. */
function checkIndexes(store: Store, namespace: string): void {
  const collection = store.collection(namespace)!;
  for (const index of collection.indexes) {
    const expected = store.storage
      .entries(rangeOf(collection.id), Infinity)
      .flatMap(({ key, value }) => entriesFor(index, decode(value), key.subarray(4)))
      .map(({ key }) => key.toString('hex'));
    const found = store.storage.entries(rangeOf(index.id), Infinity);
    expect(found.map(({ key }) => key.toString('hex'))).toEqual(expected.sort());
  }
}

describe('the embedded store', () => {
  it('keeps what it acknowledged when the process is killed again and again', async () => {
    const directory = await newDirectory();
    const lines: string[] = [];
    for (const [run, acknowledgements] of [30, 200, 400, 650].entries()) {
      lines.push(...(await writeAndKill(directory, run, acknowledgements)));
    }
    const { inserted, updated, deleted, counted } = expectedFrom(lines);
    const store = await Store.open(join(directory, 'store.lmdb'));
    try {
      const documents = allDocuments(store, 'gatherly.messages');
      const byId = new Map(documents.map((doc) => [doc._id as string, doc]));
      expect(byId.size).toBe(documents.length);
      for (const id of inserted) {
        // A delete may have been done and not yet acknowledged when the process died.
        const mayBeGone = deleted.has(id) || Number(id.split('-')[2]) % 9 === 2;
        if (!mayBeGone) expect(byId.has(id), id).toBe(true);
      }
      for (const id of deleted) expect(byId.has(id), id).toBe(false);
      for (const [id, at] of updated) expect(nearestDouble(byId.get(id)!.at)).toBe(at);
      const [counter] = allDocuments(store, 'gatherly.counters');
      expect(nearestDouble(counter!.n)).toBeGreaterThanOrEqual(counted);
      // Each of eight writers may have had one more increment on its way, per kill.
      expect(nearestDouble(counter!.n)).toBeLessThanOrEqual(counted + 8 * 4);
      checkIndexes(store, 'gatherly.messages');
    } finally {
      await store.close();
    }
  }, 120_000);

  it('refuses a directory that a living process uses, and takes over that of a dead one', async () => {
    const directory = await newDirectory();
    const { child, lines } = startWriter(directory, 0);
    await once(lines, 'line');
    await expect(startEmbeddedMongo({ directory })).rejects.toThrow(
      `Another Gatherly process is using ${directory}.`,
    );
    child.kill('SIGKILL');
    await once(child, 'exit');
    const store = await startEmbeddedMongo({ directory });
    await store.close();
  }, 60_000);

  it('gives a directory to one only of many that start at the same time', async () => {
    const directory = await newDirectory();
    const started = await Promise.allSettled(
      Array.from({ length: 8 }, () => startEmbeddedMongo({ directory })),
    );
    const owners = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    await Promise.all(owners.map((owner) => owner.close()));
    expect(owners.length).toBe(1);
  }, 60_000);
});
