import { StoreError } from './errors.ts';
import { parseExpression } from './expression.ts';
import { parsePath, type Path } from './paths.ts';
import { flattenFields, parseProjection } from './projection.ts';
import { clone, isObject, type Doc } from './values.ts';

/** What a pipeline stage or a pipeline update makes of one document, leaving that as it is. */
export type Transform = (doc: Doc) => Doc;

export function objectOf(name: string, spec: unknown): Doc {
  if (isObject(spec)) return spec;
  throw new StoreError(40272, `${name} specification stage must be an object`);
}

export type TransformName =
  '$project' | '$addFields' | '$set' | '$unset' | '$replaceRoot' | '$replaceWith';

const names = ['$project', '$addFields', '$set', '$unset', '$replaceRoot', '$replaceWith'];

export const isTransform = (name: string): name is TransformName => names.includes(name);

/** Parses a stage that looks at one document at a time. */
export function parseTransform(name: TransformName, spec: unknown): Transform {
  switch (name) {
    case '$project':
      return project(spec);
    case '$addFields':
    case '$set':
      return addFields(spec);
    case '$unset':
      return unset(spec);
    case '$replaceRoot':
      return replaceRoot(objectOf(name, spec).newRoot);
    case '$replaceWith':
      return replaceRoot(spec);
  }
}

function project(spec: unknown): Transform {
  const projection = parseProjection(objectOf('$project', spec));
  if (projection) return projection;
  throw new StoreError(51272, 'projection specification must have at least one field');
}

function addFields(spec: unknown): Transform {
  const fields = flattenFields(objectOf('$addFields', spec)).map(([name, value]) => ({
    path: parsePath(name),
    evaluate: parseExpression(value),
  }));
  return (doc) => {
    const result = clone(doc);
    for (const { path, evaluate } of fields) setEverywhere(result, path, evaluate(doc));
    return result;
  };
}

/** Sets a field in every element of the arrays on its way, and replaces values that are in it. */
function setEverywhere(container: Doc, path: Path, value: unknown): void {
  const [name, ...rest] = path as [string, ...string[]];
  if (rest.length > 0) container[name] = within(container[name], rest, value);
  else if (value === undefined) delete container[name];
  else container[name] = value;
}

function within(current: unknown, rest: Path, value: unknown): unknown {
  if (Array.isArray(current)) return current.map((element) => within(element, rest, value));
  const inner = isObject(current) ? current : {};
  setEverywhere(inner, rest, value);
  return inner;
}

function unset(spec: unknown): Transform {
  const fields = Array.isArray(spec) ? spec : [spec];
  if (!fields.every((name) => typeof name === 'string' && name !== '') || fields.length === 0) {
    throw new StoreError(31002, '$unset specification must be a string or an array of strings');
  }
  return project(Object.fromEntries(fields.map((name) => [name, false])));
}

function replaceRoot(expression: unknown): Transform {
  const evaluate = parseExpression(expression);
  return (doc) => {
    const root = evaluate(doc);
    if (isObject(root)) return root;
    throw new StoreError(40228, "'newRoot' expression must evaluate to an object");
  };
}
