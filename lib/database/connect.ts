import { setTimeout as delay } from 'node:timers/promises';
import type { IndexDescription } from 'mongodb';
import mongoose, { type ConnectOptions } from 'mongoose';
import { startEmbeddedMongo, type EmbeddedMongo } from '#lib/embedded-mongo/index.ts';
import { AppError } from '#lib/contract/errors.ts';
import { env } from '#lib/env.ts';
import { log } from '#lib/log.ts';
import { BlockModel } from '#lib/models/block.ts';
import { ConversationModel } from '#lib/models/conversation.ts';
import { MemberModel } from '#lib/models/member.ts';
import { MessageModel } from '#lib/models/message.ts';
import { PictureModel } from '#lib/models/picture.ts';
import { SessionModel } from '#lib/models/session.ts';
import { UserModel } from '#lib/models/user.ts';
import { isPageHost } from '#lib/page-host.ts';
import { patiently } from '#lib/patience.ts';
import { forget, remember } from '#lib/runtime.ts';
import { guardWrites } from './closed-sockets.ts';
import { timeCommands } from './command-times.ts';

const models = [
  UserModel,
  BlockModel,
  SessionModel,
  ConversationModel,
  MemberModel,
  MessageModel,
  PictureModel,
];

const options: ConnectOptions = {
  // A tick means stored: on a majority, in the journal.
  writeConcern: { w: 'majority', journal: true },
  bufferCommands: false,
  autoIndex: false,
  autoCreate: false,
  serverSelectionTimeoutMS: 3_000,
  connectTimeoutMS: 3_000,
  socketTimeoutMS: 10_000,
  heartbeatFrequencyMS: 2_000,
  maxPoolSize: 20,
};

/** There may be hundreds of them, each for a few requests at a time, that are held up between two. */
const pageHostOptions: ConnectOptions = {
  heartbeatFrequencyMS: 10_000,
  maxPoolSize: 5,
  maxIdleTimeMS: 30_000,
};

interface Database {
  /** Where the data lies, in words for the operator; without credentials. */
  where: string;
  /** Resolves at the first connection; later outages are the driver's to mend. */
  ready: Promise<void>;
  close(): Promise<void>;
}

/** The one database of this process; opened at the first call, then connected for as long as it takes. */
export const database = (): Promise<Database> => remember('database', open);

/**
 * Resolves when the database can be asked.
 * @throws AppError `unavailable` when that is not so within `withinMs`.
 */
export async function connected(withinMs = 3_000): Promise<void> {
  // Not merely connected: without the unique indexes nothing would keep nodes apart.
  const { ready } = await database();
  await patiently(
    withinMs,
    ready,
    () => new AppError('unavailable', 'The database cannot be reached.'),
  );
}

/**
 * Connects a tool, which makes nothing that is not there. Resolves with how to end that.
 * @throws within about 3 s when the database cannot be reached.
 */
export async function connectTool(uri: string): Promise<() => Promise<void>> {
  await mongoose.connect(uri, { ...options, ...databaseName(uri) });
  return () => mongoose.disconnect();
}

/** Resolves when the database has answered. @throws when it has not within about 3 s. */
export async function pingDatabase(): Promise<void> {
  await connected();
  await mongoose.connection.db?.command({ ping: 1 }, { timeoutMS: 3_000 });
}

/** Ends the connection, and the embedded store if that is what it is. */
export async function closeDatabase(): Promise<void> {
  const { close } = await database();
  await close();
  forget('database');
}

async function open(): Promise<Database> {
  const given = env().MONGODB_URI;
  // There is no disk.
  if (!given && isPageHost()) throw new AppError('unavailable', 'MONGODB_URI is not set.');
  const embedded: EmbeddedMongo | undefined = given
    ? undefined
    : await startEmbeddedMongo({
        directory: env().DATA_DIR,
        onLog: (level, message, detail) => log()[level](detail ?? {}, message),
      });
  const stopped = new AbortController();
  const ready = connectUntil(stopped.signal, given ?? embedded?.uri ?? '');
  ready.catch(() => undefined);
  return {
    where: given ? `MongoDB at ${withoutCredentials(given)}` : `data in ${env().DATA_DIR}`,
    ready,
    close: async () => {
      stopped.abort();
      await mongoose.disconnect();
      await embedded?.close();
    },
  };
}

/** Tries until it is connected and the indexes are there; the database may come up after us. */
async function connectUntil(stopped: AbortSignal, uri: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await mongoose.connect(uri, {
        ...options,
        ...(isPageHost() && pageHostOptions),
        ...databaseName(uri),
      });
      const client = mongoose.connection.getClient();
      timeCommands(client);
      await client.db().command({ ping: 1 });
      guardWrites(client);
      await Promise.all(models.map(makeIndexes));
      return;
    } catch (error) {
      stopped.throwIfAborted();
      // The first may fail because this process itself is busy with starting.
      log()[attempt === 1 ? 'warn' : 'error'](
        { error: (error as Error).message, attempt },
        'the database cannot be reached; trying again',
      );
      await delay(Math.min(500 * attempt, 5_000), undefined, { signal: stopped });
    }
  }
}

/** In one command, where Mongoose sends one for each: a page host begins with this, often and far away. */
const makeIndexes = ({ schema, collection }: (typeof models)[number]): Promise<string[]> =>
  collection.createIndexes(
    schema.indexes().map(([key, options]) => ({ key, ...options }) as IndexDescription),
  );

const databaseName = (uri: string): ConnectOptions =>
  /^[^/]+\/\/[^/]+\/[^?]+/.test(uri) ? {} : { dbName: 'gatherly' };

const withoutCredentials = (uri: string): string =>
  uri.replace(/\/\/[^@/]*@/, '//').replace(/\?.*/, '');
