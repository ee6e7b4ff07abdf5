import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BSONRegExp,
  calculateObjectSize,
  Code,
  Decimal128,
  Double,
  EJSON,
  Int32,
  Long,
} from 'bson';
import { MaxKey, MinKey, MongoClient, ObjectId, Timestamp, UUID, type Document } from 'mongodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Crc64 } from '#lib/backup/crc64.ts';
import { importArchive, type Imported, type ImportOptions } from '#lib/backup/import-archive.ts';
import { connectTo, type Place } from '#lib/backup/places.ts';
import { openSource } from '#lib/backup/sources.ts';
import { writeArchive } from '#lib/backup/write-archive.ts';
import { checkStore } from '#lib/embedded-mongo/check.ts';
import { startEmbeddedMongo } from '#lib/embedded-mongo/index.ts';
import { openSnapshot } from '#lib/embedded-mongo/snapshot.ts';
import { times } from '../faults/scale.ts';
import { temporaryDirectory } from '../store/support.ts';

let temporary: Awaited<ReturnType<typeof temporaryDirectory>>;
let archive: string;

beforeEach(async () => {
  temporary = await temporaryDirectory();
  archive = join(temporary.path, 'dump.archive');
});
afterEach(() => temporary.remove());

const directory = (name: string): string => join(temporary.path, name);

async function exportFrom(place: Place): Promise<number> {
  const source = await openSource(place);
  try {
    return await writeArchive(source, archive);
  } finally {
    await source.close();
  }
}

const importInto = (place: Place, options: ImportOptions = {}): Promise<Imported> =>
  importArchive(archive, () => connectTo(place), options);

async function withStore<T>(name: string, run: (client: MongoClient) => Promise<T>): Promise<T> {
  const store = await startEmbeddedMongo({ directory: directory(name) });
  const client = await new MongoClient(store.uri).connect();
  try {
    return await run(client);
  } finally {
    await client.close();
    await store.close();
  }
}

const everyType: Document = {
  _id: new ObjectId('0123456789abcdef01234567'),
  int: new Int32(1),
  double: new Double(1),
  negativeZero: new Double(-0),
  long: Long.fromBigInt(2n ** 60n + 1n),
  decimal: Decimal128.fromString('1.10'),
  text: 'ä\0\u{1F600}',
  binary: new UUID('3b241101-e2bb-4255-8caf-4136c566a962'),
  bytes: Buffer.from([0, 255]),
  date: new Date(-1),
  nothing: null,
  yes: true,
  list: [new Int32(1), [new Double(2)], { a: [] }],
  inner: { b: new Int32(1), a: {} },
  pattern: new BSONRegExp('^(?i)a\\d', 'imx'),
  code: new Code('f()', { a: 1 }),
  at: new Timestamp({ t: 5, i: 6 }),
  least: new MinKey(),
  most: new MaxKey(),
};

async function fill(client: MongoClient): Promise<void> {
  const db = client.db();
  await db.collection('things').insertOne(everyType);
  await db.createCollection('empty');
  const indexed = db.collection('indexed');
  await indexed.createIndexes([
    { key: { a: 1, b: -1 }, name: 'ab', unique: true },
    { key: { words: 1 }, sparse: true },
    { key: { at: 1 }, expireAfterSeconds: 3600 },
    { key: { c: 1 }, partialFilterExpression: { c: { $gt: 1 } } },
  ]);
  const documents = Array.from({ length: 2500 }, (_, i) => ({
    _id: i as never,
    a: i,
    words: ['x', `w${i % 9}`],
  }));
  await indexed.insertMany(documents);
  await client.db('second').collection('more').insertOne({ n: 1 });
}

/** All that a stopped store holds, byte for byte. */
async function contents(name: string): Promise<Map<string, string[]>> {
  const snapshot = await openSnapshot(directory(name));
  const result = new Map<string, string[]>();
  for (const { database, name: collection, indexes, documents } of snapshot.collections) {
    const hex = [...documents()].map((bytes) => bytes.toString('hex'));
    const specs = indexes.map((spec) => EJSON.stringify(spec, { relaxed: false }));
    result.set(`${database}.${collection}`, [...specs, ...hex]);
  }
  await snapshot.close();
  return result;
}

describe('the archive', () => {
  it('has the checksum of MongoDB’s tools', () => {
    // The check value of CRC-64/XZ, which is Go's crc64.ECMA.
    const value = new Crc64().update(Buffer.from('1234')).update(Buffer.from('56789')).value;
    expect(value).toBe(0x995dc9bbdf1939fan);
    expect(new Crc64().value).toBe(0n);
  });

  it('brings every type and index from one store to another, and twice changes nothing', async () => {
    await withStore('from', fill);
    expect(await exportFrom({ directory: directory('from') })).toBe(2502);
    const first = await importInto({ directory: directory('to') });
    expect(first).toMatchObject({ inserted: 2502, present: 0, databases: ['gatherly', 'second'] });
    const before = await contents('from');
    expect(before.size).toBe(4);
    expect(await contents('to')).toEqual(before);
    expect(calculateObjectSize(everyType) * 2).toBe(before.get('gatherly.things')!.at(-1)!.length);
    await expect(importInto({ directory: directory('to') })).rejects.toThrow(
      'the database gatherly holds documents already; nothing was imported.',
    );
    const again = await importInto({ directory: directory('to') }, { merge: true });
    expect(again).toMatchObject({ inserted: 0, present: 2502 });
    expect(await contents('to')).toEqual(before);
    expect((await checkStore(directory('to'), () => {})).faults).toBe(0);
    expect((await readdir(temporary.path)).sort()).toEqual(['dump.archive', 'from', 'to']);
  });

  it('goes by a URI as well, to and from a running store', async () => {
    await withStore('from', fill);
    await withStore('between', async (client) => {
      await exportFrom({ directory: directory('from') });
      // The directory has an owner: its server does the work.
      await importInto({ directory: directory('between') });
      expect(await client.db().collection('indexed').countDocuments()).toBe(2500);
      const uri = (client as unknown as { s: { url: string } }).s.url;
      await exportFrom({ uri: uri.replace('/gatherly?', '/?') });
    });
    await importInto({ directory: directory('to') });
    expect(await contents('to')).toEqual(await contents('from'));
  });

  it('imports one database under another name, but not two', async () => {
    await withStore('from', (client) => client.db('chat').collection('a').insertOne({ a: 1 }));
    await exportFrom({ directory: directory('from') });
    const { databases } = await importInto(
      { directory: directory('to') },
      { database: 'elsewhere' },
    );
    expect(databases).toEqual(['elsewhere']);
    await withStore('from', (client) => client.db('other').collection('a').insertOne({ a: 1 }));
    await exportFrom({ directory: directory('from') });
    await expect(
      importInto({ directory: directory('to2') }, { database: 'gatherly' }),
    ).rejects.toThrow('it holds several databases (chat, other)');
  });

  it('says which document a unique index of the target refuses', async () => {
    await withStore('from', (client) => client.db().collection('a').insertOne({ a: 1 }));
    await withStore('to', async (client) => {
      await client.db().collection('a').createIndex({ a: 1 }, { unique: true });
      await client.db().collection('a').insertOne({ a: 1 });
    });
    await exportFrom({ directory: directory('from') });
    const merged = importInto({ directory: directory('to') }, { merge: true });
    await expect(merged).rejects.toThrow(/E11000.*a_1/);
  });
});

describe('an archive that is not whole', () => {
  /** Connecting is the first thing that touches the target. */
  const neverConnects = (): Promise<never> => {
    throw new Error('connected');
  };
  const attempt = (bytes: Buffer): Promise<unknown> =>
    writeFile(archive, bytes).then(() => importArchive(archive, neverConnects));

  async function small(): Promise<Buffer> {
    await withStore('from', async (client) => {
      const db = client.db();
      await db.collection('a').createIndex({ a: 1 }, { unique: true });
      await db.createCollection('empty');
      for (const name of ['a', 'b']) {
        const documents = Array.from({ length: 60 }, (_, i) => ({ a: i, text: 'x'.repeat(i) }));
        await db.collection(name).insertMany(documents);
      }
    });
    await exportFrom({ directory: directory('from') });
    return readFile(archive);
  }

  it('is refused when a byte is wrong, before the target is touched', async () => {
    const good = await small();
    await expect(attempt(good)).rejects.toThrow('connected');
    // Bytes of the beginning and of the end, which the format's checksums do not cover: all, or some.
    const places = Array.from(good.keys()).filter(
      (at) => ((at < 1500 || at > good.length - 400) && at % times(5, 1) === 0) || at % 100 === 0,
    );
    for (const at of places) {
      const bytes = Buffer.from(good);
      bytes[at] = bytes[at]! ^ (at % 2 === 0 ? 0x01 : 0xff);
      const error: unknown = await attempt(bytes).catch((reason: unknown) => reason);
      expect(error, `byte ${at}`).toMatchObject({ name: 'BackupError' });
    }
  }, 120_000);

  it('is refused when it is cut off or goes on', async () => {
    const good = await small();
    const ends = Array.from(good.keys()).filter((at) => at < 50 || at % 37 === 0);
    for (const end of [...ends, good.length - 4, good.length - 1]) {
      const error: unknown = await attempt(good.subarray(0, end)).catch(
        (reason: unknown) => reason,
      );
      expect(error, `cut at ${end}`).toMatchObject({ name: 'BackupError' });
    }
    await expect(attempt(Buffer.concat([good, Buffer.alloc(5)]))).rejects.toThrow('damaged');
  }, 120_000);
});

describe('a compressed archive', () => {
  it('is unpacked as it is read, and refused where it is cut off or damaged', async () => {
    await withStore('from', (client) => client.db().collection('a').insertOne({ a: 1 }));
    const source = await openSource({ directory: directory('from') });
    await writeArchive(source, archive, { gzip: true });
    await source.close();
    const good = await readFile(archive);
    expect(good.subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
    const flipped = Buffer.from(good);
    flipped[good.length >> 1]! ^= 0x10;
    for (const bytes of [good.subarray(0, -1), good.subarray(0, 60), flipped]) {
      await writeFile(archive, bytes);
      await expect(importInto({ directory: directory('to') })).rejects.toMatchObject({
        name: 'BackupError',
      });
    }
    await writeFile(archive, good);
    expect(await importInto({ directory: directory('to') })).toMatchObject({ inserted: 1 });
  });
});
