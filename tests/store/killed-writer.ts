// Writes until it is killed, and prints each write once it is acknowledged.
//   node killed-writer.mjs DIRECTORY RUN
import { MongoClient } from 'mongodb';
import { startEmbeddedMongo } from '#lib/embedded-mongo/index.ts';

const [directory = '', run = ''] = process.argv.slice(2);
const store = await startEmbeddedMongo({ directory });
const client = await new MongoClient(store.uri).connect();
const messages = client.db().collection<{ _id: string; at: number }>('messages');
const counters = client.db().collection<{ _id: string; n: number }>('counters');
await messages.createIndex({ chat: 1, seq: 1 }, { unique: true });
await messages.createIndex({ words: 1 });

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function write(writer: number): Promise<void> {
  const chat = `${run}-${writer}`;
  for (let seq = 0; ; seq += 3) {
    const batch = [seq, seq + 1, seq + 2].map((n) => ({
      _id: `${chat}-${n}`,
      chat,
      seq: n,
      words: [`w${n % 7}`, chat],
      at: 0,
    }));
    await messages.insertMany(batch);
    say(`inserted ${batch.map(({ _id }) => _id).join(' ')}`);
    const at = seq + 1;
    await messages.updateOne({ chat, seq }, { $set: { at, words: [`u${at}`] } });
    say(`updated ${chat}-${seq} ${at}`);
    await counters.updateOne({ _id: 'all' }, { $inc: { n: 1 } }, { upsert: true });
    say('counted');
    if (seq % 9 === 0) {
      await messages.deleteOne({ chat, seq: seq + 2 });
      say(`deleted ${chat}-${seq + 2}`);
    }
  }
}

await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));
