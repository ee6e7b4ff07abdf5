import type { Collection } from './catalog.ts';
import { refuse, StoreError } from './errors.ts';
import { checkVariable, parseExpression, type Scope } from './expression.ts';
import { collectAt, parsePath } from './paths.ts';
import { documentsOf, parseInner, type Stage, type StageContext } from './pipeline.ts';
import { parseFilter } from './query.ts';
import type { Flow } from './search.ts';
import { objectOf } from './transforms.ts';
import { setAt } from './update-paths.ts';
import { clone, isObject, rankOf, Rank, type Doc } from './values.ts';

function* none(): Flow<never> {}

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** Adds to each document an array of those that belong to it in another collection. */
export function lookup(spec: unknown, context: StageContext): Stage {
  const {
    from,
    as,
    localField,
    foreignField,
    let: variables,
    pipeline,
    ...others
  } = objectOf('$lookup', spec);
  const [other] = Object.keys(others);
  if (other) throw new StoreError(9, `unknown argument to $lookup: ${other}`);
  const hasFields = localField !== undefined || foreignField !== undefined;
  const areNames = hasFields ? isName(localField) && isName(foreignField) : pipeline !== undefined;
  if (!isName(from) || !isName(as) || !areNames) {
    throw new StoreError(9, '$lookup needs from, as, and localField and foreignField or pipeline');
  }
  if (hasFields && pipeline !== undefined) refuse('$lookup with fields and a pipeline');
  const target = parsePath(as);
  const join = hasFields
    ? byFields(localField as string, foreignField as string, context)
    : byPipeline(variables, pipeline, context);
  return function* (flow) {
    for (const doc of flow) {
      if (!doc) {
        yield undefined;
        continue;
      }
      const collection = context.server.store.collection(`${context.database}.${from}`);
      const joined: Doc[] = [];
      for (const found of collection ? join(doc, collection) : none()) {
        if (found) joined.push(found);
        else yield undefined;
      }
      const copy = clone(doc);
      setAt(copy, target, joined);
      yield copy;
    }
  };
}

type Join = (doc: Doc, collection: Collection) => Flow<Doc>;

function byFields(local: string, foreign: string, { server }: StageContext): Join {
  const path = parsePath(local);
  return (doc, collection) => {
    const found = collectAt(doc, path);
    const values = Array.isArray(found) ? found : [found ?? null];
    if (values.some((value) => rankOf(value) === Rank.regex)) {
      refuse('regular expressions in the local field of $lookup');
    }
    return documentsOf(server, collection, { query: parseFilter({ [foreign]: { $in: values } }) });
  };
}

function byPipeline(variables: unknown, pipeline: unknown, context: StageContext): Join {
  const entries = Object.entries(isObject(variables) ? variables : {}).map(([name, value]) => {
    checkVariable(name);
    return [name, parseExpression(value, context.scope)] as const;
  });
  const cells = new Map<string, unknown>();
  const scope: Scope = new Map([
    ...context.scope,
    ...entries.map(([name]) => [name, () => cells.get(name)] as const),
  ]);
  const inner = parseInner(pipeline, { ...context, scope });
  return (doc, collection) => {
    // All that is found for one document is read before the next one sets them.
    for (const [name, evaluate] of entries) cells.set(name, evaluate(doc));
    return inner(collection);
  };
}
