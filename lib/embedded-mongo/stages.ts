import { calculateObjectSize, Long } from 'bson';
import type { Server } from './commands.ts';
import { refuse, StoreError } from './errors.ts';
import { parseGroup } from './group.ts';
import { matcher } from './match.ts';
import { collectAt, parsePath, valueAt, type Path } from './paths.ts';
import { parseFilter } from './query.ts';
import { find } from './reading.ts';
import { map, slice, type Flow } from './search.ts';
import { parseSort, Sorter } from './sort.ts';
import { isTransform, objectOf, parseTransform } from './transforms.ts';
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

/** Picks documents by chance, holding no more than it returns. */
function sample(spec: unknown): Stage {
  const { size } = objectOf('$sample', spec);
  const wanted = isNumber(size) ? nearestDouble(size) : NaN;
  if (!Number.isInteger(wanted) || wanted <= 0) {
    throw new StoreError(28747, 'size argument to $sample must be a positive integer');
  }
  return function* (flow) {
    const picked: Doc[] = [];
    let seen = 0;
    for (const doc of flow) {
      if (!doc) {
        yield undefined;
        continue;
      }
      const place = Math.floor(Math.random() * ++seen);
      if (picked.length < wanted) {
        picked.push(picked[place] ?? doc);
        picked[place] = doc;
      } else if (place < wanted) picked[place] = doc;
    }
    yield* picked;
  };
}

const maxFacetBytes = 100 * 1024 * 1024;
const notInFacet = ['$facet', '$out', '$merge', '$geoNear', '$indexStats', '$collStats'];

function facet(spec: unknown, context: StageContext): Stage {
  const facets = Object.entries(isObject(spec) ? spec : {}).map(([name, stages]) => {
    if (!Array.isArray(stages)) {
      throw new StoreError(40170, `arguments to $facet must be arrays, ${name} is not`);
    }
    const parsed = stages.map(onlyField).map(([stage, argument]) => {
      if (notInFacet.includes(stage)) {
        throw new StoreError(40600, `${stage} is not allowed to be used within a $facet stage`);
      }
      return parseStage(stage, argument, context);
    });
    return { name, parsed };
  });
  if (facets.length === 0) {
    throw new StoreError(40169, 'the $facet specification must be a non-empty object');
  }
  return function* (flow) {
    const docs: Doc[] = [];
    let bytes = 0;
    for (const doc of flow) {
      if (!doc) {
        yield undefined;
        continue;
      }
      docs.push(doc);
      bytes += calculateObjectSize(doc);
      if (bytes > maxFacetBytes) {
        throw new StoreError(292, `$facet exceeded the memory limit of ${maxFacetBytes} bytes`);
      }
    }
    const result: Doc = {};
    for (const { name, parsed } of facets) {
      const found: Doc[] = [];
      for (const doc of runStages(eachOf(docs), parsed)) {
        if (doc) found.push(doc);
        else yield undefined;
      }
      result[name] = found;
    }
    yield result;
  };
}

const pauseEvery = 256;

function* eachOf(docs: Doc[]): Flow<Doc> {
  for (const [i, doc] of docs.entries()) {
    if (i % pauseEvery === 0) yield undefined;
    yield doc;
  }
}

export const runStages = (source: Flow<Doc>, stages: Stage[]): Flow<Doc> =>
  stages.reduce((flow, stage) => stage(flow), source);

/** The name and argument of a stage. */
export function onlyField(stage: unknown): [string, unknown] {
  const [field, ...others] = isObject(stage) ? Object.entries(stage) : [];
  if (!field || others.length > 0) {
    throw new StoreError(
      40323,
      'A pipeline stage specification object must contain exactly one field.',
    );
  }
  return field;
}

const known = [
  'bucket',
  'bucketAuto',
  'changeStream',
  'currentOp',
  'densify',
  'documents',
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
  'search',
  'setWindowFields',
  'sortByCount',
  'unionWith',
  'vectorSearch',
  'listSearchIndexes',
];

/** Parses one stage. */
export function parseStage(name: string, spec: unknown, context: StageContext): Stage {
  if (isTransform(name)) {
    const transform = parseTransform(name, spec);
    return (flow) => map(flow, transform);
  }
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
    case '$group':
      return parseGroup(objectOf(name, spec));
    case '$count':
      return count(spec);
    case '$unwind':
      return unwind(spec);
    case '$lookup':
      return lookup(spec, context);
    case '$sample':
      return sample(spec);
    case '$facet':
      return facet(spec, context);
    case '$collStats':
      throw new StoreError(40602, '$collStats is only valid as the first stage in a pipeline.');
  }
  if (known.includes(name.slice(1))) refuse(`the stage ${name}`);
  throw new StoreError(40324, `Unrecognized pipeline stage name: '${name}'`);
}
