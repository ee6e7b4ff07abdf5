import { calculateObjectSize, Long } from 'bson';
import type { Server } from './commands.ts';
import { refuse, StoreError } from './errors.ts';
import { parseExpression } from './expression.ts';
import { parseGroup } from './group.ts';
import { matcher } from './match.ts';
import { collectAt, parsePath, valueAt, type Path } from './paths.ts';
import { flattenFields, parseProjection } from './projection.ts';
import { parseFilter } from './query.ts';
import { find } from './reading.ts';
import { map, slice, type Flow } from './search.ts';
import { parseSort, Sorter } from './sort.ts';
import { setAt } from './update-paths.ts';
import { clone, isNumber, isObject, nearestDouble, rankOf, Rank, type Doc } from './values.ts';

/** One step of a pipeline. An undefined in a flow is a place to pause and is passed on. */
export type Stage = (flow: Flow<Doc>) => Flow<Doc>;

export interface StageContext {
  server: Server;
  database: string;
}

/** The whole number a $limit, $skip or the like needs. */
export function stageNumber(name: string, spec: unknown): number {
  const number = isNumber(spec) ? nearestDouble(spec) : NaN;
  if (!Number.isInteger(number) || number < 0 || (name === '$limit' && number === 0)) {
    throw new StoreError(15958, `invalid argument to ${name} stage: the value must be positive`);
  }
  return number;
}

function objectOf(name: string, spec: unknown): Doc {
  if (isObject(spec)) return spec;
  throw new StoreError(40272, `${name} specification stage must be an object`);
}

function* filter(flow: Flow<Doc>, matches: (doc: Doc) => boolean): Flow<Doc> {
  for (const doc of flow) if (!doc || matches(doc)) yield doc;
}

function* sort(flow: Flow<Doc>, spec: unknown): Flow<Doc> {
  const sorter = new Sorter<Doc>(parseSort(spec));
  for (const doc of flow) {
    if (doc) sorter.add(doc, doc, calculateObjectSize(doc));
    else yield undefined;
  }
  yield* sorter.result();
}

function project(spec: unknown): Stage {
  const projection = parseProjection(objectOf('$project', spec));
  if (!projection)
    throw new StoreError(51272, 'projection specification must have at least one field');
  return (flow) => map(flow, projection);
}

function addFields(spec: unknown): Stage {
  const fields = flattenFields(objectOf('$addFields', spec)).map(([name, value]) => ({
    path: parsePath(name),
    evaluate: parseExpression(value),
  }));
  return (flow) =>
    map(flow, (doc) => {
      const result = clone(doc);
      for (const { path, evaluate } of fields) {
        const value = evaluate(doc);
        if (value !== undefined) setEverywhere(result, path, value);
      }
      return result;
    });
}

/** Sets a field in every element of the arrays on its way, and replaces values that are in it. */
function setEverywhere(container: Doc, path: Path, value: unknown): void {
  const [name, ...rest] = path as [string, ...string[]];
  if (rest.length === 0) {
    container[name] = value;
    return;
  }
  container[name] = within(container[name], rest, value);
}

function within(current: unknown, rest: Path, value: unknown): unknown {
  if (Array.isArray(current)) return current.map((element) => within(element, rest, value));
  const inner = isObject(current) ? current : {};
  setEverywhere(inner, rest, value);
  return inner;
}

function unset(spec: unknown): Stage {
  const names = Array.isArray(spec) ? spec : [spec];
  if (!names.every((name) => typeof name === 'string' && name !== '') || names.length === 0) {
    throw new StoreError(31002, '$unset specification must be a string or an array of strings');
  }
  return project(Object.fromEntries(names.map((name) => [name, false])));
}

function count(spec: unknown): Stage {
  if (typeof spec !== 'string' || spec === '' || spec.startsWith('$') || spec.includes('.')) {
    throw new StoreError(40156, 'the count field must be a non-empty string without $ or .');
  }
  return function* (flow) {
    let total = 0;
    for (const doc of flow) {
      if (doc) total++;
      else yield undefined;
    }
    if (total > 0) yield { [spec]: total };
  };
}

function unwind(spec: unknown): Stage {
  const options: Doc = typeof spec === 'string' ? { path: spec } : objectOf('$unwind', spec);
  const { path: reference, includeArrayIndex: indexName, preserveNullAndEmptyArrays } = options;
  if (typeof reference !== 'string' || !reference.startsWith('$') || reference.length < 2) {
    throw new StoreError(28818, `path option to $unwind stage should be prefixed with a '$'`);
  }
  const path = parsePath(reference.slice(1));
  const withValue = (doc: Doc, value: unknown, index: number | null): Doc => {
    const copy = clone(doc);
    setAt(copy, path, value);
    if (typeof indexName === 'string') {
      setAt(copy, parsePath(indexName), index === null ? null : Long.fromNumber(index));
    }
    return copy;
  };
  return function* (flow) {
    for (const doc of flow) {
      const value = doc && valueAt(doc, path);
      if (!doc) yield undefined;
      else if (!Array.isArray(value)) {
        const isAbsent = value === undefined || value === null;
        if (!isAbsent || preserveNullAndEmptyArrays === true) yield withValue(doc, value, null);
      } else if (value.length > 0) {
        for (const [i, element] of value.entries()) yield withValue(doc, element, i);
      } else if (preserveNullAndEmptyArrays === true) yield withValue(doc, undefined, null);
    }
  };
}

function lookup(spec: unknown, { server, database }: StageContext): Stage {
  const { from, localField, foreignField, as, ...others } = objectOf('$lookup', spec);
  const [other] = Object.keys(others);
  if (other) refuse(`$lookup with '${other}'`);
  const names = [from, localField, foreignField, as];
  if (!names.every((name): name is string => typeof name === 'string' && name !== '')) {
    throw new StoreError(9, '$lookup needs from, localField, foreignField and as');
  }
  const [localPath, target] = [parsePath(localField as string), parsePath(as as string)];
  return function* (flow) {
    for (const doc of flow) {
      const collection = server.store.collection(`${database}.${String(from)}`);
      if (!doc || !collection) {
        yield doc && withField(doc, target, []);
        continue;
      }
      const values = localValues(collectAt(doc, localPath));
      const query = parseFilter({ [foreignField as string]: { $in: values } });
      const joined: Doc[] = [];
      for (const found of find(server, collection, { query })) {
        if (found) joined.push(found.doc);
        else yield undefined;
      }
      yield withField(doc, target, joined);
    }
  };
}

function localValues(local: unknown): unknown[] {
  const values = Array.isArray(local) ? local : [local ?? null];
  if (values.some((value) => rankOf(value) === Rank.regex)) {
    refuse('regular expressions in the local field of $lookup');
  }
  return values;
}

function withField(doc: Doc, path: Path, value: unknown): Doc {
  const copy = clone(doc);
  setAt(copy, path, value);
  return copy;
}

function replaceRoot(expression: unknown): Stage {
  const evaluate = parseExpression(expression);
  return (flow) =>
    map(flow, (doc) => {
      const root = evaluate(doc);
      if (isObject(root)) return root;
      throw new StoreError(40228, "'newRoot' expression must evaluate to an object");
    });
}

const known = [
  'bucket',
  'bucketAuto',
  'changeStream',
  'collStats',
  'currentOp',
  'densify',
  'documents',
  'facet',
  'fill',
  'geoNear',
  'graphLookup',
  'indexStats',
  'listSessions',
  'merge',
  'out',
  'listLocalSessions',
  'planCacheStats',
  'redact',
  'sample',
  'search',
  'setWindowFields',
  'sortByCount',
  'unionWith',
  'vectorSearch',
  'listSearchIndexes',
];

/** Parses one stage. */
export function parseStage(name: string, spec: unknown, context: StageContext): Stage {
  switch (name) {
    case '$match': {
      const matches = matcher(objectOf(name, spec));
      return (flow) => filter(flow, matches);
    }
    case '$sort':
      parseSort(spec);
      return (flow) => sort(flow, spec);
    case '$limit': {
      const limit = stageNumber(name, spec);
      return (flow) => slice(flow, 0, limit);
    }
    case '$skip': {
      const skip = stageNumber(name, spec);
      return (flow) => slice(flow, skip, Infinity);
    }
    case '$project':
      return project(spec);
    case '$addFields':
    case '$set':
      return addFields(spec);
    case '$unset':
      return unset(spec);
    case '$group':
      return parseGroup(objectOf(name, spec));
    case '$count':
      return count(spec);
    case '$unwind':
      return unwind(spec);
    case '$lookup':
      return lookup(spec, context);
    case '$replaceRoot':
      return replaceRoot(objectOf(name, spec).newRoot);
    case '$replaceWith':
      return replaceRoot(spec);
  }
  if (known.includes(name.slice(1))) refuse(`the stage ${name}`);
  throw new StoreError(40324, `Unrecognized pipeline stage name: '${name}'`);
}
