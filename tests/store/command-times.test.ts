import { MongoClient } from 'mongodb';
import { expect, it } from 'vitest';
import { timeCommands } from '#lib/database/command-times.ts';
import { metrics } from '#lib/metrics.ts';
import { servedStore } from './served-store.ts';

const served = await servedStore();

/** How often each command was timed, by its name and what became of it. */
async function timed(): Promise<Record<string, number>> {
  const { values } = await metrics().databaseSeconds.get();
  return Object.fromEntries(
    values
      .filter(({ metricName }) => metricName?.endsWith('_count'))
      .map(({ labels, value }) => [`${labels.command} ${labels.outcome}`, value]),
  );
}

it('times every command once, of every client, whatever became of it', async () => {
  timeCommands(served.client);
  timeCommands(served.client);
  const things = served.db.collection<{ _id: number }>('things');
  metrics().databaseSeconds.reset();
  await things.insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3 }]);
  // An answer, if a refusal: the database did its work.
  await expect(things.insertOne({ _id: 1 })).rejects.toMatchObject({ code: 11000 });
  await expect(things.findOne({ $wrong: 1 } as never)).rejects.toThrow();
  expect(await things.find({}, { batchSize: 2 }).toArray()).toHaveLength(3);
  expect(await timed()).toEqual({
    'insert done': 2,
    'find failed': 1,
    'find done': 1,
    'getMore done': 1,
  });

  const { hosts } = served.client.options;
  const uri = `mongodb://${encodeURIComponent(String(hosts[0]))}/?directConnection=true`;
  const other = await new MongoClient(uri).connect();
  await other.db('elsewhere').collection('things').findOne();
  await other.close();
  expect(await timed()).toMatchObject({ 'find done': 2 });
});
