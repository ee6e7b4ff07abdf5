import { Binary, Long, UUID } from 'bson';
import { checkFields, documentArgument } from './arguments.ts';
import type { Call, Command, Server } from './commands.ts';
import { StoreError } from './errors.ts';
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

const noTransaction: Command = () => {
  throw new StoreError(
    263,
    'The embedded store has no transactions; set MONGODB_URI to use a MongoDB server that has.',
  );
};

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
  commitTransaction: noTransaction,
  abortTransaction: noTransaction,
  connectionStatus,
  listDatabases,
};
