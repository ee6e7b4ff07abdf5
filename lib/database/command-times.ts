import type { MongoClient } from 'mongodb';
import { metrics } from '#lib/metrics.ts';

/** One of the driver's servers: what every command goes through, after it was told which one to ask. */
interface Server {
  command(operation: { commandName: string }, ...rest: unknown[]): Promise<unknown>;
}

interface Internals {
  topology?: { s: { servers: ReadonlyMap<string, Server> } };
}

const timed = new WeakSet<object>();

/**
 * Times the commands of a client that is connected, from asking for a connection to the answer. Not by
 * the driver's own events of commands: for these it makes objects of every answer a second time.
 */
export function timeCommands(client: MongoClient): void {
  const [server] = (client as unknown as Internals).topology?.s.servers.values() ?? [];
  if (!server) throw new Error('the driver has no servers where they are looked for');
  // What all of its servers inherit, those that come later too.
  const all = Object.getPrototypeOf(server) as Server;
  if (timed.has(all)) return;
  timed.add(all);
  const { databaseSeconds } = metrics();
  const { command } = all;
  all.command = async function timedCommand(this: Server, operation, ...rest) {
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
}
