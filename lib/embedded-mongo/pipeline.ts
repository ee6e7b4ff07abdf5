import type { Collection } from './catalog.ts';
import type { Server } from './commands.ts';
import { StoreError } from './errors.ts';
import type { Scope } from './expression.ts';
import { parseFilter } from './query.ts';
import { find } from './reading.ts';
import { map, type Flow, type Search } from './search.ts';
import { parseSort } from './sort.ts';
import { parseStage, stageNumber } from './stages.ts';
import { onlyField } from './transforms.ts';
import { isObject, type Doc } from './values.ts';

/** One step of a pipeline. An undefined in a flow is a place to pause and is passed on. */
export type Stage = (flow: Flow<Doc>) => Flow<Doc>;

export interface StageContext {
  server: Server;
  database: string;
  scope: Scope;
}

export const parseStages = (stages: unknown[], context: StageContext): Stage[] =>
  stages.map(onlyField).map(([name, spec]) => parseStage(name, spec, context));

export const runStages = (source: Flow<Doc>, stages: Stage[]): Flow<Doc> =>
  stages.reduce((flow, stage) => stage(flow), source);

/** A pipeline over a collection within another one: its first stages make one search. */
export function parseInner(
  stages: unknown,
  context: StageContext,
): (collection: Collection) => Flow<Doc> {
  if (!Array.isArray(stages)) throw new StoreError(14, "'pipeline' must be an array");
  const { search, used } = leadingSearch(stages.map(onlyField), context.scope);
  const parsed = parseStages(stages.slice(used), context);
  return (collection) => runStages(documentsOf(context.server, collection, search), parsed);
}

export const documentsOf = (server: Server, collection: Collection, search: Search): Flow<Doc> =>
  map(find(server, collection, search), ({ doc }) => doc);

/** The first stages as far as they make one search, which can use indexes. */
export function leadingSearch(
  specs: [string, unknown][],
  scope: Scope,
): { search: Search; used: number } {
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
  search.query = parseFilter(filters.length === 1 ? filters[0]! : andOf(filters), scope);
  return { search, used };
}

const andOf = (filters: Doc[]): Doc => (filters.length === 0 ? {} : { $and: filters });

function filterOf(spec: unknown): Doc {
  if (isObject(spec)) return spec;
  throw new StoreError(15959, 'the match filter must be an expression in an object');
}
