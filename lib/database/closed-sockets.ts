import type { MongoClient } from 'mongodb';
import { changeAll, serverOf, type DriverConnection } from './driver-internals.ts';

/**
 * Has a command fail whose connection is closed while it is written. The driver (7.8) waits then for
 * the socket to have room again, which never comes: the command hangs for ever and keeps its place in
 * the pool, whatever time-outs there are. It happens when the database dies under load.
 * @param client one that is connected and has had an answer
 */
export function guardWrites(client: MongoClient): void {
  const connection = serverOf(client).pool.connections.first();
  if (!connection) throw new Error('the driver has no connections where they are looked for');
  changeAll(connection, (all) => {
    const { writeCommand } = all;
    all.writeCommand = async function guardedWrite(this: DriverConnection, ...given) {
      let onClose = (): void => undefined;
      const closed = new Promise<never>((_, reject) => {
        onClose = () => reject(this.error ?? new Error('the connection was closed'));
        this.once('close', onClose);
      });
      await Promise.race([writeCommand.apply(this, given), closed]).finally(() =>
        this.off('close', onClose),
      );
    };
  });
}
