import { hostname } from 'node:os';
import { parseAggregation } from './aggregate.ts';
import { checkFields, checkRefused, documentArgument } from './arguments.ts';
import type { Collection } from './catalog.ts';
import { version } from './commands-admin.ts';
import { clockOf, searchOf, sourceOf } from './commands-read.ts';
import type { Call, Command, Server } from './commands.ts';
import type { Clock } from './cursors.ts';
import { StoreError } from './errors.ts';
import { scopeOf } from './expression.ts';
import { describePlan, usesIndex } from './explain.ts';
import type { Plan } from './plan.ts';
import { choosePlan } from './planner.ts';
import { parseFilter } from './query.ts';
import { ok } from './replies.ts';
import { runPlan, type Search } from './search.ts';
import { parseSort } from './sort.ts';
import { leadingSearch } from './pipeline.ts';
import { onlyField } from './transforms.ts';
import { isNumber, isObject, nearestDouble, type Doc } from './values.ts';
import type { Reply } from './wire.ts';

const verbosities = ['queryPlanner', 'executionStats', 'allPlansExecution'];

/** What a command would look for, and the stages that would work on what it finds. */
interface Explained {
  wanted: Search;
  filter: Doc;
  /** What is done to the documents: UPDATE, COUNT and the like. */
  around?: string;
  stages?: [string, unknown][];
}

/** Tells how a command would find its documents. Nothing is ever changed by it. */
async function explain(server: Server, call: Call): Promise<Reply> {
  const { body, database } = call;
  const verbosity = body.verbosity ?? 'allPlansExecution';
  if (typeof verbosity !== 'string' || !verbosities.includes(verbosity)) {
    throw new StoreError(2, `The verbosity of explain is one of ${verbosities.join(', ')}.`);
  }
  const inner = documentArgument(body, 'explain');
  const name = Object.keys(inner)[0] ?? '';
  checkFields('explain', body, ['verbosity']);
  checkRefused(name, inner);
  if (name === 'aggregate') checkAggregation(server, database, inner);
  const explained = explainedCommand(name, inner);
  const { namespace, collection } = sourceOf(server, { ...call, name, body: inner, database });
  const { wanted, filter, around, stages = [] } = explained;
  const plan = collection && choosePlan(collection, wanted);
  const found = describePlan(plan, wanted, filter);
  const winningPlan = around ? { stage: around, inputStage: found } : found;
  const planner: Doc = {
    queryPlanner: { namespace, indexFilterSet: false, winningPlan, rejectedPlans: [] },
  };
  if (verbosity !== 'queryPlanner') {
    const clock = clockOf({ maxTimeMS: body.maxTimeMS ?? inner.maxTimeMS });
    const counts = await execute(server, collection, plan, wanted, clock);
    const executionStages = { ...winningPlan, nReturned: counts.nReturned };
    planner.executionStats = { executionSuccess: true, ...counts, executionStages };
  }
  const shown =
    stages.length === 0
      ? planner
      : { stages: [{ $cursor: planner }, ...stages.map(([stage, spec]) => ({ [stage]: spec }))] };
  return ok({
    explainVersion: '1',
    ...shown,
    command: inner,
    serverInfo: { host: hostname(), port: 0, version, gitVersion: 'embedded' },
  });
}

async function execute(
  server: Server,
  collection: Collection | undefined,
  plan: Plan | undefined,
  wanted: Search,
  clock: Clock,
): Promise<Doc> {
  const start = performance.now();
  const examined = { docs: 0 };
  const flow =
    collection && plan
      ? runPlan(server.store.storage, collection, plan, { ...wanted, examined })
      : [];
  let nReturned = 0;
  for (const document of flow) {
    if (document) nReturned++;
    else await clock.pause();
  }
  return {
    nReturned,
    executionTimeMillis: Math.round(performance.now() - start),
    totalKeysExamined: plan && usesIndex(plan) ? examined.docs : 0,
    totalDocsExamined: examined.docs,
  };
}

function explainedCommand(name: string, body: Doc): Explained {
  switch (name) {
    case 'find':
      return { wanted: searchOf(body, 'filter'), filter: documentArgument(body, 'filter') };
    case 'count':
    case 'distinct': {
      const filter = documentArgument(body, 'query');
      return { wanted: searchOf(body, 'query'), filter, around: name.toUpperCase() };
    }
    case 'aggregate':
      return aggregation(body);
    case 'update':
    case 'delete':
      return statement(body[`${name}s`], name.toUpperCase());
    case 'findAndModify':
    case 'findandmodify': {
      const filter = documentArgument(body, 'query');
      const around = body.remove === true ? 'DELETE' : 'UPDATE';
      return { wanted: { ...searchOf(body, 'query'), limit: 1 }, filter, around };
    }
  }
  throw new StoreError(59, `Explain failed due to unknown command: ${name}`);
}

/** What would be refused is not explained either. */
function checkAggregation(server: Server, database: string, body: Doc): void {
  if (body.writeConcern !== undefined) {
    throw new StoreError(9, "Aggregation explain does not support the 'writeConcern' option");
  }
  const scope = scopeOf(body.let);
  parseAggregation(body.pipeline, { server, database, scope, lsid: body.lsid });
}

function aggregation(body: Doc): Explained {
  const specs = (body.pipeline as unknown[]).map(onlyField);
  const { search, used } = leadingSearch(specs, scopeOf(body.let));
  const filters = specs.slice(0, used).flatMap(([name, spec]) => (name === '$match' ? [spec] : []));
  const filter = filters.length > 1 ? { $and: filters } : isObject(filters[0]) ? filters[0] : {};
  return { wanted: { ...search, hint: body.hint }, filter, stages: specs.slice(used) };
}

function statement(statements: unknown, around: string): Explained {
  const [one, ...others] = Array.isArray(statements) ? (statements as unknown[]) : [];
  if (!isObject(one) || others.length > 0) {
    throw new StoreError(72, 'explained write batches must be of size 1');
  }
  const filter = documentArgument(one, 'q');
  const isOne = around === 'DELETE' ? isLimitOne(one.limit) : one.multi !== true;
  const wanted = {
    query: parseFilter(filter, scopeOf()),
    sort: parseSort(one.sort),
    limit: isOne ? 1 : Infinity,
    hint: one.hint,
  };
  return { wanted, filter, around };
}

const isLimitOne = (limit: unknown): boolean => isNumber(limit) && nearestDouble(limit) === 1;

export const explainCommands: Record<string, Command> = { explain };
