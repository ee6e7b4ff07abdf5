import { calculateObjectSize, Int32, Long } from 'bson';
import { refuse, StoreError } from './errors.ts';
import { parseGroup } from './group.ts';
import { lookup } from './lookup.ts';
import { matcher } from './match.ts';
import { parsePath, valueAt } from './paths.ts';
import { parseStages, runStages, type Stage, type StageContext } from './pipeline.ts';
import { map, slice, taken, type Flow } from './search.ts';
import { parseSort, Sorter } from './sort.ts';
import {
  objectOf,
  onlyField,
  parseTransform,
  transformNames,
  type TransformName,
} from './transforms.ts';
import { isTurnOver } from './turn.ts';
import { setAt } from './update-paths.ts';
import { clone, isNumber, isObject, nearestDouble, type Doc } from './values.ts';

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
  yield* taken(flow, (doc) => sorter.add(doc, doc, calculateObjectSize(doc)));
  yield* sorter.result();
}

function count(spec: unknown): Stage {
  if (typeof spec !== 'string' || spec === '' || spec.startsWith('$') || spec.includes('.')) {
    throw new StoreError(40156, 'the count field must be a non-empty string without $ or .');
  }
  return function* (flow) {
    let total = 0;
    yield* taken(flow, () => total++);
    if (total > 0) yield { [spec]: new Int32(total) };
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
  const eachElement = function* (doc: Doc, elements: unknown[]): Flow<Doc> {
    // Copied once without its array: a copy of all of it for each element would take for ever.
    const bare = withValue(doc, null, null);
    for (const [i, element] of elements.entries()) {
      yield withValue(bare, element, i);
      if (isTurnOver()) yield undefined;
    }
  };
  return function* (flow) {
    for (const doc of flow) {
      const value = doc && valueAt(doc, path);
      if (!doc) yield undefined;
      else if (!Array.isArray(value)) {
        const isAbsent = value === undefined || value === null;
        if (!isAbsent || preserveNullAndEmptyArrays === true) yield withValue(doc, value, null);
      } else if (value.length > 0) {
        yield* eachElement(doc, value);
      } else if (preserveNullAndEmptyArrays === true) yield withValue(doc, undefined, null);
    }
  };
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
    yield* taken(flow, (doc) => {
      const place = Math.floor(Math.random() * ++seen);
      if (picked.length < wanted) {
        picked.push(picked[place] ?? doc);
        picked[place] = doc;
      } else if (place < wanted) picked[place] = doc;
    });
    yield* picked;
  };
}

/** What can only stand at the beginning of a pipeline. */
const onlyFirst = ['$documents', '$listLocalSessions'];
/** And what only at its end. */
const onlyLast = ['$out', '$merge'];

const maxFacetBytes = 100 * 1024 * 1024;
const notInFacet = ['$facet', ...onlyFirst, ...onlyLast];

function facet(spec: unknown, context: StageContext): Stage {
  const facets = Object.entries(isObject(spec) ? spec : {}).map(([name, stages]) => {
    if (!Array.isArray(stages)) {
      throw new StoreError(40170, `arguments to $facet must be arrays, ${name} is not`);
    }
    const wrong = stages.map(onlyField).find(([stage]) => notInFacet.includes(stage));
    if (wrong) {
      throw new StoreError(40600, `${wrong[0]} is not allowed to be used within a $facet stage`);
    }
    return { name, parsed: parseStages(stages, context) };
  });
  if (facets.length === 0) {
    throw new StoreError(40169, 'the $facet specification must be a non-empty object');
  }
  return function* (flow) {
    const docs: Doc[] = [];
    let bytes = 0;
    yield* taken(flow, (doc) => {
      docs.push(doc);
      bytes += calculateObjectSize(doc);
      if (bytes > maxFacetBytes) {
        throw new StoreError(292, `$facet exceeded the memory limit of ${maxFacetBytes} bytes`);
      }
    });
    const result: Doc = {};
    for (const { name, parsed } of facets) {
      const found: Doc[] = [];
      for (const doc of runStages(eachOf(docs), parsed)) {
        if (doc) found.push(doc);
        if (!doc || isTurnOver()) yield undefined;
      }
      result[name] = found;
    }
    yield result;
  };
}

const pauseEvery = 256;

export function* eachOf(docs: Doc[]): Flow<Doc> {
  for (const [i, doc] of docs.entries()) {
    if (i % pauseEvery === 0) yield undefined;
    yield doc;
  }
}

/** What MongoDB has and this store has not. */
const refused = new Set(
  `bucket bucketAuto changeStream changeStreamSplitLargeEvent collStats currentOp densify fill geoNear
  graphLookup indexStats listSearchIndexes listSessions planCacheStats redact search searchMeta
  setWindowFields sortByCount unionWith vectorSearch`.split(/\s+/),
);

type ParseStage = (spec: unknown, context: StageContext, name: string) => Stage;

const transforming: ParseStage = (spec, { scope }, name) => {
  const transform = parseTransform(name as TransformName, spec, scope);
  return (flow) => map(flow, transform);
};

const parsers: Record<string, ParseStage> = {
  ...Object.fromEntries(transformNames.map((name) => [name, transforming])),
  $match: (spec, { scope }, name) => {
    const matches = matcher(objectOf(name, spec), scope);
    return (flow) => filter(flow, matches);
  },
  $sort: (spec) => {
    parseSort(spec);
    return (flow) => sort(flow, spec);
  },
  $limit: (spec, _context, name) => {
    const limit = stageNumber(name, spec);
    return (flow) => slice(flow, 0, limit);
  },
  $skip: (spec, _context, name) => {
    const skip = stageNumber(name, spec);
    return (flow) => slice(flow, skip, Infinity);
  },
  $group: (spec, { scope }, name) => parseGroup(objectOf(name, spec), scope),
  $count: count,
  $unwind: unwind,
  $lookup: lookup,
  $sample: sample,
  $facet: facet,
};

/** Parses one stage. */
export function parseStage(name: string, spec: unknown, context: StageContext): Stage {
  const parse = Object.hasOwn(parsers, name) ? parsers[name] : undefined;
  if (parse) return parse(spec, context, name);
  if (onlyFirst.includes(name)) {
    throw new StoreError(40602, `${name} is only valid as the first stage in a pipeline.`);
  }
  if (onlyLast.includes(name)) {
    throw new StoreError(40601, `${name} can only be the final stage in the pipeline`);
  }
  if (refused.has(name.slice(1))) refuse(`the stage ${name}`);
  throw new StoreError(40324, `Unrecognized pipeline stage name: '${name}'`);
}
