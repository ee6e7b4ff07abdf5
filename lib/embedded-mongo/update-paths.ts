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

/** What a path with $, $[] or $[name] in it depends on. */
export interface Positions {
  arrayFilters: ReadonlyMap<string, Predicate>;
  query?: Query;
}

/** The plain paths that a path with positions means in this document. */
export function resolvePath(doc: Doc, path: Path, positions: Positions): Path[] {
  const at = path.findIndex((part) => part.startsWith('$'));
  if (at < 0) return [path];
  const parent = path.slice(0, at);
  const array = valueAt(doc, parent);
  const part = path[at]!;
  if (part === '$') {
    const index = matchedPosition(doc, parent, positions.query);
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
function matchedPosition(doc: Doc, parent: Path, query: Query | undefined): number {
  const array = valueAt(doc, parent);
  const conditions = query ? conditionsOn(query, parent) : [];
  if (Array.isArray(array)) {
    for (const matches of conditions) {
      const position = array.findIndex(matches);
      if (position >= 0) return position;
    }
  }
  throw new StoreError(2, 'The positional operator did not find the match needed from the query.');
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
      return [];
  }
}

const isWithin = (path: Path, parent: Path): boolean =>
  path.length >= parent.length && parent.every((part, i) => path[i] === part);

function onElement(query: FieldQuery | ElemMatchQuery, parent: Path): Predicate {
  const matches = compile({ ...query, path: ['element', ...query.path.slice(parent.length)] });
  return (element) => matches({ element });
}
