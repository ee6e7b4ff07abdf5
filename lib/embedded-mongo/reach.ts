import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { startEmbeddedMongo, uriOf, type EmbeddedMongo } from './index.ts';
import { isTaken, shortPath } from './owner.ts';

/** The store of a directory, for a tool: that of the running server, or one for the duration. */
export async function reachEmbeddedMongo(directory: string): Promise<EmbeddedMongo> {
  try {
    return await startEmbeddedMongo({ directory });
  } catch (error) {
    if (!isTaken(error)) throw error;
  }
  const reach = await shortPath(resolve(directory));
  const socket = join(reach.path, 'store.sock');
  const isThere = await stat(socket).then(
    () => true,
    () => false,
  );
  if (isThere) return { uri: uriOf(socket), close: () => reach.dispose() };
  await reach.dispose();
  throw new Error(`${directory} is used by a process that does not answer there; give its --uri.`);
}
