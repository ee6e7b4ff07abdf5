import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Gatherly, and the smallest server of the same stack: storing each batch durably, or nothing. */
export type Side = 'gatherly' | 'durable' | 'memory';

export interface Server {
  url: string;
  /** The processes that serve. */
  pids: number[];
  /** Of Gatherly's database. */
  databaseUri: string;
  /** Ends it and what it stored, if that was made for it. @throws when it has complained. */
  stop(): Promise<void>;
}

/** How a server is to be started. */
export interface Start {
  /** Where directories for data may be made. */
  scratch: string;
  /** Data to go on with; else it begins with none. */
  dataDir?: string;
  /** Arguments for Node, such as --cpu-prof. */
  nodeArguments?: string[];
  /** For the reference: be wrong in this way. */
  fault?: string;
}

/** Of `npm start`; the reference has the same, so that the garbage of both is collected alike. */
const asInProduction = '--max-semi-space-size=32';

const root = fileURLToPath(new URL('../..', import.meta.url));
const most = '9999999/1';

/** Counted as ever, but high enough for a load that comes from one address. */
const settings = {
  NODE_ENV: 'production' as const,
  PORT: '0',
  HOST: '127.0.0.1',
  LOG_LEVEL: 'warn',
  RATE_LIMIT_PASSWORD_ADDRESS: most,
  RATE_LIMIT_REGISTER: most,
  RATE_LIMIT_MESSAGES: most,
  RATE_LIMIT_TYPING: most,
  RATE_LIMIT_LOOKUPS: most,
  RATE_LIMIT_REQUESTS: most,
  RATE_LIMIT_ANONYMOUS: most,
  RATE_LIMIT_ADDRESS: most,
  RATE_LIMIT_CONNECTIONS: most,
  SOCKETS_PER_ADDRESS: '1000000',
};

export const gatherlyEnv = (dataDir: string): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  ...settings,
  DATA_DIR: dataDir,
});

export const uriOf = (dataDir: string): string =>
  `mongodb://${encodeURIComponent(`${dataDir}/store.sock`)}/gatherly?directConnection=true`;

export async function startSide(side: Side, start: Start): Promise<Server> {
  const made = start.dataDir ?? (await mkdtemp(join(start.scratch, `${side}-`)));
  const args = [asInProduction, ...(start.nodeArguments ?? [])];
  if (side === 'gatherly') {
    args.push('--enable-source-maps', 'dist/server.mjs');
  } else {
    args.push('--import', 'tsx', 'bench/chat/reference/server.ts');
    if (side === 'durable') args.push('--journal', join(made, 'journal'));
    if (start.fault !== undefined) args.push('--fault', start.fault);
  }
  const { url, pid, stop } = await launch(process.execPath, args, gatherlyEnv(made));
  return {
    url,
    pids: [pid],
    databaseUri: uriOf(made),
    async stop() {
      await stop();
      if (start.dataDir === undefined) await rm(made, { recursive: true });
    },
  };
}

/** Runs a program of the project; resolves when it says where it is. */
export async function launch(program: string, args: string[], env: NodeJS.ProcessEnv) {
  const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const ended = once(child, 'exit');
  const killIt = (): void => void child.kill('SIGKILL');
  process.once('exit', killIt);
  const line = await Promise.race([announcementOf(child.stdout), ended.then(() => undefined)]);
  const url = /http:\/\/localhost:\d+/.exec(line ?? '')?.[0];
  if (url === undefined) throw new Error(`${program} ${args.join(' ')} ended:\n${log}`);
  return {
    // By its address: to look up a name costs both sides the same, and is not what is measured.
    url: url.replace('localhost', '127.0.0.1'),
    pid: child.pid!,
    /** @param server the process to tell, if it is not the program itself */
    async stop(server = child.pid!) {
      process.kill(server, 'SIGTERM');
      await ended;
      process.off('exit', killIt);
      const errors = log.split('\n').filter((each) => /"level":[56]0/.test(each));
      if (errors.length > 0) throw new Error(`The server logged errors:\n${errors.join('\n')}`);
    },
  };
}

function announcementOf(output: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve) => {
    createInterface({ input: output }).on('line', (line) => {
      if (/ is at http/.test(line)) resolve(line);
    });
  });
}
