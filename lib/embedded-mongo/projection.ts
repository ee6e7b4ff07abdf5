import { refuse, StoreError } from './errors.ts';
import { compileElement, type Predicate } from './match.ts';
import { parsePath } from './paths.ts';
import { parseField, type ElemMatchQuery } from './query.ts';
import { parseExpression, type Evaluate } from './expression.ts';
import { classOf, isNumber, isObject, nearestDouble, type Doc } from './values.ts';
import { setAt } from './update-paths.ts';

export type Projection = (doc: Doc) => Doc;

type Rule =
  | { kind: 'keep' }
  | { kind: 'drop' }
  | { kind: 'slice'; skip: number | undefined; count: number }
  | { kind: 'elemMatch'; matches: Predicate };

interface Node {
  rule?: Rule;
  children: Map<string, Node>;
}

interface Computed {
  path: readonly string[];
  evaluate: Evaluate;
}

/** Parses a projection; undefined means whole documents. */
export function parseProjection(spec: unknown): Projection | undefined {
  if (spec === undefined) return undefined;
  if (!isObject(spec)) throw new StoreError(14, 'Expected the projection to be an object.');
  const entries = flattenFields(spec);
  if (entries.length === 0) return undefined;
  const root: Node = { children: new Map() };
  const computed: Computed[] = [];
  for (const [name, value] of entries) {
    if (name.endsWith('.$')) refuse('the positional operator in a projection');
    const rule = parseRule(name, value);
    if (rule) addRule(root, name, rule);
    else computed.push({ path: parsePath(name), evaluate: parseExpression(value) });
  }
  const isInclusion = decideKind(entries, computed);
  const idRule = root.children.get('_id');
  if (isInclusion && !idRule)
    root.children.set('_id', { rule: { kind: 'keep' }, children: new Map() });
  return (doc) => {
    const result = projectObject(doc, root, isInclusion);
    for (const { path, evaluate } of computed) {
      const value = evaluate(doc);
      if (value !== undefined) setAt(result, path, value);
    }
    return result;
  };
}

/** Turns { a: { b: 1 } } into { 'a.b': 1 }. */
export function flattenFields(spec: Doc, prefix = ''): [string, unknown][] {
  return Object.entries(spec).flatMap(([name, value]): [string, unknown][] => {
    const isNested = isObject(value) && !classOf(value) && !Object.keys(value)[0]?.startsWith('$');
    if (isNested && Object.keys(value).length > 0) return flattenFields(value, `${prefix}${name}.`);
    if (isNested) throw new StoreError(51270, 'An empty sub-projection is not a valid value.');
    return [[prefix + name, value]];
  });
}

function parseRule(name: string, value: unknown): Rule | undefined {
  if (isNumber(value)) return { kind: nearestDouble(value) === 0 ? 'drop' : 'keep' };
  if (typeof value === 'boolean') return { kind: value ? 'keep' : 'drop' };
  if (!isObject(value) || classOf(value)) return undefined;
  if ('$slice' in value) return sliceRule(value.$slice);
  if ('$elemMatch' in value) {
    const [query] = parseField(name, value);
    return { kind: 'elemMatch', matches: compileElement(query as ElemMatchQuery) };
  }
  if ('$meta' in value) refuse('$meta in a projection');
  return undefined;
}

function sliceRule(argument: unknown): Rule {
  const numbers = (Array.isArray(argument) ? argument : [argument]).map((part) =>
    isNumber(part) ? Math.trunc(nearestDouble(part)) : NaN,
  );
  const isValid = numbers.length > 0 && numbers.length <= 2 && !numbers.some(Number.isNaN);
  if (!isValid || (numbers.length === 2 && numbers[1]! <= 0)) {
    throw new StoreError(28667, '$slice takes a number, or a number to skip and a positive one.');
  }
  return numbers.length === 2
    ? { kind: 'slice', skip: numbers[0]!, count: numbers[1]! }
    : { kind: 'slice', skip: undefined, count: numbers[0]! };
}

function addRule(root: Node, name: string, rule: Rule): void {
  let node = root;
  for (const part of parsePath(name)) {
    if (node.rule) throw new StoreError(31249, `Path collision at ${name}`);
    const next = node.children.get(part) ?? { children: new Map<string, Node>() };
    node.children.set(part, next);
    node = next;
  }
  if (node.children.size > 0 || node.rule) throw new StoreError(31249, `Path collision at ${name}`);
  node.rule = rule;
}

/** Inclusion or exclusion: all fields but _id have to agree. */
function decideKind(entries: [string, unknown][], computed: Computed[]): boolean {
  const kinds = new Map(entries.map(([name, value]) => [name, parseRule(name, value)?.kind]));
  const others = [...kinds].filter(([name]) => name !== '_id');
  const keep = others.find(([, kind]) => kind === 'keep' || kind === 'elemMatch');
  const drop = others.find(([, kind]) => kind === 'drop');
  const onlyElemMatch = others.every(([, kind]) => kind === 'elemMatch');
  if (keep && drop && !onlyElemMatch) {
    const message = `Cannot do exclusion on field ${drop[0]} in inclusion projection`;
    throw new StoreError(31254, message);
  }
  if (computed.length > 0 && drop) {
    throw new StoreError(31252, 'Cannot use an expression in an exclusion projection');
  }
  if (keep || computed.length > 0) return true;
  return others.length === 0 && kinds.get('_id') === 'keep';
}

function projectObject(doc: Doc, node: Node, isInclusion: boolean): Doc {
  const result: Doc = {};
  for (const [name, value] of Object.entries(doc)) {
    const child = node.children.get(name);
    const projected = child
      ? projectField(value, child, isInclusion)
      : isInclusion
        ? undefined
        : value;
    if (projected !== undefined) result[name] = projected;
  }
  return result;
}

function projectField(value: unknown, node: Node, isInclusion: boolean): unknown {
  const { rule } = node;
  if (!rule) return projectInside(value, node, isInclusion);
  switch (rule.kind) {
    case 'keep':
      return value;
    case 'drop':
      return undefined;
    case 'slice':
      return Array.isArray(value) ? sliceArray(value, rule.skip, rule.count) : value;
    case 'elemMatch': {
      const found = Array.isArray(value) ? value.find(rule.matches) : undefined;
      return found === undefined ? undefined : [found];
    }
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
