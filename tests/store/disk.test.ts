import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MongoClient, MongoServerError, type Collection } from 'mongodb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkStore } from '#lib/embedded-mongo/check.ts';
import { hasStrace } from '../faults/strace.ts';
import { temporaryDirectory } from './support.ts';

// As built: to compile the sources takes longer than most of what is tried with it.
const serve = fileURLToPath(new URL('../../dist/store.mjs', import.meta.url));

interface Numbered {
  _id: number;
  text: string;
}

let temporary: Awaited<ReturnType<typeof temporaryDirectory>>;
let server: { child: ChildProcess; ended: Promise<unknown> } | undefined;
let client: MongoClient | undefined;
let mounted: string | undefined;

beforeEach(async () => {
  temporary = await temporaryDirectory();
});
afterEach(async () => {
  await stop();
  if (mounted) spawnSync('umount', [mounted]);
  mounted = undefined;
  await temporary.remove();
});

/** Serves the store of `data` in a process of its own and returns a collection of it. */
async function start(data: string, ...wrapper: string[]): Promise<Collection<Numbered>> {
  const socket = join(temporary.path, 's.sock');
  await rm(socket, { force: true });
  const store = [process.execPath, serve, '--data', data, '--socket', socket];
  const [program, ...args] = [...wrapper, ...store];
  const child = spawn(program!, args, {
    stdio: ['ignore', 'pipe', 'ignore'],
    // A group of its own: strace does not pass signals on.
    detached: true,
    env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
  });
  server = { child, ended: once(child, 'exit') };
  await once(child.stdout, 'data');
  const uri = `mongodb://${encodeURIComponent(socket)}/?directConnection=true`;
  client = await new MongoClient(uri, { serverSelectionTimeoutMS: 10_000 }).connect();
  return client.db('test').collection<Numbered>('things');
}

async function stop(): Promise<void> {
  await client?.close();
  client = undefined;
  if (!server) return;
  process.kill(-server.child.pid!, 'SIGTERM');
  await server.ended;
  server = undefined;
}

describe('a disk that fails', () => {
  /** Writes of data, syncs, and writes of the page that makes a commit current. */
  const faults = ['fdatasync:error=EIO', 'pwrite64:error=EIO', 'pwrite64:error=ENOSPC'];
  const moments = Array.from({ length: Number(process.env.STORE_FAULTS ?? 1) }, (_, i) => 8 + i);

  async function writeThrough(fault: string, when: number): Promise<void> {
    const data = join(temporary.path, `${fault.replaceAll(/\W/g, '-')}-${when}`);
    const trace = fault.split(':')[0]!;
    const inject = `inject=${fault}:when=${when}`;
    const strace = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${trace}`, '-e', inject];
    const things = await start(data, ...strace);
    const acknowledged: number[] = [];
    const refused: unknown[] = [];
    const write = async (_id: number): Promise<void> => {
      await things.updateOne({ _id }, { $set: { text: 'x'.repeat(500) } }, { upsert: true });
      acknowledged.push(_id);
    };
    for (let _id = 0; _id < 20; _id++) {
      await write(_id).catch((error: unknown) => refused.push(error));
    }
    const [first] = refused;
    if (first instanceof MongoServerError) expect(first.code).toBe(14031);
    // It goes on, with all that it acknowledged, now and after a start.
    await vi.waitFor(() => write(1000), { timeout: 20_000 });
    const isAllThere = async (found: Collection<Numbered>): Promise<void> => {
      const ids = await found.distinct('_id');
      expect(ids).toEqual(expect.arrayContaining(acknowledged));
    };
    await isAllThere(things);
    await stop();
    expect((await checkStore(data, () => {})).faults).toBe(0);
    await isAllThere(await start(data));
    await stop();
  }

  if (hasStrace)
    for (const fault of faults) {
      it(`by ${fault} loses nothing acknowledged, and the store goes on when it works again`, async () => {
        for (const when of moments) await writeThrough(fault, when);
      }, 600_000);
    }
});

describe('a full disk', () => {
  /** A file system of its own; only root may make one. */
  async function smallDisk(megabytes: number): Promise<string> {
    const path = join(temporary.path, 'disk');
    await mkdir(path);
    const size = `size=${megabytes}m`;
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', size, 'tmpfs', path]).status).toBe(0);
    mounted = path;
    return path;
  }

  const isRefused = async (write: Promise<unknown>): Promise<boolean> => {
    const error: unknown = await write.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error !== undefined) expect(error).toMatchObject({ code: 14031 });
    return error !== undefined;
  };

  async function fill(things: Collection<Numbered>): Promise<number> {
    for (let from = 0; ; from += 100) {
      const batch = Array.from({ length: 100 }, (_, i) => ({
        _id: from + i,
        text: 'x'.repeat(10_000),
      }));
      if (await isRefused(things.insertMany(batch))) return from;
    }
  }

  /** All that was acknowledged is there, and of the refused batch no more than a beginning: it may be written in parts. */
  async function expectStored(things: Collection<Numbered>, acknowledged: number): Promise<void> {
    const found = await things.find({}, { projection: { _id: 1 }, sort: { _id: 1 } }).toArray();
    expect(found.map(({ _id }) => _id)).toEqual(Array.from(found.keys()));
    expect(found.length).toBeGreaterThanOrEqual(acknowledged);
    expect(found.length).toBeLessThan(acknowledged + 100);
  }

  const canMount = (): boolean =>
    spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/tmp']).status === 0;

  if (canMount())
    it('refuses writes and answers reads; deleting makes room, in a file that stays as large', async () => {
      const data = join(await smallDisk(160), 'data');
      const things = await start(data);
      const written = await fill(things);
      expect(written).toBeGreaterThan(3000);
      await expectStored(things, written);
      expect((await things.findOne({ _id: written - 1 }))?.text).toHaveLength(10_000);
      await things.deleteMany({ _id: { $lt: written / 2 } });
      await expect
        .poll(() => isRefused(things.insertOne({ _id: 5_000_000, text: 'again' })), {
          timeout: 10_000,
        })
        .toBe(false);
      await stop();
      expect((await checkStore(data, () => {})).faults).toBe(0);
      const again = await start(data);
      expect((await again.findOne({ _id: 5_000_000 }))?.text).toBe('again');
    }, 120_000);

  it('that nobody warned of fails the commit; the store goes on when there is room', async () => {
    const data = join(temporary.path, 'data');
    // A limit on the size of a file is as sudden as a disk that somebody else fills.
    const things = await start(data, 'bash', '-c', 'ulimit -S -f 8192; exec "$@"', 'bash');
    const written = await fill(things);
    expect(written).toBeGreaterThan(100);
    await expectStored(things, written);
    await things.deleteMany({ _id: { $gte: written - 200 } });
    expect(await isRefused(things.insertOne({ _id: 5_000_000, text: 'again' }))).toBe(false);
    await stop();
    expect((await checkStore(data, () => {})).faults).toBe(0);
  }, 120_000);
});
