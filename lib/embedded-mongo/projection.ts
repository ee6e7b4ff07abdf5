import { refuse, StoreError } from './errors.ts';
import { fieldPath, parseExpression, type Evaluate, type Scope } from './expression.ts';
import { compileElement, type Predicate } from './match.ts';
import type { Path } from './paths.ts';
import { valueAt } from './paths.ts';
import { parseField, type ElemMatchQuery, type Query } from './query.ts';
import { matchedPosition, setEverywhere } from './update-paths.ts';
import { classOf, isNumber, isObject, isTruthy, nearestDouble, type Doc } from './values.ts';

type Projection = (doc: Doc) => Doc;

type Rule =
  | { kind: 'keep' | 'drop' | 'positional' }
  | { kind: 'slice'; skip: number | undefined; count: number }
  | { kind: 'elemMatch'; matches: Predicate }
  | { kind: 'computed'; evaluate: Evaluate };

/** A field of a projection, with the rule for it. */
interface Field {
  name: string;
  path: Path;
  rule: Rule;
}

interface Node {
  rule?: Rule;
  children: Map<string, Node>;
}

/** Where a projection stands: a command's may use its query, a stage's has expressions only. */
export interface ProjectionContext {
  scope?: Scope;
  query?: Query;
  isStage?: boolean;
}

/** Parses a projection; undefined means whole documents. */
export function parseProjection(
  spec: unknown,
  context: ProjectionContext = {},
): Projection | undefined {
  if (spec === undefined) return undefined;
  if (!isObject(spec)) throw new StoreError(14, 'Expected the projection to be an object.');
  const fields = flattenFields(spec).map(([name, value]) => parseRule(name, value, context));
  if (fields.length === 0) return undefined;
  const root: Node = { children: new Map() };
  for (const field of fields) addRule(root, field);
  const isInclusion = decideKind(fields);
  if (isInclusion && !root.children.has('_id')) {
    root.children.set('_id', { rule: { kind: 'keep' }, children: new Map() });
  }
  // MongoDB puts what it makes behind the fields that it only includes.
  const made = fields.filter(({ rule }) => ['computed', 'elemMatch'].includes(rule.kind));
  return (doc) => {
    const positional = fields.find(({ rule }) => rule.kind === 'positional');
    const source = positional ? withMatched(doc, positional.path, context.query) : doc;
    const result = projectObject(source, root, isInclusion);
    for (const { path, rule } of made) {
      if (rule.kind === 'computed') setEverywhere(result, path, rule.evaluate(doc));
      else if (rule.kind === 'elemMatch') {
        const array = valueAt(doc, path);
        const found = Array.isArray(array) ? array.find(rule.matches) : undefined;
        setEverywhere(result, path, found === undefined ? undefined : [found]);
      }
    }
    return result;
  };
}

/** Turns { a: { b: 1 } } into { 'a.b': 1 }. */
export function flattenFields(spec: Doc, prefix = ''): [string, unknown][] {
  return Object.entries(spec).flatMap(([name, value]): [string, unknown][] => {
    const isNested = isObject(value) && !classOf(value) && !Object.keys(value)[0]?.startsWith('$');
    if (isNested && Object.keys(value).length > 0) {
      return flattenFields(value, `${prefix}${name}.`);
    }
    if (isNested) throw new StoreError(51270, 'An empty sub-projection is not a valid value.');
    return [[prefix + name, value]];
  });
}

function parseRule(name: string, value: unknown, context: ProjectionContext): Field {
  const isFlag = isNumber(value) || typeof value === 'boolean';
  if (name.endsWith('.$') && !context.isStage) {
    if (!isTruthy(value)) {
      throw new StoreError(31395, 'positional projection cannot be used with exclusion');
    }
    const parent = name.slice(0, -2);
    return { name: parent, path: fieldPath(parent), rule: { kind: 'positional' } };
  }
  const path = fieldPath(name);
  if (isFlag) return { name, path, rule: { kind: isTruthy(value) ? 'keep' : 'drop' } };
  const rule = context.isStage ? undefined : findRule(name, value);
  if (rule) return { name, path, rule };
  return { name, path, rule: { kind: 'computed', evaluate: parseComputed(value, context.scope) } };
}

function parseComputed(value: unknown, scope: Scope | undefined): Evaluate {
  try {
    return parseExpression(value, scope);
  } catch (error) {
    const [operator] = isObject(value) ? Object.keys(value) : [];
    const isOwn = error instanceof StoreError && error.message.endsWith(`'${operator}'`);
    if (isOwn && error.code === 168) throw new StoreError(31325, `Unknown expression ${operator}`);
    throw error;
  }
}

/** The operators that only the projection of a command has. */
function findRule(name: string, value: unknown): Rule | undefined {
  if (!isObject(value) || classOf(value)) return undefined;
  if ('$slice' in value) return sliceRule(value.$slice);
  if ('$elemMatch' in value) {
    if (name.includes('.')) {
      throw new StoreError(31275, 'Cannot use $elemMatch projection on a nested field.');
    }
    const [query] = parseField(name, value);
    return { kind: 'elemMatch', matches: compileElement(query as ElemMatchQuery) };
  }
  if ('$meta' in value) refuse('$meta in a projection');
  return undefined;
}

/** A slice by numbers; one with an array to slice is an expression. */
function sliceRule(argument: unknown): Rule | undefined {
  const list = Array.isArray(argument) ? argument : [argument];
  if (Array.isArray(argument) && !isNumber(argument[0])) return undefined;
  const numbers = list.map((part) => (isNumber(part) ? Math.trunc(nearestDouble(part)) : NaN));
  const isValid = numbers.length > 0 && numbers.length <= 2 && !numbers.some(Number.isNaN);
  if (!isValid || (numbers.length === 2 && numbers[1]! <= 0)) {
    throw new StoreError(28667, '$slice takes a number, or a number to skip and a positive one.');
  }
  return numbers.length === 2
    ? { kind: 'slice', skip: numbers[0]!, count: numbers[1]! }
    : { kind: 'slice', skip: undefined, count: numbers[0]! };
}

function addRule(root: Node, { name, path, rule }: Field): void {
  let node = root;
  for (const part of path) {
    if (node.rule) throw new StoreError(31249, `Path collision at ${name}`);
    const next = node.children.get(part) ?? { children: new Map<string, Node>() };
    node.children.set(part, next);
    node = next;
  }
  if (node.children.size > 0 || node.rule) throw new StoreError(31250, `Path collision at ${name}`);
  node.rule = rule;
}

/** Inclusion or exclusion: all fields but _id have to agree with the first that tells. */
function decideKind(fields: Field[]): boolean {
  const others = fields.filter(({ name, rule }) => name !== '_id' || rule.kind === 'computed');
  const telling = others.filter(({ rule }) => rule.kind !== 'slice');
  const [first] = telling;
  if (!first) return others.length === 0 && fields.some(({ rule }) => rule.kind === 'keep');
  const isInclusion = first.rule.kind !== 'drop';
  for (const { name, rule } of telling) {
    if (isInclusion === (rule.kind !== 'drop')) continue;
    if (isInclusion) {
      const message = `Cannot do exclusion on field ${name} in inclusion projection`;
      throw new StoreError(31254, message);
    }
    if (rule.kind === 'computed') {
      throw new StoreError(31252, 'Cannot use an expression in an exclusion projection');
    }
    throw new StoreError(31253, `Cannot do inclusion on field ${name} in exclusion projection`);
  }
  return isInclusion;
}

/** The document with only that element in an array which the query matched. */
function withMatched(doc: Doc, path: Path, query: Query | undefined): Doc {
  const array = valueAt(doc, path);
  if (!Array.isArray(array)) return doc;
  const position = matchedPosition(doc, path, query);
  if (position === undefined) {
    throw new StoreError(51246, "positional operator '.$' couldn't find a matching element");
  }
  return replacedAt(doc, path, [array[position]]);
}

function replacedAt(doc: Doc, [name, ...rest]: Path, value: unknown): Doc {
  const inner = rest.length > 0 ? replacedAt(doc[name!] as Doc, rest, value) : value;
  return { ...doc, [name!]: inner };
}

function projectObject(doc: Doc, node: Node, isInclusion: boolean): Doc {
  const result: Doc = {};
  for (const [name, value] of Object.entries(doc)) {
    const child = node.children.get(name);
    const kept = isInclusion ? undefined : value;
    const projected = child ? projectField(value, child, isInclusion) : kept;
    if (projected !== undefined) result[name] = projected;
  }
  return result;
}

function projectField(value: unknown, node: Node, isInclusion: boolean): unknown {
  const { rule } = node;
  switch (rule?.kind) {
    case undefined:
      return projectInside(value, node, isInclusion);
    case 'keep':
    case 'positional':
      return value;
    case 'slice':
      return Array.isArray(value) ? sliceArray(value, rule.skip, rule.count) : value;
    case 'drop':
    case 'elemMatch':
    case 'computed':
      return undefined;
  }
}

function projectInside(value: unknown, node: Node, isInclusion: boolean): unknown {
  if (Array.isArray(value)) {
    const elements = value.map((element) => projectInside(element, node, isInclusion));
    return elements.filter((element) => element !== undefined);
  }
  if (isObject(value) && !classOf(value)) return projectObject(value, node, isInclusion);
  return isInclusion ? undefined : value;
}

function sliceArray(array: unknown[], skip: number | undefined, count: number): unknown[] {
  if (skip === undefined) return count >= 0 ? array.slice(0, count) : array.slice(count);
  const start = skip >= 0 ? skip : Math.max(0, array.length + skip);
  return array.slice(start, start + count);
}
