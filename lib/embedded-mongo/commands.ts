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
import type { Doc } from './values.ts';
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

/** Carries out one request. */
export async function execute(server: Server, request: Request): Promise<Reply> {
  const { body, sequences } = request;
  const name = Object.keys(body)[0] ?? '';
  const command = commands.get(name);
  if (!command) throw new StoreError(59, `no such command: '${name}'`);
  const database = body.$db;
  if (typeof database !== 'string' || database === '') {
    throw new StoreError(40571, 'OP_MSG requests require a $db argument');
  }
  return command(server, { name, database, body, sequences });
}
