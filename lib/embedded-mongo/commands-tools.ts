import { arch, cpus, hostname, release, totalmem, type } from 'node:os';
import { checkFields } from './arguments.ts';
import { version } from './commands-admin.ts';
import type { Command } from './commands.ts';
import { refuse, StoreError } from './errors.ts';
import { ok } from './replies.ts';
import { isNumber, isObject, isTruthy, nearestDouble, type Doc } from './values.ts';

// What shells, explorers and dump tools ask a server about itself before they do their work.

const parameters: Doc = {
  authenticationMechanisms: [],
  enableTestCommands: false,
  featureCompatibilityVersion: { version: version.replace(/\.\d+$/, '') },
  requireApiVersion: false,
};

/** For administrators only: such a command is sent to the database admin. */
const onAdmin =
  (command: Command): Command =>
  (server, call) => {
    if (call.database === 'admin') return command(server, call);
    throw new StoreError(13, `${call.name} may only be run against the admin database.`);
  };

const getParameter: Command = (_server, { body }) => {
  const { getParameter: wanted, allParameters, ...others } = body;
  const isAll = wanted === '*' || (isObject(wanted) && wanted.allParameters === true);
  if (isAll || isTruthy(allParameters)) return ok(parameters);
  const found = Object.keys(others).filter((name) => Object.hasOwn(parameters, name));
  if (found.length === 0) throw new StoreError(72, 'no option found to get');
  return ok(Object.fromEntries(found.map((name) => [name, parameters[name]])));
};

const getCmdLineOpts: Command = () => ok({ argv: [], parsed: {} });

const logs = ['global', 'startupWarnings'];

/** The store's lines go to the log of its process: here there are none. */
const getLog: Command = (_server, { body }) => {
  checkFields('getLog', body, []);
  if (body.getLog === '*') return ok({ names: logs });
  if (typeof body.getLog !== 'string') {
    throw new StoreError(14, 'Argument to getLog must be of type String');
  }
  if (!logs.includes(body.getLog)) {
    throw new StoreError(96, `No log named '${body.getLog}'`);
  }
  return ok({ totalLinesWritten: 0, log: [] });
};

const hostInfo: Command = () =>
  ok({
    system: {
      currentTime: new Date(),
      hostname: hostname(),
      cpuAddrSize: 64,
      memSizeMB: Math.floor(totalmem() / 2 ** 20),
      numCores: cpus().length,
      cpuArch: arch(),
      numaEnabled: false,
    },
    os: { type: type(), name: type(), version: release() },
    extra: {},
  });

const noUsers: Command = () => {
  throw new StoreError(18, 'Authentication failed: the embedded store has no users.');
};

const noReplication: Command = () => {
  throw new StoreError(76, 'not running with --replSet');
};

/** Slow commands are not recorded: the level is 0 and cannot be another. */
const profile: Command = (_server, { body }) => {
  checkFields('profile', body, ['slowms', 'sampleRate', 'filter']);
  const level = isNumber(body.profile) ? nearestDouble(body.profile) : NaN;
  if (level > 0) refuse('profiling');
  if (level !== 0 && level !== -1)
    throw new StoreError(2, 'The level of profile is -1, 0, 1 or 2.');
  return ok({ was: 0, slowms: 100, sampleRate: 1 });
};

/** The commands by which tools look around; they learn from the answers what to offer. */
export const toolCommands: Record<string, Command> = {
  getParameter: onAdmin(getParameter),
  getCmdLineOpts: onAdmin(getCmdLineOpts),
  getLog: onAdmin(getLog),
  hostInfo,
  logout: () => ok(),
  profile,
  saslStart: noUsers,
  replSetGetStatus: onAdmin(noReplication),
};
