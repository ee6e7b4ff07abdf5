import { StoreError } from './errors.ts';
import { compile, compileElement, type Predicate } from './match.ts';
import { isArrayIndex, valueAt, type Path } from './paths.ts';
import type { ElemMatchQuery, FieldQuery, Query } from './query.ts';
import { show } from './show.ts';
import { isObject, type Doc } from './values.ts';

const maxPadding = 1_500_000;

/** Sets a field, creating documents on the way; undefined removes it. Changes the document. */
export function setAt(root: Doc, path: Path, value: unknown): void {
  let container: unknown = root;
  for (let i = 0; i < path.length - 1; i++) {
    const part = path[i]!;
    const next = childOf(container, part);
    if (next === undefined) {
      if (value === undefined) return;
      const created: Doc = {};
      setChild(container, part, created, path.slice(0, i));
      container = created;
    } else container = next;
  }
  const last = path.at(-1)!;
  if (value === undefined) removeChild(container, last);
  else setChild(container, last, value, path.slice(0, -1));
}

function childOf(container: unknown, part: string): unknown {
  if (Array.isArray(container)) return isArrayIndex(part) ? container[Number(part)] : undefined;
  return isObject(container) && Object.hasOwn(container, part) ? container[part] : undefined;
}

function setChild(container: unknown, part: string, value: unknown, parent: Path): void {
  if (Array.isArray(container) && isArrayIndex(part)) {
    if (Number(part) - container.length > maxPadding) {
      throw new StoreError(2, `can't backfill more than ${maxPadding} elements`);
    }
    while (container.length < Number(part)) container.push(null);
    container[Number(part)] = value;
  } else if (isObject(container)) container[part] = value;
  else {
    const name = parent.at(-1) ?? '';
    const element = `{${name}: ${show(container)}}`;
    throw new StoreError(28, `Cannot create field '${part}' in element ${element}`);
  }
}

function removeChild(container: unknown, part: string): void {
  if (Array.isArray(container)) {
    if (isArrayIndex(part) && Number(part) < container.length) container[Number(part)] = null;
  } else if (isObject(container)) delete container[part];
}

/** True for $, $[] and $[name]; any other name with a dollar is a name. */
export const isPosition = (part: string): boolean => /^\$(\[\w*\])?$/.test(part);

/** Sets a field in every element of the arrays on its way, and replaces values that are in it. */
export function setEverywhere(container: Doc, path: Path, value: unknown): void {
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

/** What a path with $, $[] or $[name] in it depends on. */
export interface Positions {
  arrayFilters: ReadonlyMap<string, Predicate>;
  query?: Query;
}

/** The plain paths that a path with positions means in this document. */
export function resolvePath(doc: Doc, path: Path, positions: Positions): Path[] {
  const at = path.findIndex(isPosition);
  if (at < 0) return [path];
  const parent = path.slice(0, at);
  const array = valueAt(doc, parent);
  const part = path[at]!;
  if (part === '$') {
    const index = matchedPosition(doc, parent, positions.query);
    if (index === undefined) {
      throw new StoreError(
        2,
        'The positional operator did not find the match needed from the query.',
      );
    }
    return resolvePath(doc, [...parent, String(index), ...path.slice(at + 1)], positions);
  }
  if (!Array.isArray(array)) {
    throw new StoreError(
      2,
      `The path '${parent.join('.')}' must exist in the document in order to apply array updates.`,
    );
  }
  const matches = part === '$[]' ? () => true : positions.arrayFilters.get(part.slice(2, -1))!;
  return array.flatMap((element, i) =>
    matches(element)
      ? resolvePath(doc, [...parent, String(i), ...path.slice(at + 1)], positions)
      : [],
  );
}

/** The first element of an array that meets a condition of the query on that array. */
export function matchedPosition(
  doc: Doc,
  parent: Path,
  query: Query | undefined,
): number | undefined {
  const array = valueAt(doc, parent);
  const conditions = query ? conditionsOn(query, parent) : [];
  if (Array.isArray(array)) {
    for (const matches of conditions) {
      const position = array.findIndex(matches);
      if (position >= 0) return position;
    }
  }
  return undefined;
}

/** The query's conditions on elements of the array at a path. */
function conditionsOn(query: Query, parent: Path): Predicate[] {
  switch (query.kind) {
    case 'and':
    case 'or':
      return query.queries.flatMap((part) => conditionsOn(part, parent));
    case 'elemMatch':
      if (query.path.length === parent.length && isWithin(query.path, parent)) {
        return [compileElement(query)];
      }
      return isWithin(query.path, parent) ? [onElement(query, parent)] : [];
    case 'field':
      return isWithin(query.path, parent) ? [onElement(query, parent)] : [];
    case 'not':
    case 'nor':
    case 'expr':
      return [];
  }
}

const isWithin = (path: Path, parent: Path): boolean =>
  path.length >= parent.length && parent.every((part, i) => path[i] === part);

function onElement(query: FieldQuery | ElemMatchQuery, parent: Path): Predicate {
  const matches = compile({ ...query, path: ['element', ...query.path.slice(parent.length)] });
  return (element) => matches({ element });
}
