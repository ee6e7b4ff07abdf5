import type { EventEmitter } from 'node:events';
import type { MongoClient } from 'mongodb';

/** One of the driver's connections, as far as it matters here. */
export interface DriverConnection extends EventEmitter {
  /** Why it was closed; null until then. */
  error: Error | null;
  writeCommand(...given: unknown[]): Promise<void>;
}

/** One of the driver's servers: what every command goes through, after it was told which one to ask. */
export interface DriverServer {
  command(operation: { commandName: string }, ...rest: unknown[]): Promise<unknown>;
  pool: { connections: { first(): DriverConnection | null } };
}

interface Internals {
  topology?: { s: { servers: ReadonlyMap<string, DriverServer> } };
}

/** A server of a client that is connected. */
export function serverOf(client: MongoClient): DriverServer {
  const [server] = (client as unknown as Internals).topology?.s.servers.values() ?? [];
  if (!server) throw new Error('the driver has no servers where they are looked for');
  return server;
}

const changed = new WeakSet<object>();

/** Changes what all objects of this one's kind inherit, those that come later too; once. */
export function changeAll<T extends object>(one: T, change: (all: T) => void): void {
  const all = Object.getPrototypeOf(one) as T;
  if (changed.has(all)) return;
  changed.add(all);
  change(all);
}
