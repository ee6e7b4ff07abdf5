import { Binary, Long, UUID } from 'bson';
import { checkFields, documentArgument } from './arguments.ts';
import type { Call, Command, Server } from './commands.ts';
import { refuseTransaction, StoreError } from './errors.ts';
import { matcher } from './match.ts';
import { ok } from './replies.ts';
import { bytesOf, isObject, maxDocumentBytes, type Doc } from './values.ts';
import { maxMessageBytes } from './wire.ts';

/** The version whose behaviour is kept; drivers and tools decide by it what they may send. */
export const version = '8.0.0';
const wireVersion = 25;

let connections = 0;
export const connectionsSoFar = (): number => connections;

const hello: Command = (_server, { name }) =>
  ok({
    ...(name === 'hello' ? { isWritablePrimary: true } : { ismaster: true }),
    helloOk: true,
    maxBsonObjectSize: maxDocumentBytes,
    maxMessageSizeBytes: maxMessageBytes,
    maxWriteBatchSize: 100_000,
    localTime: new Date(),
    logicalSessionTimeoutMinutes: 30,
    connectionId: ++connections,
    minWireVersion: 0,
    maxWireVersion: wireVersion,
    readOnly: false,
  });

const buildInfo: Command = () =>
  ok({
    version,
    gitVersion: 'embedded',
    modules: [],
    versionArray: [...version.split('.').map(Number), 0],
    bits: 64,
    debug: false,
    maxBsonObjectSize: maxDocumentBytes,
    storageEngines: ['lmdb'],
  });

/** The session of a command as text, for finding its cursors again. */
export function sessionOf(lsid: unknown): string | undefined {
  const id = isObject(lsid) ? lsid.id : undefined;
  return id instanceof Binary ? bytesOf(id).toString('hex') : undefined;
}

function endSessions({ cursors }: Server, { body, name }: Call): Doc {
  const sessions = body[name];
  for (const lsid of Array.isArray(sessions) ? sessions : []) {
    const session = sessionOf(lsid);
    if (session) cursors.killSession(session);
  }
  return ok();
}

const startSession: Command = () => ok({ id: { id: new UUID().toBinary() }, timeoutMinutes: 30 });

/** Ends everybody's; there are no users whose sessions alone could be meant. */
function killAllSessions({ cursors }: Server): Doc {
  cursors.killAll();
  return ok();
}

const connectionStatus: Command = (_server, { body }) =>
  ok({
    authInfo: {
      authenticatedUsers: [],
      authenticatedUserRoles: [],
      ...(body.showPrivileges === true && { authenticatedUserPrivileges: [] }),
    },
  });

function listDatabases({ store }: Server, { body }: Call): Doc {
  checkFields('listDatabases', body, ['nameOnly', 'filter', 'authorizedDatabases']);
  const names = new Set([...store.catalog.values()].map(({ database }) => database));
  const databases = [...names]
    .sort()
    .map((name) => ({ name, sizeOnDisk: Long.fromNumber(0), empty: false }))
    .filter(matcher(documentArgument(body, 'filter')));
  if (body.nameOnly === true) return ok({ databases: databases.map(({ name }) => ({ name })) });
  return ok({ databases, totalSize: Long.fromNumber(0) });
}

const parameters: Doc = {
  authenticationMechanisms: [],
  enableTestCommands: false,
  featureCompatibilityVersion: { version: version.replace(/\.\d+$/, '') },
  requireApiVersion: false,
};

/** By its parameters tools and tests learn what a server can do. */
const getParameter: Command = (_server, { body, database }) => {
  if (database !== 'admin') {
    throw new StoreError(13, 'getParameter may only be run against the admin database.');
  }
  if (body.getParameter === '*') return ok(parameters);
  const found = Object.entries(parameters).filter(([name]) => Object.hasOwn(body, name));
  if (found.length === 0) throw new StoreError(72, 'no option found to get');
  return ok(Object.fromEntries(found));
};

const noUsers: Command = () => {
  throw new StoreError(18, 'Authentication failed: the embedded store has no users.');
};

export const administrationCommands: Record<string, Command> = {
  hello,
  ismaster: hello,
  isMaster: hello,
  ping: () => ok(),
  buildInfo,
  buildinfo: buildInfo,
  startSession,
  endSessions,
  killSessions: endSessions,
  killAllSessions,
  refreshSessions: () => ok(),
  commitTransaction: refuseTransaction,
  abortTransaction: refuseTransaction,
  connectionStatus,
  listDatabases,
  getParameter,
  saslStart: noUsers,
};
