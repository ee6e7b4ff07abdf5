import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { MongoClient, type Collection, type Db } from 'mongodb';
import { startEmbeddedMongo, uriOf } from '#lib/embedded-mongo/index.ts';
import type { MessageDoc } from '#lib/models/message.ts';

export const writers = 64;

/** Something that speaks MongoDB's protocol on a Unix socket, and a client of it. */
export interface Side {
  db: Db;
  messages(collection: string): Collection<MessageDoc>;
  close(): Promise<void>;
}

async function connect(uri: string, stop: () => Promise<unknown>): Promise<Side> {
  const client = await new MongoClient(uri, { maxPoolSize: writers }).connect();
  const db = client.db('gatherly');
  return {
    db,
    messages: (collection) => db.collection<MessageDoc>(collection),
    async close() {
      await client.close();
      await stop();
    },
  };
}

/** The store of a directory, as the application starts it. */
export async function startStore(directory: string): Promise<Side> {
  const warnings: string[] = [];
  const onLog = (_level: string, message: string): void => void warnings.push(message);
  const store = await startEmbeddedMongo({ directory, onLog });
  return connect(store.uri, async () => {
    await store.close();
    if (warnings.length > 0) throw new Error(`The store logged: ${warnings.join(' ')}`);
  });
}

export async function startReference(directory: string): Promise<Side> {
  const socket = join(directory, 'reference.sock');
  const worker = new Worker(new URL('./reference-worker.mjs', import.meta.url), {
    workerData: { socket },
    execArgv: [],
  });
  await once(worker, 'message');
  return connect(uriOf(socket), () => worker.terminate());
}
