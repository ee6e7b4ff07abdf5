import { Int32 } from 'bson';
import { checkCollation } from './arguments.ts';
import type { Collection } from './catalog.ts';
import { refuse, StoreError } from './errors.ts';
import { isArrayIndex, parsePath } from './paths.ts';
import { parseFilter, type Query } from './query.ts';
import { show } from './show.ts';
import { equal, isNumber, isObject, nearestDouble, type Doc } from './values.ts';

/** Every collection has this one: its documents are stored under their _id. */
export const idIndexSpec: Doc = { v: new Int32(2), key: { _id: new Int32(1) }, name: '_id_' };

const ignored = new Set(['background', 'v', 'ns']);
const refused = new Set(
  `weights default_language language_override textIndexVersion 2dsphereIndexVersion bits min max
  wildcardProjection clustered prepareUnique storageEngine dropDups`.split(/\s+/),
);

/**
 * Checks an index specification and returns it as listIndexes will show it. A lenient one may have
 * options that no MongoDB knows, as dumps of old servers have.
 */
export function parseIndexSpec(spec: unknown, isLenient: boolean): Doc {
  if (!isObject(spec) || !isObject(spec.key)) {
    throw new StoreError(9, 'An index specification needs a key.');
  }
  if (typeof spec.name !== 'string' || spec.name === '') {
    throw new StoreError(9, 'An index specification needs a name.');
  }
  checkKey(spec.key);
  const result: Doc = { v: new Int32(2), key: spec.key, name: spec.name };
  for (const [name, value] of Object.entries(spec)) {
    if (name in result || ignored.has(name)) continue;
    addOption(result, name, value, isLenient);
  }
  if (result.sparse && result.partialFilterExpression) {
    throw new StoreError(67, 'cannot mix "partialFilterExpression" and "sparse" options');
  }
  return result;
}

function checkKey(key: Doc): void {
  const names = Object.keys(key);
  if (names.length === 0) throw new StoreError(67, 'Index keys cannot be an empty object');
  if (names.length > 32) throw new StoreError(67, 'Index keys cannot have more than 32 fields');
  for (const [name, direction] of Object.entries(key)) {
    if (typeof direction === 'string') refuse(`${direction} indexes`);
    if (name.includes('$')) refuse('wildcard indexes');
    if (!isNumber(direction) || !nearestDouble(direction)) {
      throw new StoreError(67, `An index key's value cannot be ${show(direction)}`);
    }
    const path = parsePath(name);
    if (path.includes('')) throw new StoreError(67, 'Index keys cannot contain an empty field.');
    // Over an array a number may mean a position or a name: keys would be ambiguous.
    if (path.some(isArrayIndex)) refuse(`the number in the index key '${name}'`);
  }
}

function addOption(result: Doc, name: string, value: unknown, isLenient: boolean): void {
  switch (name) {
    case 'unique':
    case 'sparse':
    case 'hidden':
      if (value === true) result[name] = true;
      return;
    case 'partialFilterExpression':
      if (!isObject(value)) throw new StoreError(14, `'${name}' must be an object`);
      checkPartialFilter(parseFilter(value));
      result[name] = value;
      return;
    case 'expireAfterSeconds':
      result[name] = expiry(result.key as Doc, value);
      return;
    case 'collation':
      checkCollation(value);
      return;
  }
  if (refused.has(name)) {
    if (value !== false) refuse(`the index option '${name}'`);
    return;
  }
  if (isLenient) return;
  throw new StoreError(197, `The field '${name}' is not valid for an index specification.`);
}

const partialOperators = new Set(['$eq', '$in', '$gt', '$gte', '$lt', '$lte', '$exists', '$type']);

/** Refuses what MongoDB does not take either: whether it is implied could not be told. */
function checkPartialFilter(query: Query): void {
  if (query.kind === 'and' || query.kind === 'or') query.queries.forEach(checkPartialFilter);
  else if (query.kind !== 'field' || !partialOperators.has(query.op)) {
    throw new StoreError(67, 'Expression not supported in partial index');
  }
}

/** Checks the expireAfterSeconds of an index with this key. */
export function expiry(key: Doc, value: unknown): unknown {
  const names = Object.keys(key);
  if (names.length !== 1 || names[0] === '_id') {
    throw new StoreError(67, 'TTL indexes are single-field indexes, and not on _id');
  }
  const seconds = isNumber(value) ? nearestDouble(value) : NaN;
  if (!(seconds >= 0 && seconds <= 2 ** 31 - 1)) {
    throw new StoreError(67, "TTL index 'expireAfterSeconds' must be between 0 and 2147483647");
  }
  return value;
}

/** What makes two indexes on the same fields different ones. */
const signature = ({ key, unique, sparse, partialFilterExpression }: Doc): Doc => ({
  key: directions(key as Doc),
  unique: unique === true,
  sparse: sparse === true,
  partialFilterExpression: partialFilterExpression ?? null,
});

const directions = (key: Doc): Doc =>
  Object.fromEntries(Object.entries(key).map(([name, value]) => [name, nearestDouble(value)]));

/** True if the very index is there already; a similar one is an error. */
export function compareToExisting({ indexes }: Collection, spec: Doc): boolean {
  for (const other of [idIndexSpec, ...indexes.map((index) => index.spec)]) {
    const isSame = equal(signature(spec), signature(other));
    const sameExpiry = equal(spec.expireAfterSeconds, other.expireAfterSeconds);
    if (isSame && other === idIndexSpec) return true;
    if (isSame && sameExpiry && spec.name === other.name) return true;
    if (spec.name === other.name) {
      throw new StoreError(86, `Another index has the name of the requested one: ${show(other)}`);
    }
    if (isSame) {
      throw new StoreError(85, `Index already exists with a different name: ${String(other.name)}`);
    }
  }
  return false;
}
