import path from 'node:path';
import { MongoClient } from 'mongodb';

const given = process.env.TEST_MONGODB_URI;

/**
 * The URI of a database of that name where TEST_MONGODB_URI names a MongoDB, on which the suite
 * then runs; undefined where each server has a store of its own.
 */
export function databaseUri(name: string): string | undefined {
  if (given === undefined) return undefined;
  const parts = /^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/[^?]*)?(\?.*)?$/.exec(given);
  if (!parts) throw new Error('TEST_MONGODB_URI is no mongodb:// URI');
  return `${parts[1]}/${name}${parts[2] ?? ''}`;
}

/** A database for whoever uses this directory, now and after a restart. */
export const databaseUriOf = (directory: string): string | undefined =>
  databaseUri(`test-${path.basename(directory).replaceAll(/[^\w-]/g, '-')}`);

export async function dropDatabase(uri: string): Promise<void> {
  const client = await new MongoClient(uri).connect();
  await client.db().dropDatabase();
  await client.close();
}
