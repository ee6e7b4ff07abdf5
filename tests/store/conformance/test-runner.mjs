import { setTimeout as sleep } from 'node:timers/promises';
import { BSON } from 'mongodb';
import { COMMAND_EVENTS } from './entities.mjs';
import { matchEvent } from './matching.mjs';
import { fail, show, skip, toNumber } from './values.mjs';

const { EJSON } = BSON;

export const testRunner = {
  createEntities: ({ entities }, ctx) => ctx.entities.create(entities),
  wait: ({ ms }) => sleep(toNumber(ms)),
  assertCollectionExists: async (a, { admin }) => {
    if (!(await names(a, admin)).includes(a.collectionName))
      fail(`collection ${a.collectionName} does not exist`);
  },
  assertCollectionNotExists: async (a, { admin }) => {
    if ((await names(a, admin)).includes(a.collectionName))
      fail(`collection ${a.collectionName} exists`);
  },
  assertIndexExists: async (a, { admin }) => {
    if (!(await indexNames(a, admin)).includes(a.indexName))
      fail(`index ${a.indexName} does not exist`);
  },
  assertIndexNotExists: async (a, { admin }) => {
    if ((await indexNames(a, admin)).includes(a.indexName)) fail(`index ${a.indexName} exists`);
  },
  assertSessionTransactionState: ({ session, state }, ctx) => {
    const map = {
      NO_TRANSACTION: 'none',
      STARTING_TRANSACTION: 'starting',
      TRANSACTION_IN_PROGRESS: 'in_progress',
      TRANSACTION_COMMITTED: 'committed',
      TRANSACTION_COMMITTED_EMPTY: 'committed',
      TRANSACTION_ABORTED: 'aborted',
    };
    const got = map[ctx.entities.need(session).transaction.state];
    if (got !== state) fail(`transaction state ${got}, expected ${state}`);
  },
  assertSessionDirty: ({ session }, ctx) => {
    if (!ctx.entities.need(session).serverSession.isDirty) fail('session not dirty');
  },
  assertSessionNotDirty: ({ session }, ctx) => {
    if (ctx.entities.need(session).serverSession.isDirty) fail('session dirty');
  },
  assertSameLsidOnLastTwoCommands: ({ client }, ctx) => lsids(ctx, client, true),
  assertDifferentLsidOnLastTwoCommands: ({ client }, ctx) => lsids(ctx, client, false),
  assertEventCount: ({ client, event, count }, ctx) => {
    const n = countEvents(ctx, client, event);
    if (n !== toNumber(count)) fail(`${n} events, expected ${show(count)}`);
  },
  waitForEvent: async ({ client, event, count }, ctx) => {
    const end = Date.now() + 10_000;
    while (countEvents(ctx, client, event) < toNumber(count)) {
      if (Date.now() > end) fail('event did not come');
      await sleep(20);
    }
  },
};

const names = async (a, admin) =>
  (await admin.db(a.databaseName).listCollections({}, { nameOnly: true }).toArray()).map(
    (c) => c.name,
  );
const indexNames = async (a, admin) => {
  try {
    return (
      await admin.db(a.databaseName).collection(a.collectionName).listIndexes().toArray()
    ).map((i) => i.name);
  } catch (e) {
    if (e.code === 26) return [];
    throw e;
  }
};

function lsids(ctx, client, same) {
  const last = ctx.entities.events
    .get(client)
    .filter((e) => e.type === 'commandStartedEvent')
    .slice(-2)
    .map((e) => EJSON.stringify(e.ev.command.lsid));
  if (last.length < 2 || (last[0] === last[1]) !== same)
    fail(`lsids of the last two commands ${last}`);
}
function countEvents(ctx, client, event) {
  const [type, spec] = Object.entries(event)[0];
  if (!COMMAND_EVENTS[type]) skip(`event ${type}`);
  return ctx.entities.events.get(client).filter((e) => {
    try {
      matchEvent(e, { [type]: spec }, ctx.entities);
      return true;
    } catch {
      return false;
    }
  }).length;
}
