import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { MongoClient } from 'mongodb';
import { reachEmbeddedMongo } from '#lib/embedded-mongo/reach.ts';
import { readSettings } from '#lib/env.ts';
import { BackupError } from './archive.ts';

/** A MongoDB, or the directory of an embedded store. */
export type Place = { uri: string } | { directory: string };

export interface Arguments {
  place: Place;
  file: string | undefined;
  /** The name under which the one database of an archive is imported. */
  database: string | undefined;
  /** Import into databases that hold something. */
  merge: boolean;
  /** Write an archive that is compressed. */
  gzip: boolean;
}

type Option = 'out' | 'db' | 'merge' | 'gzip';

/**
 * What the application would use, unless `--uri` or `--data` says otherwise.
 * @param takes the options that this tool has beside these two
 */
export function parseArguments(args: string[], takes: Option[] = []): Arguments {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      uri: { type: 'string' },
      data: { type: 'string' },
      out: { type: 'string' },
      db: { type: 'string' },
      merge: { type: 'boolean' },
      gzip: { type: 'boolean' },
    },
  });
  const { uri, data, ...own } = values;
  const foreign = Object.keys(own).find((name) => !takes.some((option) => option === name));
  if (foreign !== undefined) throw new BackupError(`there is no option --${foreign} here`);
  if (positionals.length > 1) throw new BackupError('more than one file is named');
  return {
    place: placeOf(uri, data),
    file: own.out ?? positionals[0],
    database: own.db,
    merge: own.merge ?? false,
    gzip: own.gzip ?? false,
  };
}

function placeOf(uri: string | undefined, directory: string | undefined): Place {
  if (uri !== undefined) return { uri };
  if (directory !== undefined) return { directory };
  loadEnvFiles();
  const { MONGODB_URI, DATA_DIR } = readSettings(process.env);
  return MONGODB_URI === undefined ? { directory: DATA_DIR } : { uri: MONGODB_URI };
}

/** Makes the settings those of the server: `.env.local`, then `.env`; what is set already wins. */
export function loadEnvFiles(): void {
  for (const file of ['.env.local', '.env']) if (existsSync(file)) process.loadEnvFile(file);
}

/** For tools that work on the files themselves. */
export function directoryOf(place: Place): string {
  if ('directory' in place) return place.directory;
  throw new BackupError('only an embedded store has files of ours; name it with --data DIRECTORY');
}

export interface Connection {
  client: MongoClient;
  /** The database that the URI names. */
  database: string | undefined;
  close(): Promise<void>;
}

/** Connects to a place by the ordinary driver. */
export async function connectTo(place: Place): Promise<Connection> {
  if ('uri' in place) return connectToUri(place.uri);
  const store = await reachEmbeddedMongo(place.directory);
  try {
    const { client, close } = await connectToUri(store.uri);
    return {
      client,
      // It is the store's own name for a connection, not somebody's choice.
      database: undefined,
      async close() {
        await close();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function connectToUri(uri: string): Promise<Connection> {
  const client = new MongoClient(uri, {
    serverSelectionTimeoutMS: 5_000,
    writeConcern: { w: 'majority', journal: true },
  });
  await client.connect();
  const database = /^[^/]+\/\/[^/]+\/([^?]+)/.exec(uri)?.[1];
  return {
    client,
    database: database === undefined ? undefined : decodeURIComponent(database),
    close: () => client.close(),
  };
}

const documentsPerLine = 100_000;

/** Tells the person at the terminal how far a tool has come. */
export class Progress {
  private count = 0;
  private name: string | undefined;

  /** One more document of a collection, all of whose documents come in a row or nearly so. */
  add(name: string): void {
    if (name !== this.name) this.end();
    this.name = name;
    this.count++;
    if (this.count % documentsPerLine === 0) this.say('…');
  }

  end(): void {
    if (this.name !== undefined) this.say('');
    this.name = undefined;
    this.count = 0;
  }

  private say(more: string): void {
    const documents = this.count === 1 ? 'document' : 'documents';
    process.stderr.write(`${this.name}: ${this.count} ${documents}${more}\n`);
  }
}

/** Runs a tool: its answer is one line, and so is its failure. */
export async function runTool(verb: string, run: () => Promise<string>): Promise<void> {
  try {
    process.stdout.write(`${await run()}\n`);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${verb} failed: ${text.replaceAll(/\s*\n\s*/g, ' ')}\n`);
    process.exitCode = 1;
  }
}
