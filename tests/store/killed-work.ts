// Does something long to a store, and prints when it begins and when it is done; or it is killed.
//   node killed-work.mjs DIRECTORY WORK [ARCHIVE]
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { importArchive } from '#lib/backup/import-archive.ts';
import { connectTo } from '#lib/backup/places.ts';
import { formatKey } from '#lib/embedded-mongo/catalog.ts';
import { compactStore } from '#lib/embedded-mongo/compact.ts';
import { startEmbeddedMongo } from '#lib/embedded-mongo/index.ts';
import { Storage } from '#lib/embedded-mongo/storage.ts';
import { Store } from '#lib/embedded-mongo/store.ts';

const [directory = '', work = '', archive = ''] = process.argv.slice(2);

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function withThings(run: (client: MongoClient) => Promise<unknown>): Promise<void> {
  const store = await startEmbeddedMongo({ directory });
  const client = await new MongoClient(store.uri).connect();
  say('begins');
  await run(client);
  say('done');
  await client.close();
  await store.close();
}

const things = (client: MongoClient) => client.db().collection('things');

const works: Record<string, () => Promise<void>> = {
  index: () => withThings((client) => things(client).createIndex({ words: 1, text: 1 })),
  update: () => withThings((client) => things(client).updateMany({}, { $inc: { n: 1_000_000 } })),
  delete: () => withThings((client) => things(client).deleteMany({ n: { $gte: 0 } })),
  async compact() {
    say('begins');
    await compactStore(directory);
    say('done');
  },
  async import() {
    say('begins');
    await importArchive(archive, () => connectTo({ directory }), { merge: true });
    say('done');
  },
  async migrate() {
    const path = join(directory, 'store.lmdb');
    const storage = Storage.open(path);
    await storage.transaction(() => storage.put(formatKey, Buffer.from('gatherly 1')));
    await storage.close();
    say('begins');
    await (await Store.open(path)).close();
    say('done');
  },
};
await works[work]!();
