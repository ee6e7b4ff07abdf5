import { randomBytes } from 'node:crypto';
import { connectTool } from '#lib/database/connect.ts';
import { reachEmbeddedMongo } from '#lib/embedded-mongo/reach.ts';
import { storeFile } from '#lib/embedded-mongo/snapshot.ts';
import { loadRedis, redis } from '#lib/nodes/redis.ts';
import { accountNamed, replacePassword } from '#lib/use-cases/accounts.ts';
import { BackupError } from './archive.ts';
import { loadEnvFiles, parseArguments, runTool, type Place } from './places.ts';

// npm run db:password -- USERNAME [--uri URI | --data DIRECTORY]
await runTool('db:password', async () => {
  const { place, file: given } = parseArguments(process.argv.slice(2));
  if (given === undefined) throw new BackupError('name whose password is forgotten: USERNAME');
  const username = given.trim().replace(/^@/, '').toLowerCase();
  const password = newPassword();
  const ended = await withApplication(place, async () => {
    const account = await accountNamed(username);
    // Said before it is so: should a later step fail, nobody is left with a password that nobody knows.
    process.stdout.write(`The new password of ${username} is to be ${password}\n`);
    return replacePassword(account, password);
  });
  return `It is set, and ${ended === 1 ? '1 session has' : `${ended} sessions have`} ended.`;
});

/** As use cases find it in a server: with the database, and with the other processes where there is Redis. */
async function withApplication<T>(place: Place, run: () => Promise<T>): Promise<T> {
  loadEnvFiles();
  await loadRedis();
  const { uri, close } = await reach(place);
  try {
    const disconnect = await connectTool(uri);
    try {
      return await run();
    } finally {
      await disconnect();
    }
  } finally {
    redis()?.close();
    await close();
  }
}

async function reach(place: Place): Promise<{ uri: string; close(): Promise<void> }> {
  if ('uri' in place) return { uri: place.uri, close: () => Promise.resolve() };
  // Where there is no store one would be made, with nobody in it.
  storeFile(place.directory);
  return reachEmbeddedMongo(place.directory);
}

/** 100 random bits that can be read out: without the letters i, l, o and u. */
function newPassword(): string {
  const letters = '0123456789abcdefghjkmnpqrstvwxyz';
  const random = Array.from(randomBytes(20), (byte) => letters[byte % letters.length]).join('');
  return random.replaceAll(/.{5}(?=.)/g, '$&-');
}
