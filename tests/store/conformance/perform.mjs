import { checkError, refusalOf } from './check-error.mjs';
import { Entities, kindOf } from './entities.mjs';
import { match, matchEvent } from './matching.mjs';
import { operationsOf, opts } from './operations.mjs';
import { testRunner } from './test-runner.mjs';
import { fail, show, skip, Skip, toTyped } from './values.mjs';

const answerMs = 15_000;

async function timed(promise, name) {
  let timer;
  const limit = new Promise((_, reject) => {
    const late = () => reject(new Error(`${name} did not answer in ${answerMs} ms`));
    timer = setTimeout(late, answerMs);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs an operation; answers its error instead of throwing it. */
async function attempt(op, context) {
  const { entities } = context;
  if (['failPoint', 'targetedFailPoint'].includes(op.name)) skip('needs fail points');
  const isRunner = op.object === 'testRunner';
  const object = isRunner ? undefined : entities.need(op.object);
  const kind = isRunner ? 'testRunner' : kindOf(object);
  const run = isRunner ? testRunner[op.name] : operationsOf[kind]?.[op.name];
  if (!run) skip(`operation ${kind}.${op.name}`);
  const given = op.arguments ?? {};
  try {
    const running = isRunner
      ? testRunner[op.name](given, context)
      : run(object, opts(given, entities), context);
    return { result: await timed(running, op.name) };
  } catch (error) {
    if (error instanceof Skip || isRunner) throw error;
    return { error };
  }
}

async function runOperation(op, context, isNested = false) {
  const { entities } = context;
  const { result, error } = await attempt(op, context);
  if (op.ignoreResultAndError) return;
  if (op.expectError) {
    if (!error) fail(`${op.name}: expected an error, got ${show(result)}`);
    try {
      checkError(op, error, entities);
    } catch (mismatch) {
      throw withRefusal(mismatch, error);
    }
  }
  if (error && isNested) throw error;
  if (error && !op.expectError) {
    const text = `${op.name}: ${error.constructor.name} ${error.code ?? ''} ${error.message}`;
    throw withRefusal(new Error(text, { cause: error }), error);
  }
  if (!error && 'expectResult' in op) {
    const actual = Buffer.isBuffer(result) ? result : toTyped(result);
    // Drivers may answer more fields at the root, and in each root document of a list.
    match(op.expectResult, actual, { entities, root: true, path: op.name });
  }
  if (op.saveResultAsEntity) entities.set(op.saveResultAsEntity, result);
}

/** Remembers with a failure that the store refused the operation. */
function withRefusal(failure, error) {
  return Object.assign(failure, { refused: failure.refused ?? refusalOf(error) });
}

function checkEvents(test, entities) {
  for (const { client, events, ignoreExtraEvents } of test.expectEvents ?? []) {
    const log = entities.events.get(client);
    for (const [i, expected] of events.entries()) {
      if (!log[i]) fail(`no event ${i}, expected ${show(expected)}`);
      matchEvent(log[i], expected, entities);
    }
    const next = log[events.length];
    if (next && !ignoreExtraEvents) {
      fail(`${log.length} events, expected ${events.length}; next is ${next.ev.commandName}`);
    }
  }
}

async function checkOutcome(test, admin) {
  for (const { collectionName, databaseName, documents } of test.outcome ?? []) {
    const found = await admin
      .db(databaseName)
      .collection(collectionName)
      .find({}, { sort: { _id: 1 }, promoteValues: false })
      .toArray();
    match(documents, found, { entities: new Map(), path: `outcome ${collectionName}` });
  }
}

async function fill(admin, { databaseName, collectionName, documents, createOptions }) {
  const db = admin.db(databaseName, { writeConcern: { w: 'majority' } });
  const collection = db.collection(collectionName);
  await collection.drop().catch((error) => {
    if (error.code !== 26) throw error;
  });
  if (createOptions || documents.length === 0) {
    await db.createCollection(collectionName, createOptions ?? {});
  }
  if (documents.length > 0) await collection.insertMany(documents);
}

/** Runs one test of a file; throws if it fails. */
export async function runTest(file, test, { admin, uri }) {
  const entities = new Entities(uri);
  const context = { entities, admin, runOperation };
  try {
    for (const data of file.initialData ?? []) await fill(admin, data);
    await entities.create(file.createEntities);
    for (const op of test.operations) await runOperation(op, context);
    checkEvents(test, entities);
    await checkOutcome(test, admin);
  } catch (error) {
    throw error instanceof Skip ? error : withRefusal(error, error);
  } finally {
    await entities.close();
  }
}
