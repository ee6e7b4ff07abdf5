import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import mongoose from 'mongoose';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { startEmbeddedMongo, type EmbeddedMongo } from '#lib/embedded-mongo/index.ts';
import { callerFromToken } from '#lib/auth/caller.ts';
import { MemberModel } from '#lib/models/member.ts';
import { SessionModel } from '#lib/models/session.ts';
import { UserModel } from '#lib/models/user.ts';
import { onPublication, type Publication } from '#lib/publish.ts';
import { createToken, register } from '#lib/use-cases/accounts.ts';
import type { Caller, Visitor } from '#lib/use-cases/define.ts';
import { databaseUriOf } from '../support/database.ts';

process.env.LOG_LEVEL ??= 'silent';
process.env.RATE_LIMITS ??= 'off';
process.env.SESSION_SECRET ??= 'a secret for tests only';

export const laptop: Visitor = {
  device: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  address: '127.0.0.1',
};
export const phone: Visitor = {
  device:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1',
  address: '127.0.0.2',
};
export const password = 'correct horse';

/** An empty database for each test of the file. */
export function withDatabase() {
  const models = [UserModel, SessionModel, MemberModel];
  const directory = mkdtempSync(path.join(tmpdir(), 'gatherly-auth-'));
  let uri = databaseUriOf(directory);
  let store: EmbeddedMongo | undefined;
  const connect = () => mongoose.connect(uri!, { bufferCommands: false });
  beforeAll(async () => {
    if (!uri) {
      store = await startEmbeddedMongo({ directory });
      uri = store.uri;
    }
    await connect();
    for (const model of models) await model.createIndexes();
  });
  beforeEach(async () => {
    await Promise.all(models.map((model) => model.collection.deleteMany({})));
    await mongoose.connection.collection('oauth_accounts').deleteMany({});
  });
  afterAll(async () => {
    if (!store) await mongoose.connection.dropDatabase();
    await mongoose.disconnect();
    await store?.close();
    rmSync(directory, { recursive: true, force: true });
  });
  return { connect };
}

export const signUp = async (
  username: string,
  more: { displayName?: string; email?: string } = {},
) => (await register(laptop, { username, password, ...more })).user;

/** Signs in as a program does. */
export async function signIn(
  username: string,
  visitor = laptop,
): Promise<Caller & { token: string }> {
  const { token } = await createToken(visitor, { username, password });
  return { ...(await callerFromToken(token, visitor, 'session')), token };
}

/** The code with which the promise is refused, or the name of its error; null when it is not. */
export const refusalOf = (promise: Promise<unknown>): Promise<string | null> =>
  promise.then(
    () => null,
    (error: { code?: string; name: string }) => error.code ?? error.name,
  );

/** What is published while it runs. */
export async function publishedBy(run: () => Promise<unknown>): Promise<Publication[]> {
  const heard: Publication[] = [];
  const stop = onPublication((publication) => heard.push(publication));
  await run().finally(stop);
  return heard;
}
