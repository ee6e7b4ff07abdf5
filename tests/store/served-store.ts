import { join } from 'node:path';
import { MongoClient, type Db } from 'mongodb';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { startEmbeddedMongo, type EmbeddedMongo } from '#lib/embedded-mongo/index.ts';
import { temporaryDirectory } from './support.ts';

interface ServedStore {
  client: MongoClient;
  db: Db;
}

/** A store of this file's own with the driver connected to it, empty before each test. */
export async function servedStore(): Promise<ServedStore> {
  const directory = await temporaryDirectory();
  const served = {} as ServedStore;
  let store: EmbeddedMongo;
  beforeAll(async () => {
    store = await startEmbeddedMongo({ directory: join(directory.path, 'data') });
    served.client = await new MongoClient(store.uri).connect();
    served.db = served.client.db();
  });
  beforeEach(async () => {
    await served.db.dropDatabase();
  });
  afterAll(async () => {
    await served.client.close();
    await store.close();
    await directory.remove();
  });
  return served;
}
