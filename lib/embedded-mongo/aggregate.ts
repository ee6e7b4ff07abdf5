import { Int32 } from 'bson';
import { createHash } from 'node:crypto';
import type { Collection } from './catalog.ts';
import type { Clock } from './cursors.ts';
import { StoreError } from './errors.ts';
import { parseExpression } from './expression.ts';
import { parseOutput, type Output } from './output.ts';
import {
  documentsOf,
  leadingSearch,
  parseStages,
  runStages,
  type StageContext,
} from './pipeline.ts';
import { countMatching } from './reading.ts';
import type { Flow } from './search.ts';
import { eachOf } from './stages.ts';
import { onlyField } from './transforms.ts';
import { equal, isObject, type Doc } from './values.ts';

/** Runs the pipeline over a collection, which may be missing. */
type Pipeline = (
  collection: Collection | undefined,
  hint: unknown,
  clock: Clock,
) => Promise<Flow<Doc>>;

interface PipelineContext extends StageContext {
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
    return () => Promise.resolve(runStages(eachOf(source()), parsed));
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

/** The documents of a first stage that does not read the collection's. */
function sourceStage(
  [name, spec]: [string, unknown] = ['', undefined],
  { scope, lsid }: PipelineContext,
): (() => Doc[]) | undefined {
  if (name === '$listLocalSessions') return () => localSessions(lsid);
  if (name !== '$documents') return undefined;
  const documents = parseExpression(spec, scope)({});
  if (Array.isArray(documents) && documents.every(isObject)) return () => documents;
  throw new StoreError(5858203, '$documents needs an array of documents');
}

/** The session that asks; others are known to their connections only. */
const localSessions = (lsid: unknown): Doc[] =>
  isObject(lsid)
    ? [{ _id: { id: lsid.id, uid: createHash('sha256').digest() }, lastUse: new Date() }]
    : [];

/** Recognises { $group: { _id: 1, n: { $sum: 1 } } }, by which drivers count documents. */
function countedField(name: string, spec: unknown): { id: unknown; field: string } | undefined {
  if (name !== '$group' || !isObject(spec)) return undefined;
  const [id, count, ...others] = Object.entries(spec);
  const isCount = count && isObject(count[1]) && equal(count[1], { $sum: new Int32(1) });
  const isConstant = id?.[0] === '_id' && (id[1] === null || equal(id[1], new Int32(1)));
  if (!isCount || !isConstant || others.length > 0) return undefined;
  return { id: id[1], field: count[0] };
}
