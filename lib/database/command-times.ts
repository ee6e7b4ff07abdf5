import type { MongoClient } from 'mongodb';
import { metrics } from '#lib/metrics.ts';

/** Times the commands of a client that was made with `monitorCommands`. */
export function timeCommands(client: MongoClient): void {
  const { databaseSeconds } = metrics();
  const note =
    (outcome: 'done' | 'failed') =>
    ({ commandName: command, duration }: { commandName: string; duration: number }) =>
      databaseSeconds.observe({ command, outcome }, duration / 1000);
  client.on('commandSucceeded', note('done'));
  client.on('commandFailed', note('failed'));
}
