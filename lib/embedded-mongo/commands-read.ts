import { isCollectionless, parseAggregation } from './aggregate.ts';
import { checkFields, countArgument, documentArgument } from './arguments.ts';
import { checkNamespace, type Collection } from './catalog.ts';
import { sessionOf } from './commands-admin.ts';
import type { Call, Command, Server } from './commands.ts';
import { Clock } from './cursors.ts';
import { StoreError } from './errors.ts';
import { scopeOf } from './expression.ts';
import { parsePath, visitPath } from './paths.ts';
import { parseProjection } from './projection.ts';
import { parseFilter } from './query.ts';
import { countMatching, find } from './reading.ts';
import { ok } from './replies.ts';
import { map, type Flow, type Search } from './search.ts';
import { parseSort } from './sort.ts';
import { isTurnOver } from './turn.ts';
import { classOf, encode, equal, isObject, type Doc } from './values.ts';
import { ValueSet } from './value-set.ts';
import type { Reply } from './wire.ts';

export const clockOf = (body: Doc): Clock => new Clock(countArgument(body, 'maxTimeMS'));

export interface Source {
  namespace: string;
  collection: Collection | undefined;
}

export function sourceOf({ store }: Server, { name, database, body }: Call): Source {
  const namespace = checkNamespace(database, body[name]);
  return { namespace, collection: store.collection(namespace) };
}

/** The arguments that find, count and distinct share. */
export function searchOf(body: Doc, filter: string): Search {
  return {
    query: parseFilter(documentArgument(body, filter), scopeOf(body.let)),
    ...orderOf(body),
    skip: countArgument(body, 'skip') ?? 0,
    limit: countArgument(body, 'limit') || Infinity,
  };
}

/** To sort by $natural is to be told in which direction to read. */
function orderOf({ sort, hint }: Doc): Pick<Search, 'sort' | 'hint'> {
  if (!isObject(sort) || !('$natural' in sort)) return { sort: parseSort(sort), hint };
  if (Object.keys(sort).length > 1) {
    throw new StoreError(2, '$natural sort cannot be set to a value other than -1 or 1.');
  }
  if (hint !== undefined && !equal(hint, sort)) {
    throw new StoreError(2, 'Cannot use a hint with $natural sort');
  }
  return { hint: sort };
}

const findFields =
  `filter sort projection skip limit batchSize singleBatch hint noCursorTimeout allowDiskUse
  allowPartialResults oplogReplay let`.split(/\s+/);

async function findCommand(server: Server, call: Call): Promise<Reply> {
  const { body } = call;
  checkFields('find', body, findFields);
  const { namespace, collection } = sourceOf(server, call);
  const wanted = searchOf(body, 'filter');
  const scope = scopeOf(body.let);
  const project = parseProjection(body.projection, { scope, query: wanted.query });
  const flow = collection ? find(server, collection, wanted) : nothing();
  const options = {
    batchSize: countArgument(body, 'batchSize'),
    singleBatch: body.singleBatch === true,
    session: sessionOf(body.lsid),
    limit: wanted.limit ?? Infinity,
  };
  const bytes = map(flow, (found) => (project ? encode(project(found.doc)) : found.raw));
  return server.cursors.first(namespace, bytes, options, clockOf(body));
}

function* nothing(): Flow<never> {}

const aggregateFields = 'pipeline cursor allowDiskUse hint let bypassDocumentValidation'.split(' ');

async function aggregateCommand(server: Server, call: Call): Promise<Reply> {
  const { body, database } = call;
  checkFields('aggregate', body, aggregateFields);
  if (!isObject(body.cursor)) {
    throw new StoreError(9, "The 'cursor' option is required, except for aggregate with explain");
  }
  const clock = clockOf(body);
  const scope = scopeOf(body.let);
  const context = { server, database, scope, lsid: body.lsid };
  const { pipeline, output } = parseAggregation(body.pipeline, context);
  const needsNone = isCollectionless(body.pipeline);
  if (needsNone === (typeof body.aggregate === 'string')) {
    const problem = needsNone ? 'may not have a collection' : 'needs a collection';
    throw new StoreError(73, `A pipeline that begins like this ${problem}.`);
  }
  const { namespace, collection } = needsNone
    ? { namespace: `${database}.$cmd.aggregate`, collection: undefined }
    : sourceOf(server, call);
  const found = await pipeline(collection, body.hint, clock);
  if (output) await output(found, clock);
  const flow = output ? nothing() : found;
  const options = {
    batchSize: countArgument(body.cursor, 'batchSize'),
    session: sessionOf(body.lsid),
  };
  return server.cursors.first(namespace, map(flow, encode), options, clock);
}

async function count(server: Server, call: Call): Promise<Reply> {
  const { body } = call;
  checkFields('count', body, ['query', 'limit', 'skip', 'hint', 'fields']);
  const { collection } = sourceOf(server, call);
  const wanted = searchOf(body, 'query');
  const n = collection ? await countMatching(server, collection, wanted, clockOf(body)) : 0;
  return ok({ n });
}

async function distinct(server: Server, call: Call): Promise<Reply> {
  const { body } = call;
  checkFields('distinct', body, ['key', 'query', 'hint']);
  if (typeof body.key !== 'string')
    throw new StoreError(14, "BSON field 'distinct.key' must be a string");
  const path = parsePath(body.key);
  const { collection } = sourceOf(server, call);
  const values = new DistinctValues();
  if (!collection) return ok({ values: [] });
  const clock = clockOf(body);
  for (const found of find(server, collection, searchOf(body, 'query'))) {
    if (found) visitPath(found.doc, path, (value) => values.add(value));
    if (!found || isTurnOver()) await clock.pause();
  }
  return ok({ values: values.list });
}

class DistinctValues {
  readonly list: unknown[] = [];
  private readonly seen = new ValueSet();

  /** Always false, so that it visits every value of a path. */
  add(value: unknown): false {
    if (Array.isArray(value)) value.forEach((element) => this.addOne(element));
    else if (value !== undefined) this.addOne(value);
    return false;
  }

  private addOne(value: unknown): void {
    if (this.seen.add(value)) this.list.push(value);
  }
}

async function getMore({ cursors }: Server, { body, database }: Call): Promise<Reply> {
  checkFields('getMore', body, ['collection', 'batchSize']);
  const namespace = `${database}.${String(body.collection)}`;
  const batchSize = countArgument(body, 'batchSize');
  return cursors.more(cursorId(body.getMore), namespace, batchSize, clockOf(body));
}

function cursorId(value: unknown): bigint {
  if (classOf(value) !== 'Long') throw new StoreError(14, 'A cursor id must be a long.');
  return (value as { toBigInt(): bigint }).toBigInt();
}

function killCursors({ cursors }: Server, { body }: Call): Reply {
  checkFields('killCursors', body, ['cursors']);
  const ids = Array.isArray(body.cursors) ? body.cursors : [];
  const killed = ids.filter((id) => cursors.kill(cursorId(id)));
  const missing = ids.filter((id) => !killed.includes(id));
  return ok({
    cursorsKilled: killed,
    cursorsNotFound: missing,
    cursorsAlive: [],
    cursorsUnknown: [],
  });
}

export const readCommands: Record<string, Command> = {
  find: findCommand,
  aggregate: aggregateCommand,
  count,
  distinct,
  getMore,
  killCursors,
};
