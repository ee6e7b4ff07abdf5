import { GridFSBucket, MongoClient, ReadConcern, ReadPreference, WriteConcern } from 'mongodb';
import { fail, skip, toPlain } from './values.mjs';

function clientOptions(entity) {
  const o = {};
  for (const [k, v] of Object.entries(entity.uriOptions ?? {})) o[k] = toPlain(v);
  if (entity.autoEncryptOpts) skip('autoEncryptOpts');
  const { w, wTimeoutMS, wtimeoutMS, journal, readConcernLevel, appname, appName, ...rest } = o;
  const wc = {
    ...(w !== undefined && { w }),
    ...(journal !== undefined && { journal }),
    ...((wTimeoutMS ?? wtimeoutMS) !== undefined && { wtimeoutMS: wTimeoutMS ?? wtimeoutMS }),
  };
  return {
    ...rest,
    ...(Object.keys(wc).length && { writeConcern: wc }),
    ...(readConcernLevel && { readConcern: { level: readConcernLevel } }),
    ...((appname ?? appName) && { appName: appname ?? appName }),
    ...(entity.serverApi && { serverApi: entity.serverApi }),
  };
}
export const concerns = (o) => {
  const { readConcern, writeConcern, readPreference, ...rest } = o ?? {};
  if (readConcern) rest.readConcern = ReadConcern.fromOptions({ readConcern });
  if (writeConcern)
    rest.writeConcern = WriteConcern.fromOptions({
      writeConcern: Object.fromEntries(
        Object.entries(writeConcern).map(([k, v]) => [k, toPlain(v)]),
      ),
    });
  if (readPreference)
    rest.readPreference = ReadPreference.fromOptions({
      readPreference: {
        ...readPreference,
        ...(readPreference.maxStalenessSeconds && {
          maxStalenessSeconds: toPlain(readPreference.maxStalenessSeconds),
        }),
      },
    });
  for (const k of Object.keys(rest)) rest[k] = toPlain(rest[k]);
  return rest;
};
export const COMMAND_EVENTS = {
  commandStartedEvent: 'commandStarted',
  commandSucceededEvent: 'commandSucceeded',
  commandFailedEvent: 'commandFailed',
};
const SENSITIVE = new Set([
  'authenticate',
  'saslStart',
  'saslContinue',
  'getnonce',
  'createUser',
  'updateUser',
  'copydbgetnonce',
  'copydbsaslstart',
  'copydb',
]);
const isSensitive = (ev) =>
  SENSITIVE.has(ev.commandName) ||
  (/^(hello|ismaster)$/i.test(ev.commandName) &&
    Object.keys(ev.command ?? ev.reply ?? { plain: 1 }).length === 0); // the driver empties them

/** What a test file names and works on. */
export class Entities extends Map {
  clients = [];
  /** The command events of each client, in order. */
  events = new Map();

  constructor(uri) {
    super();
    this.uri = uri;
  }

  async create(specs) {
    for (const spec of specs ?? []) {
      const [kind, entity] = Object.entries(spec)[0];
      this.set(entity.id, await this.created(kind, entity));
    }
  }

  need(id) {
    if (!this.has(id)) fail(`no entity ${id}`);
    return this.get(id);
  }

  async close() {
    for (const entity of this.values()) {
      if (entity?.constructor?.name === 'ClientSession') await entity.endSession().catch(() => {});
      if (entity instanceof CursorEntity) await entity.cursor.close().catch(() => {});
    }
    for (const client of this.clients) await client.close().catch(() => {});
  }

  created(kind, entity) {
    switch (kind) {
      case 'client':
        return this.client(entity);
      case 'database':
        return this.need(entity.client).db(entity.databaseName, concerns(entity.databaseOptions));
      case 'collection': {
        const { collectionName, collectionOptions } = entity;
        return this.need(entity.database).collection(collectionName, concerns(collectionOptions));
      }
      case 'bucket':
        return new GridFSBucket(this.need(entity.database), concerns(entity.bucketOptions));
      case 'session': {
        const { defaultTransactionOptions: defaults, ...options } = entity.sessionOptions ?? {};
        return this.need(entity.client).startSession({
          ...concerns(options),
          ...(defaults && { defaultTransactionOptions: concerns(defaults) }),
        });
      }
      default:
        return skip(`entity ${kind}`);
    }
  }

  async client(entity) {
    const observed = (entity.observeEvents ?? []).filter((name) => COMMAND_EVENTS[name]);
    const options = { ...clientOptions(entity), monitorCommands: observed.length > 0 };
    const client = new MongoClient(this.uri, options);
    const log = [];
    this.events.set(entity.id, log);
    const { ignoreCommandMonitoringEvents: ignored = [], observeSensitiveCommands } = entity;
    const isLogged = (event) =>
      ![...ignored, 'configureFailPoint'].includes(event.commandName) &&
      (observeSensitiveCommands || !isSensitive(event));
    for (const type of observed) {
      client.on(COMMAND_EVENTS[type], (event) => {
        if (isLogged(event)) log.push({ type, ev: event });
      });
    }
    this.clients.push(client);
    await client.connect();
    return client;
  }
}

/** A cursor whose creation already sends the command. */
export class CursorEntity {
  constructor(cursor) {
    this.cursor = cursor;
  }

  async start() {
    this.first = await this.cursor.next();
    this.primed = true;
    return this;
  }

  async next() {
    if (!this.primed) return this.cursor.next();
    this.primed = false;
    return this.first;
  }
}

/** The kind of an entity, by which its operations are found. */
export function kindOf(entity) {
  if (entity instanceof MongoClient) return 'client';
  if (entity instanceof GridFSBucket) return 'bucket';
  if (entity instanceof CursorEntity) return 'cursor';
  const kinds = { Db: 'database', Collection: 'collection', ClientSession: 'session' };
  return kinds[entity?.constructor?.name];
}
