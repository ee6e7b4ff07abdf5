import type { MongoClient } from 'mongodb';
import { metrics } from '#lib/metrics.ts';
import { changeAll, serverOf, type DriverServer } from './driver-internals.ts';

/**
 * Times the commands of a client that is connected, from asking for a connection to the answer. Not by
 * the driver's own events of commands: for these it makes objects of every answer a second time.
 */
export function timeCommands(client: MongoClient): void {
  changeAll(serverOf(client), (all) => {
    const { databaseSeconds } = metrics();
    const { command } = all;
    all.command = async function timedCommand(this: DriverServer, operation, ...rest) {
      const began = performance.now();
      let outcome = 'failed';
      try {
        const answer = await command.call(this, operation, ...rest);
        outcome = 'done';
        return answer;
      } finally {
        const seconds = (performance.now() - began) / 1000;
        databaseSeconds.observe({ command: operation.commandName, outcome }, seconds);
      }
    };
  });
}
