import { Int32 } from 'bson';
import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import type { Collection } from './catalog.ts';
import type { Server } from './commands.ts';
import type { Clock } from './cursors.ts';
import { refuse, StoreError } from './errors.ts';
import { parseExpression } from './expression.ts';
import { parseOutput, type Output } from './output.ts';
import {
  documentsOf,
  leadingSearch,
  onlyField,
  parseStages,
  runStages,
  type StageContext,
} from './pipeline.ts';
import { countMatching } from './reading.ts';
import { map, type Flow } from './search.ts';
import { collectionStatistics, scaleOf } from './statistics.ts';
import { objectOf } from './transforms.ts';
import { equal, isObject, type Doc } from './values.ts';

/** Runs the pipeline over a collection, which may be missing. */
export type Pipeline = (
  collection: Collection | undefined,
  hint: unknown,
  clock: Clock,
) => Promise<Flow<Doc>>;

export interface PipelineContext extends StageContext {
  /** The session that asks. */
  lsid: unknown;
}

/** Parses and checks an aggregation pipeline, and what it ends in, if it writes. */
export function parseAggregation(
  stages: unknown,
  context: PipelineContext,
): { pipeline: Pipeline; output: Output | undefined } {
  if (!Array.isArray(stages)) throw new StoreError(14, "'pipeline' must be an array");
  const output = parseOutput(stages, context);
  return { pipeline: parsePipeline(output ? stages.slice(0, -1) : stages, context), output };
}

function parsePipeline(stages: unknown[], context: PipelineContext): Pipeline {
  const specs = stages.map(onlyField);
  const source = sourceStage(specs[0], context);
  if (source) {
    const parsed = parseStages(stages.slice(1), context);
    return (collection) => Promise.resolve(runStages(source(collection), parsed));
  }
  const { server } = context;
  const { search, used } = leadingSearch(specs, context.scope);
  const parsed = parseStages(stages.slice(used), context);
  const counted = parsed.length === 1 ? countedField(...specs[used]!) : undefined;
  return async (collection, hint, clock) => {
    if (!collection) return runStages(eachOf([]), parsed);
    const wanted = { ...search, hint };
    if (counted) {
      const count = await countMatching(server, collection, wanted, clock);
      return eachOf(count === 0 ? [] : [{ _id: counted.id, [counted.field]: new Int32(count) }]);
    }
    return runStages(documentsOf(server, collection, wanted), parsed);
  };
}

/** Whether a pipeline needs no collection, and may not have one. */
export const isCollectionless = (stages: unknown): boolean => {
  const [first] = Array.isArray(stages) ? (stages as unknown[]) : [];
  return isObject(first) && ('$documents' in first || '$listLocalSessions' in first);
};

/** A first stage that does not read the documents of the collection. */
function sourceStage(
  first: [string, unknown] | undefined,
  context: PipelineContext,
): ((collection: Collection | undefined) => Flow<Doc>) | undefined {
  const [name, spec] = first ?? ['', undefined];
  switch (name) {
    case '$collStats':
      return statistics(spec, context.server);
    case '$documents': {
      const documents = parseExpression(spec, context.scope)({});
      if (Array.isArray(documents) && documents.every(isObject)) return () => eachOf(documents);
      throw new StoreError(5858203, '$documents needs an array of documents');
    }
    case '$listLocalSessions':
      return () => eachOf(localSessions(context.lsid));
    default:
      return undefined;
  }
}

/** The session that asks; others are known to their connections only. */
const localSessions = (lsid: unknown): Doc[] =>
  isObject(lsid)
    ? [{ _id: { id: lsid.id, uid: createHash('sha256').digest() }, lastUse: new Date() }]
    : [];

function* eachOf(docs: Doc[]): Flow<Doc> {
  yield* docs;
}

function statistics(
  spec: unknown,
  server: Server,
): (collection: Collection | undefined) => Flow<Doc> {
  const { count, storageStats, ...others } = objectOf('$collStats', spec);
  const [other] = Object.keys(others);
  if (other) refuse(`$collStats with '${other}'`);
  const scale = scaleOf(isObject(storageStats) ? storageStats : {});
  return (collection) => {
    if (!collection) throw new StoreError(26, 'Collection of $collStats not found');
    const host = { ns: collection.namespace, host: hostname(), localTime: new Date() };
    return map(collectionStatistics(server, collection, scale), (found) => ({
      ...host,
      ...(storageStats !== undefined && { storageStats: found }),
      ...(count !== undefined && { count: found.count }),
    }));
  };
}

/** Recognises { $group: { _id: 1, n: { $sum: 1 } } }, by which drivers count documents. */
function countedField(name: string, spec: unknown): { id: unknown; field: string } | undefined {
  if (name !== '$group' || !isObject(spec)) return undefined;
  const [id, count, ...others] = Object.entries(spec);
  const isCount = count && isObject(count[1]) && equal(count[1], { $sum: new Int32(1) });
  const isConstant = id?.[0] === '_id' && (id[1] === null || equal(id[1], new Int32(1)));
  if (!isCount || !isConstant || others.length > 0) return undefined;
  return { id: id[1], field: count[0] };
}
