import { Int32 } from 'bson';
import { hostname } from 'node:os';
import type { Collection } from './catalog.ts';
import type { Server } from './commands.ts';
import type { Clock } from './cursors.ts';
import { refuse, StoreError } from './errors.ts';
import { parseFilter } from './query.ts';
import { countMatching, find } from './reading.ts';
import { map, type Flow, type Search } from './search.ts';
import { parseSort } from './sort.ts';
import { onlyField, parseStage, runStages, stageNumber } from './stages.ts';
import { collectionStatistics } from './statistics.ts';
import { objectOf } from './transforms.ts';
import { equal, isObject, type Doc } from './values.ts';

/** Runs the pipeline over a collection, which may be missing. */
export type Pipeline = (
  collection: Collection | undefined,
  hint: unknown,
  clock: Clock,
) => Promise<Flow<Doc>>;

/** Parses and checks an aggregation pipeline. */
export function parsePipeline(stages: unknown, server: Server, database: string): Pipeline {
  if (!Array.isArray(stages)) throw new StoreError(14, "'pipeline' must be an array");
  const specs = stages.map(onlyField);
  if (specs[0]?.[0] === '$collStats') return statisticsPipeline(specs, server, database);
  const { search, used } = leadingSearch(specs);
  const rest = specs.slice(used);
  const parsed = rest.map(([name, spec]) => parseStage(name, spec, { server, database }));
  const counted = rest.length === 1 ? countedField(...rest[0]!) : undefined;
  return async (collection, hint, clock) => {
    if (!collection) return runStages(nothing(), parsed);
    const wanted = { ...search, hint };
    if (counted) {
      const count = await countMatching(server, collection, wanted, clock);
      return count === 0 ? nothing() : one({ _id: counted.id, [counted.field]: count });
    }
    return runStages(
      map(find(server, collection, wanted), ({ doc }) => doc),
      parsed,
    );
  };
}

function statisticsPipeline(
  specs: [string, unknown][],
  server: Server,
  database: string,
): Pipeline {
  const { count, storageStats, ...others } = objectOf('$collStats', specs[0]![1]);
  const [other] = Object.keys(others);
  if (other) refuse(`$collStats with '${other}'`);
  const parsed = specs.slice(1).map(([name, spec]) => parseStage(name, spec, { server, database }));
  return (collection) => {
    if (!collection) throw new StoreError(26, 'Collection of $collStats not found');
    const host = { ns: collection.namespace, host: hostname(), localTime: new Date() };
    const flow = map(collectionStatistics(server, collection, 1), (found) => ({
      ...host,
      ...(storageStats !== undefined && { storageStats: found }),
      ...(count !== undefined && { count: found.count }),
    }));
    return Promise.resolve(runStages(flow, parsed));
  };
}

/** The first stages as far as they make one search, which can use indexes. */
export function leadingSearch(specs: [string, unknown][]): { search: Search; used: number } {
  const order = ['$match', '$sort', '$skip', '$limit'];
  const filters: Doc[] = [];
  const search: Search = { query: parseFilter({}) };
  let reached = 0;
  let used = 0;
  for (const [name, spec] of specs) {
    const place = order.indexOf(name);
    // Only $match may come twice: a second $limit would need thought, and is rare.
    if (place < reached || (place === reached && place > 0)) break;
    if (name === '$match') filters.push(filterOf(spec));
    else if (name === '$sort') search.sort = parseSort(spec);
    else if (name === '$skip') search.skip = stageNumber(name, spec);
    else search.limit = stageNumber(name, spec);
    reached = place;
    used++;
  }
  search.query = parseFilter(filters.length === 1 ? filters[0]! : andOf(filters));
  return { search, used };
}

const andOf = (filters: Doc[]): Doc => (filters.length === 0 ? {} : { $and: filters });

function filterOf(spec: unknown): Doc {
  if (isObject(spec)) return spec;
  throw new StoreError(15959, 'the match filter must be an expression in an object');
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

function* nothing(): Flow<never> {}

function* one(doc: Doc): Flow<Doc> {
  yield doc;
}
