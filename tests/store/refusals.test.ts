import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatKey } from '#lib/embedded-mongo/catalog.ts';
import { checkStore } from '#lib/embedded-mongo/check.ts';
import { compactStore } from '#lib/embedded-mongo/compact.ts';
import { startEmbeddedMongo } from '#lib/embedded-mongo/index.ts';
import { format, migrations, type Migration } from '#lib/embedded-mongo/migration.ts';
import { openSnapshot } from '#lib/embedded-mongo/snapshot.ts';
import { Storage } from '#lib/embedded-mongo/storage.ts';
import { Store } from '#lib/embedded-mongo/store.ts';
import { temporaryDirectory } from './support.ts';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let file: string;

beforeEach(async () => {
  directory = await temporaryDirectory();
  file = join(directory.path, 'store.lmdb');
});
afterEach(() => directory.remove());

async function withStorage(run: (storage: Storage) => void): Promise<void> {
  const storage = Storage.open(file);
  await storage.transaction(() => run(storage));
  await storage.close();
}

const makeStore = async (): Promise<void> => (await Store.open(file)).close();
const setFormat = (text: string): Promise<void> =>
  withStorage((storage) => storage.put(formatKey, Buffer.from(text)));

/** What everybody who opens the file says. */
async function expectRefusal(reason: string): Promise<void> {
  await expect(Store.open(file)).rejects.toThrow(reason);
  await expect(openSnapshot(directory.path)).rejects.toThrow(reason);
  await expect(checkStore(directory.path, () => {})).rejects.toThrow(reason);
}

describe('a file that is no store', () => {
  it('is refused where it is empty, a directory, or a socket', async () => {
    await writeFile(file, '');
    await expectRefusal(`${file} is damaged (its end is missing)`);
    const other = join(directory.path, 'other');
    await mkdir(join(other, 'store.lmdb'), { recursive: true });
    await expect(Store.open(join(other, 'store.lmdb'))).rejects.toThrow(
      `${join(other, 'store.lmdb')} cannot be used: it is no file.`,
    );
    const socket = join(directory.path, 'a.lmdb');
    const server = createServer().listen(socket);
    await once(server, 'listening');
    await expect(Store.open(socket)).rejects.toThrow(`${socket} cannot be used: it is no file.`);
    server.close();
  });

  it('is refused where another program keeps something else in an LMDB file', async () => {
    await Storage.create(file);
    await withStorage((storage) => storage.put(Buffer.from('theirs'), Buffer.from('1')));
    const before = await readFile(file);
    await expectRefusal(`${file} is no store of Gatherly.`);
    expect(await readFile(file)).toEqual(before);
  });

  it('is refused where the directory is a file or in one', async () => {
    const path = join(directory.path, 'a-file');
    await writeFile(path, '');
    await expect(startEmbeddedMongo({ directory: path })).rejects.toThrow(
      `${path} cannot be used: something else has its name.`,
    );
    await expect(startEmbeddedMongo({ directory: join(path, 'data') })).rejects.toThrow(
      'a part of its path is no directory.',
    );
  });
});

describe('a file of another format', () => {
  beforeEach(makeStore);

  it('is refused if the format is a newer one', async () => {
    await setFormat('gatherly 99');
    await expectRefusal(`${file} has the format 'gatherly 99', which this version does not know`);
    await expect(startEmbeddedMongo({ directory: directory.path })).rejects.toThrow(
      'Start a newer version of Gatherly',
    );
    expect((await readdir(directory.path)).sort()).not.toContain('store.lmdb.bak');
  });

  const known = migrations as Map<string, Migration>;
  afterEach(() => known.delete('gatherly 0'));
  const note = Buffer.from([0, 0, 0, 0, 110]);

  it('is brought through every format between, with the old file kept until then', async () => {
    await setFormat('gatherly 0');
    await expect(openSnapshot(directory.path)).rejects.toThrow('does not know');
    let kept: string[] = [];
    known.set('gatherly 0', async ({ storage }) => {
      kept = await readdir(directory.path);
      await storage.transaction(() => {
        storage.put(note, Buffer.from('migrated'));
        storage.put(formatKey, Buffer.from('gatherly 1'));
      });
    });
    await expect(openSnapshot(directory.path)).rejects.toThrow('Start Gatherly once to migrate it');
    const store = await Store.open(file);
    expect(store.storage.get(formatKey)?.toString()).toBe(format);
    expect(store.storage.get(note)?.toString()).toBe('migrated');
    await store.close();
    expect(kept).toContain('store.lmdb.bak');
    expect(await readdir(directory.path)).not.toContain('store.lmdb.bak');
  });

  it('stays what it was if the migration fails, and is migrated the next time', async () => {
    await setFormat('gatherly 0');
    known.set('gatherly 0', async () => {
      throw new Error('no room');
    });
    await expect(Store.open(file)).rejects.toThrow('no room');
    expect((await stat(`${file}.bak`)).mode & 0o777).toBe(0o600);
    await withStorage((storage) => expect(storage.get(formatKey)?.toString()).toBe('gatherly 0'));
    known.set('gatherly 0', ({ storage }) =>
      storage.transaction(() => storage.put(formatKey, Buffer.from(format))),
    );
    await (await Store.open(file)).close();
    expect(await readdir(directory.path)).not.toContain('store.lmdb.bak');
    expect((await compactStore(directory.path)).bytesAfter).toBeGreaterThan(0);
  });
});

describe('without permission', () => {
  /** Root may do everything, so another user tries; for everybody else their own bits count. */
  async function startAsNobody(): Promise<string> {
    const script = fileURLToPath(new URL('./open-store.mjs', import.meta.url));
    const child = spawn(process.execPath, [script, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (text: Buffer) => (said += text.toString()));
    await once(child, 'exit');
    return said.trim();
  }

  it('says that the directory may not be used', async () => {
    await makeStore();
    await expect(startAsNobody()).resolves.toBe(
      `${directory.path} cannot be used: this user may not use it.`,
    );
  });
});
