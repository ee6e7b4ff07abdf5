import type { EventEmitter } from 'node:events';
import type { MongoClient } from 'mongodb';

/** One of the driver's connections, as far as it matters here. */
interface Connection extends EventEmitter {
  /** Why it was closed; null until then. */
  error: Error | null;
  writeCommand(...given: unknown[]): Promise<void>;
}

interface Internals {
  topology?: {
    s: {
      servers: ReadonlyMap<string, { pool: { connections: { first(): Connection | null } } }>;
    };
  };
}

const guarded = new WeakSet<object>();

/**
 * Has a command fail whose connection is closed while it is written. The driver (7.8) waits then for
 * the socket to have room again, which never comes: the command hangs for ever and keeps its place in
 * the pool, whatever time-outs there are. It happens when the database dies under load.
 * @param client one that is connected and has had an answer
 */
export function guardWrites(client: MongoClient): void {
  const [server] = (client as unknown as Internals).topology?.s.servers.values() ?? [];
  const connection = server?.pool.connections.first();
  if (!connection) throw new Error('the driver has no connections where they are looked for');
  // What all connections inherit, those that come later too.
  const all = Object.getPrototypeOf(connection) as Connection;
  if (guarded.has(all)) return;
  guarded.add(all);
  const { writeCommand } = all;
  all.writeCommand = async function guardedWrite(this: Connection, ...given) {
    let onClose = (): void => undefined;
    const closed = new Promise<never>((_, reject) => {
      onClose = () => reject(this.error ?? new Error('the connection was closed'));
      this.once('close', onClose);
    });
    await Promise.race([writeCommand.apply(this, given), closed]).finally(() =>
      this.off('close', onClose),
    );
  };
}
