// Serves a store and writes batches of messages with numbers in a row until it is told to stop.
//   node export-while-writing.mjs DIRECTORY
import { MongoClient } from 'mongodb';
import { startEmbeddedMongo } from '#lib/embedded-mongo/index.ts';

const [directory = ''] = process.argv.slice(2);
const store = await startEmbeddedMongo({ directory });
const client = await new MongoClient(store.uri).connect();
const messages = client.db().collection('messages');
await messages.createIndex({ chat: 1, seq: 1 }, { unique: true });

const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());

async function write(chat: number): Promise<void> {
  for (let seq = 1; !stopping.signal.aborted; seq += 20) {
    const batch = Array.from({ length: 20 }, (_, i) => ({
      chat,
      seq: seq + i,
      body: 'x'.repeat(300),
    }));
    await messages.insertMany(batch);
    if (seq === 201) process.stdout.write('written\n');
  }
}

await Promise.all([1, 2, 3, 4].map(write));
await client.close();
await store.close();
