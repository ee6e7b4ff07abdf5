import { administrationCommands } from './commands-admin.ts';
import { bulkCommands } from './commands-bulk.ts';
import { explainCommands } from './commands-explain.ts';
import { readCommands } from './commands-read.ts';
import { writeCommands } from './commands-write.ts';
import { schemaCommands } from './commands-schema.ts';
import { statisticsCommands } from './commands-statistics.ts';
import type { Cursors } from './cursors.ts';
import { StoreError } from './errors.ts';
import type { Store } from './store.ts';
import { isObject, type Doc } from './values.ts';
import type { Reply, Request } from './wire.ts';

export type Log = (level: 'info' | 'warn' | 'error', message: string, detail?: object) => void;

/** What commands work on. */
export interface Server {
  store: Store;
  cursors: Cursors;
  log: Log;
  /** Kinds of queries whose scans were logged in the last minute. */
  loggedScans: Set<string>;
  /** Throws when the disk is too full to take more. */
  checkSpace(): void;
}

/** One command with its arguments. */
export interface Call {
  name: string;
  database: string;
  body: Doc;
  sequences: Map<string, Buffer[]>;
}

export type Command = (server: Server, call: Call) => Reply | Promise<Reply>;

const commands = new Map<string, Command>(
  Object.entries({
    ...administrationCommands,
    ...readCommands,
    ...writeCommands,
    ...schemaCommands,
    ...bulkCommands,
    ...explainCommands,
    ...statisticsCommands,
  }),
);

/** The commands of MongoDB's stable API, beyond which a client may not want to go. */
const stable = new Set(
  `abortTransaction aggregate bulkWrite collMod commitTransaction count create createIndexes delete drop
  dropDatabase dropIndexes endSessions explain find findAndModify getMore hello insert isMaster ismaster
  killCursors killSessions listCollections listDatabases listIndexes ping refreshSessions update`.split(
    /\s+/,
  ),
);

function checkApi(name: string, body: Doc): void {
  const { apiVersion, apiStrict, apiDeprecationErrors, pipeline } = body;
  if (apiVersion === undefined) {
    if (apiStrict === undefined && apiDeprecationErrors === undefined) return;
    throw new StoreError(72, 'Provided apiStrict or apiDeprecationErrors without apiVersion');
  }
  if (apiVersion !== '1') throw new StoreError(322, 'API version must be "1"');
  if (apiStrict !== true) return;
  // Of the stages it is the only one that is not stable and not refused anyway.
  const [stage] = Array.isArray(pipeline) ? (pipeline as unknown[]) : [];
  const isUnstable = isObject(stage) && '$listLocalSessions' in stage;
  if (stable.has(name) && !isUnstable) return;
  const what = isUnstable ? 'stage $listLocalSessions' : `the command ${name}`;
  throw new StoreError(323, `Provided apiStrict:true, but ${what} is not in API Version 1.`);
}

/** Carries out one request. */
export async function execute(server: Server, request: Request): Promise<Reply> {
  const { body, sequences } = request;
  const name = Object.keys(body)[0] ?? '';
  const command = commands.get(name);
  if (name === 'aggregate' && body.explain === true) {
    // The older way to ask for it; the cursor is left out, as there will be none.
    const { explain: _, cursor: _cursor, ...inner } = body;
    const explained = { explain: inner, verbosity: 'queryPlanner', $db: body.$db };
    return execute(server, { ...request, body: explained });
  }
  if (!command) throw new StoreError(59, `no such command: '${name}'`);
  const database = body.$db;
  if (typeof database !== 'string' || database === '') {
    throw new StoreError(40571, 'OP_MSG requests require a $db argument');
  }
  checkApi(name, body);
  return command(server, { name, database, body, sequences });
}
