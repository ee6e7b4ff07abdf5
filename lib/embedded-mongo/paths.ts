import { StoreError } from './errors.ts';
import { classOf, isObject, maxDepth, type Doc } from './values.ts';

export type Path = readonly string[];

export const isArrayIndex = (part: string): boolean => /^(0|[1-9]\d{0,8})$/.test(part);

/** Splits a dotted path, refusing the ones no document can have. */
export function parsePath(path: string): Path {
  const parts = path.split('.');
  // Assigning to __proto__ would change the prototype of our own object instead of a field.
  if (parts.includes('__proto__')) throw new StoreError(2, 'A field cannot be named __proto__.');
  if (parts.length > maxDepth) throw new StoreError(15, 'FieldPath is too long');
  return parts;
}

/** The value of a field; undefined means missing. */
export function fieldOf(container: unknown, name: string): unknown {
  if (!isObject(container)) return undefined;
  if (classOf(container) === 'DBRef') return dbRefField(container, name);
  return Object.hasOwn(container, name) ? container[name] : undefined;
}

function dbRefField(ref: Doc, name: string): unknown {
  const { collection, oid, db, fields } = ref as Record<string, unknown> & { fields: Doc };
  if (name === '$ref') return collection;
  if (name === '$id') return oid;
  return name === '$db' ? db : fields[name];
}

/**
 * Visits every value a query path can mean, entering arrays on the way but not at its end.
 * Stops and returns true as soon as a visit does.
 */
export function visitPath(
  value: unknown,
  path: Path,
  visit: (value: unknown) => boolean,
  at = 0,
  seen = path.length > shortPath ? new Map<unknown, Set<number>>() : undefined,
): boolean {
  if (at === path.length) return visit(value);
  const part = path[at]!;
  if (!Array.isArray(value)) return visitPath(fieldOf(value, part), path, visit, at + 1, seen);
  if (seen && !isNew(seen, value, at)) return false;
  if (isArrayIndex(part) && Number(part) < value.length) {
    if (visitPath(value[Number(part)], path, visit, at + 1, seen)) return true;
  }
  return value.some((element) => isObject(element) && visitPath(element, path, visit, at, seen));
}

/**
 * A number in a path is a position and may be a field too: in nested arrays the ways double with
 * every part, and meet again. In a longer path than this, no place is gone through twice.
 */
const shortPath = 8;

function isNew(seen: Map<unknown, Set<number>>, value: unknown, at: number): boolean {
  const places = seen.get(value) ?? new Set();
  if (places.has(at)) return false;
  seen.set(value, places.add(at));
  return true;
}

/** The value at a path that enters no arrays, as update and projection see it. */
export function valueAt(value: unknown, path: Path): unknown {
  let current = value;
  for (const part of path) {
    if (Array.isArray(current)) current = isArrayIndex(part) ? current[Number(part)] : undefined;
    else current = fieldOf(current, part);
    if (current === undefined) return undefined;
  }
  return current;
}

/** The value of a '$path' in an aggregation: arrays on the way give an array of what they hold. */
export function collectAt(value: unknown, path: Path, at = 0): unknown {
  if (at === path.length || value === undefined) return value;
  if (!Array.isArray(value)) return collectAt(fieldOf(value, path[at]!), path, at + 1);
  return value
    .map((element) => collectAt(element, path, at))
    .filter((found) => found !== undefined);
}

/** What an index sees in one document: a tuple of values per key, and whether an array was met. */
interface Tuples {
  tuples: unknown[][];
  multi: boolean;
}

/** Stands for the element of an empty array: indexed below null, unlike a missing field. */
export const emptyArray = Symbol('empty array');

interface Reached {
  value: unknown;
  rest: Path;
  /** Nothing more to open: an array inside an array is a value of its own. */
  settled: boolean;
}

/** The key tuples of a document; elements of one array stay together across the fields. */
export function tuplesOf(doc: Doc, paths: readonly Path[]): Tuples {
  const tuples: unknown[][] = [];
  const start = paths.map((rest) => ({ value: doc, rest, settled: false }));
  return { multi: expand(start, paths, tuples), tuples };
}

function expand(fields: Reached[], paths: readonly Path[], tuples: unknown[][]): boolean {
  const reached = fields.map(descend);
  const arrays = reached.filter(({ value, settled }) => !settled && Array.isArray(value));
  const array = arrays[0]?.value as unknown[] | undefined;
  if (!array) {
    tuples.push(reached.map(({ value }) => value));
    return false;
  }
  if (arrays.some(({ value }) => value !== array)) refuseParallel(reached, paths);
  for (const element of array.length > 0 ? array : [emptyArray]) {
    const entered = reached.map((field) =>
      field.value === array && !field.settled ? enter(field, element) : field,
    );
    expand(entered, paths, tuples);
  }
  return true;
}

function descend(field: Reached): Reached {
  if (field.settled) return field;
  let { value, rest } = field;
  while (rest.length > 0 && !Array.isArray(value)) {
    value = fieldOf(value, rest[0]!);
    rest = rest.slice(1);
  }
  return { value, rest, settled: !Array.isArray(value) };
}

function enter(field: Reached, element: unknown): Reached {
  if (field.rest.length === 0) return { value: element, rest: field.rest, settled: true };
  return {
    value: element !== emptyArray && isObject(element) ? element : undefined,
    rest: field.rest,
    settled: false,
  };
}

function refuseParallel(reached: Reached[], paths: readonly Path[]): never {
  const names = paths
    .filter((_, i) => !reached[i]!.settled)
    .map((path) => `[${path.join('.')}]`)
    .reverse();
  throw new StoreError(171, `cannot index parallel arrays ${names.join(' ')}`);
}
