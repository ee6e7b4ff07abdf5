import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, symlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inWords } from './unusable.ts';

/** Longer socket paths are cut off without a word (macOS takes three bytes less than Linux). */
const maxSocketPathBytes = 103;
const longestName = 'owner-0123456789ab.sock';
const answerMs = 2000;
const retryMs = 50;

export interface Owner {
  /** A path of the directory that is short enough for sockets in it. */
  path: string;
  release(): Promise<void>;
}

class DirectoryTaken extends Error {
  override name = 'DirectoryTaken';

  constructor(directory: string) {
    super(`Another Gatherly process is using ${directory}.`);
  }
}

export const isTaken = (error: unknown): boolean => error instanceof DirectoryTaken;

/**
 * Makes this process the only user of a directory, or throws.
 *
 * Every process listens on a socket of its own name before it looks for those of others, so of
 * two that start together at least one sees the other. The kernel closes the socket of a process
 * that dies, however it dies; a file that refuses connections is what one left behind.
 */
export async function ownDirectory(directory: string): Promise<Owner> {
  const reach = await shortPath(resolve(directory));
  try {
    const release = await claim(reach.path, directory);
    return {
      path: reach.path,
      async release() {
        await release();
        await reach.dispose();
      },
    };
  } catch (error) {
    await reach.dispose();
    throw inWords(directory, error);
  }
}

/** A directory by a path that leaves room for a socket's name: through a link if it must be. */
export async function shortPath(
  directory: string,
): Promise<{ path: string; dispose(): Promise<void> }> {
  const fits = (path: string): boolean =>
    Buffer.byteLength(join(path, longestName)) <= maxSocketPathBytes;
  if (fits(directory)) return { path: directory, dispose: () => Promise.resolve() };
  const own = await mkdtemp(join(tmpdir(), 'gatherly-'));
  const path = join(own, 'data');
  if (!fits(path)) throw new Error(`The path of ${tmpdir()} is too long for a socket.`);
  await symlink(directory, path, 'dir');
  return { path, dispose: () => rm(own, { recursive: true, force: true }) };
}

type State = 'starting' | 'owner';

async function claim(path: string, directory: string): Promise<() => Promise<void>> {
  for (;;) {
    const name = `owner-${randomBytes(6).toString('hex')}.sock`;
    const candidate = await listen(join(path, name));
    try {
      await waitForOthers(path, name, directory);
      // Somebody who looked before we listened may have taken our file for a dead one's.
      if (await isOurs(join(path, name))) {
        candidate.state = 'owner';
        return () => candidate.close();
      }
    } catch (error) {
      await candidate.close();
      throw error;
    }
    await candidate.close();
  }
}

const isOurs = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Returns when nobody else is there. Of two that are starting, the lower name goes first. */
async function waitForOthers(path: string, name: string, directory: string): Promise<void> {
  for (;;) {
    const states = await othersIn(path, name);
    if (states.size === 0) return;
    const mustYield = [...states].some(([other, state]) => state === 'owner' || other < name);
    if (mustYield) throw new DirectoryTaken(directory);
    await delay(retryMs);
  }
}

async function othersIn(path: string, name: string): Promise<Map<string, State>> {
  const states = new Map<string, State>();
  for (const other of await readdir(path)) {
    if (!/^owner-[0-9a-f]{12}\.sock$/.test(other) || other === name) continue;
    const state = await ask(join(path, other));
    if (state) states.set(other, state);
    else await rm(join(path, other), { force: true });
  }
  return states;
}

/** What the process behind a socket says it is; undefined if there is none. */
function ask(path: string): Promise<State | undefined> {
  return new Promise((done, reject) => {
    const socket = connect(path);
    let answer = '';
    socket.setEncoding('utf8');
    // Alive but too busy to answer is alive.
    socket.setTimeout(answerMs, () => {
      done('owner');
      socket.destroy();
    });
    socket.on('data', (text: string) => (answer += text));
    socket.on('end', () => done(answer === 'starting' ? 'starting' : 'owner'));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') done(undefined);
      else if (error.code === 'ECONNRESET' || error.code === 'EAGAIN') done('owner');
      else reject(error);
    });
  });
}

class Candidate {
  state: State = 'starting';

  constructor(private readonly server: Server) {}

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}

function listen(path: string): Promise<Candidate> {
  return new Promise((done, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.end(candidate.state);
    });
    const candidate = new Candidate(server);
    server.once('error', reject);
    server.listen(path, () => {
      server.unref();
      done(candidate);
    });
  });
}
