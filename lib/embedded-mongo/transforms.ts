import { StoreError } from './errors.ts';
import { fieldPath, parseExpression, type Scope } from './expression.ts';
import { flattenFields, parseProjection } from './projection.ts';
import { setEverywhere } from './update-paths.ts';
import { clone, isObject, type Doc } from './values.ts';

/** What a pipeline stage or a pipeline update makes of one document, leaving that as it is. */
type Transform = (doc: Doc) => Doc;

/** The name and argument of a stage. */
export function onlyField(stage: unknown): [string, unknown] {
  const [field, ...others] = isObject(stage) ? Object.entries(stage) : [];
  if (!field || others.length > 0) {
    throw new StoreError(40323, 'A pipeline stage must contain exactly one field.');
  }
  return field;
}

export function objectOf(name: string, spec: unknown): Doc {
  if (isObject(spec)) return spec;
  throw new StoreError(40272, `${name} specification stage must be an object`);
}

export type TransformName =
  '$project' | '$addFields' | '$set' | '$unset' | '$replaceRoot' | '$replaceWith';

export const transformNames: readonly TransformName[] = [
  '$project',
  '$addFields',
  '$set',
  '$unset',
  '$replaceRoot',
  '$replaceWith',
];

export const isTransform = (name: string): name is TransformName =>
  (transformNames as readonly string[]).includes(name);

/** Parses a stage that looks at one document at a time. */
export function parseTransform(name: TransformName, spec: unknown, scope: Scope): Transform {
  switch (name) {
    case '$project':
      return project(spec, scope);
    case '$addFields':
    case '$set':
      return addFields(spec, scope);
    case '$unset':
      return unset(spec);
    case '$replaceRoot':
      return replaceRoot(objectOf(name, spec).newRoot, scope);
    case '$replaceWith':
      return replaceRoot(spec, scope);
  }
}

function project(spec: unknown, scope?: Scope): Transform {
  const projection = parseProjection(objectOf('$project', spec), {
    isStage: true,
    ...(scope && { scope }),
  });
  if (projection) return projection;
  throw new StoreError(51272, 'projection specification must have at least one field');
}

function addFields(spec: unknown, scope: Scope): Transform {
  const fields = flattenFields(objectOf('$addFields', spec)).map(([name, value]) => ({
    path: fieldPath(name),
    evaluate: parseExpression(value, scope),
  }));
  return (doc) => {
    const result = clone(doc);
    for (const { path, evaluate } of fields) setEverywhere(result, path, evaluate(doc));
    return result;
  };
}

function unset(spec: unknown): Transform {
  const fields = Array.isArray(spec) ? spec : [spec];
  if (!fields.every((name) => typeof name === 'string' && name !== '') || fields.length === 0) {
    throw new StoreError(31002, '$unset specification must be a string or an array of strings');
  }
  return project(Object.fromEntries(fields.map((name) => [name, false])));
}

function replaceRoot(expression: unknown, scope: Scope): Transform {
  const evaluate = parseExpression(expression, scope);
  return (doc) => {
    const root = evaluate(doc);
    if (isObject(root)) return root;
    throw new StoreError(40228, "'newRoot' expression must evaluate to an object");
  };
}
