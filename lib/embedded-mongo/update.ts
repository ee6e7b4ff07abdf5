import { StoreError } from './errors.ts';
import { scopeOf } from './expression.ts';
import { matcher, type Predicate } from './match.ts';
import { parsePath, valueAt, type Path } from './paths.ts';
import { keepId, parsePipelineUpdate, type Update } from './update-pipeline.ts';
import type { Query } from './query.ts';
import { isPosition, resolvePath, setAt, type Positions } from './update-paths.ts';
import { updateOperators, type Change } from './update-operators.ts';
import { clone, isObject, rankOf, Rank, type Doc } from './values.ts';

export type { Update };

interface Leaf {
  path: Path;
  change: Change;
  needsField: boolean;
  onlyOnInsert: boolean;
  /** $rename: where the value comes from. */
  from?: Path;
}

/** Parses an update document, refusing everything that could fail whatever the document. */
export function parseUpdate(update: unknown, arrayFilters?: unknown, scope = scopeOf()): Update {
  if (Array.isArray(update)) return parsePipelineUpdate(update, arrayFilters, scope);
  if (!isObject(update)) {
    throw new StoreError(9, 'Update argument must be either an object or an array');
  }
  const isReplacement = !Object.keys(update)[0]?.startsWith('$');
  if (isReplacement) return replacement(update);
  const leaves = Object.entries(update).flatMap(([operator, fields]) =>
    parseLeaves(operator, fields),
  );
  refuseConflicts(leaves);
  leaves.sort((a, b) => comparePaths(a.path, b.path));
  const filters = parseArrayFilters(arrayFilters, leaves);
  return {
    isReplacement: false,
    apply: (doc, { isInsert, query }) => {
      const positions: Positions = { arrayFilters: filters, ...(query && { query }) };
      const id = doc._id;
      // Which elements are meant is decided before any of them changes.
      const wanted = leaves
        .filter(({ onlyOnInsert }) => isInsert || !onlyOnInsert)
        .map((leaf) => ({ leaf, paths: resolved(doc, leaf.path, positions) }));
      for (const { leaf, paths } of wanted) {
        applyLeaf(doc, leaf, id, paths());
        const [name] = leaf.path as [string];
        // Only a new document may be given such names, as in MongoDB.
        if (!isInsert && Object.hasOwn(doc, name)) refuseDollar(name);
      }
      keepId(id, doc._id);
      return doc;
    },
  };
}

/** Looks for the places now, and fails only when it is their turn, as MongoDB does. */
function resolved(doc: Doc, path: Path, positions: Positions): () => readonly Path[] {
  try {
    const paths = resolvePath(doc, path, positions);
    return () => paths;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function replacement(update: Doc): Update {
  Object.keys(update).forEach(refuseDollar);
  return {
    isReplacement: true,
    apply: (doc) => {
      const { _id = doc._id, ...rest } = clone(update);
      keepId(doc._id, _id);
      // An equal number of another type leaves the one that is there.
      const kept = doc._id === undefined ? _id : doc._id;
      return kept === undefined ? rest : { _id: kept, ...rest };
    },
  };
}

function refuseDollar(name: string): void {
  if (!name.startsWith('$')) return;
  throw new StoreError(52, `The dollar ($) prefixed field '${name}' is not allowed in a document.`);
}

function parseLeaves(operator: string, fields: unknown): Leaf[] {
  const known = Object.hasOwn(updateOperators, operator) ? updateOperators[operator] : undefined;
  if (!known && operator !== '$rename') {
    throw new StoreError(
      9,
      `Unknown modifier: ${operator}. Expected an operator or an array of stages`,
    );
  }
  if (!isObject(fields)) {
    throw new StoreError(
      9,
      `Modifiers operate on fields but we found a value instead: ${operator}`,
    );
  }
  return Object.entries(fields).map(([field, operand]) => {
    const path = updatePath(field);
    if (!known) return renameLeaf(path, operand);
    return {
      path,
      change: known.change(operand, field),
      needsField: known.needsField ?? false,
      onlyOnInsert: known.onlyOnInsert ?? false,
    };
  });
}

function updatePath(field: string): Path {
  if (field === '') throw new StoreError(56, 'An empty update path is not valid.');
  const path = parsePath(field);
  if (path.includes('')) {
    throw new StoreError(56, `The update path '${field}' contains an empty field name.`);
  }
  if (isPosition(path[0]!)) {
    throw new StoreError(
      2,
      `The path '${field}' cannot begin with a positional element (i.e. '$')`,
    );
  }
  return path;
}

function renameLeaf(from: Path, operand: unknown): Leaf {
  if (typeof operand !== 'string') {
    throw new StoreError(2, `The 'to' field for $rename must be a string: ${from.join('.')}`);
  }
  const path = updatePath(operand);
  if ([...from, ...path].some(isPosition)) {
    throw new StoreError(2, 'The source and target of $rename may not be dynamic');
  }
  const [source, target] = [from.join('.'), operand];
  if (source === target || isBelow(source, target) || isBelow(target, source)) {
    throw new StoreError(
      2,
      `$rename cannot go from '${source}' to '${target}': one is within the other`,
    );
  }
  return { path, from, change: (value) => value, needsField: false, onlyOnInsert: false };
}

function refuseConflicts(leaves: Leaf[]): void {
  const paths = leaves.flatMap(({ path, from }) => (from ? [path, from] : [path]));
  const texts = paths.map((path) => path.join('.')).sort();
  const seen = new Set<string>();
  for (const text of texts) {
    const parts = text.split('.');
    const shorter = parts.map((_, i) => parts.slice(0, i + 1).join('.')).find((p) => seen.has(p));
    if (shorter !== undefined) {
      throw new StoreError(40, `Updating '${text}' would create a conflict at '${shorter}'`);
    }
    seen.add(text);
  }
}

/** MongoDB creates new fields in the order of their paths, numbers as numbers. */
function comparePaths(a: Path, b: Path): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (x === y) continue;
    const isNumeric = /^\d+$/.test(x) && /^\d+$/.test(y);
    if (isNumeric) return Number(x) - Number(y);
    return x < y ? -1 : 1;
  }
  return a.length - b.length;
}

function parseArrayFilters(filters: unknown, leaves: Leaf[]): Map<string, Predicate> {
  if (filters !== undefined && !Array.isArray(filters)) {
    throw new StoreError(14, "BSON field 'arrayFilters' is the wrong type, expected type 'array'");
  }
  const byName = new Map<string, Predicate>();
  for (const filter of filters ?? []) {
    const names = new Set(isObject(filter) ? fieldsOf(filter) : []);
    const [name] = names;
    if (names.size !== 1 || !name) {
      throw new StoreError(9, 'Error parsing array filter: expected a single top-level field name');
    }
    if (byName.has(name)) {
      throw new StoreError(9, `Found multiple array filters with the top-level field name ${name}`);
    }
    const matches = matcher(filter as Doc);
    byName.set(name, (element) => matches({ [name]: element }));
  }
  const used = new Set(
    leaves.flatMap(({ path }) => path.flatMap((part) => /^\$\[(\w+)\]$/.exec(part)?.[1] ?? [])),
  );
  for (const name of used) {
    if (!byName.has(name)) {
      throw new StoreError(2, `No array filter found for identifier '${name}' in path`);
    }
  }
  for (const name of byName.keys()) {
    if (!used.has(name)) {
      throw new StoreError(9, `The array filter '${name}' was not used in the update`);
    }
  }
  return byName;
}

/** The first parts of the fields that a filter is about, also within $and and its like. */
function fieldsOf(filter: Doc): string[] {
  return Object.entries(filter).flatMap(([name, value]) => {
    if (!name.startsWith('$')) return [name.split('.')[0]!];
    return Array.isArray(value) ? value.flatMap((one) => (isObject(one) ? fieldsOf(one) : [])) : [];
  });
}

function applyLeaf(doc: Doc, leaf: Leaf, id: unknown, paths: readonly Path[]): void {
  if (leaf.from) {
    const value = valueAt(doc, leaf.from);
    if (value === undefined) return;
    refuseArrays(doc, leaf.from);
    refuseArrays(doc, leaf.path);
    setAt(doc, leaf.from, undefined);
    setAt(doc, leaf.path, value);
    return;
  }
  for (const path of paths) {
    const current = valueAt(doc, path);
    const value = leaf.change(current, { field: path.join('.'), id });
    if (value === current && (current !== undefined || leaf.needsField)) continue;
    setAt(doc, path, value);
  }
}

function refuseArrays(doc: Doc, path: Path): void {
  if (path.some((_, i) => i > 0 && Array.isArray(valueAt(doc, path.slice(0, i))))) {
    throw new StoreError(2, `$rename cannot go through the array in '${path.join('.')}'`);
  }
}

/** The document an upsert begins with: what the query says by equality. */
export function documentFromQuery(query: Query): Doc {
  const doc: Doc = {};
  const seen: string[] = [];
  for (const { name, path, value } of equalities(query)) {
    const other = seen.find((one) => `${one}.`.startsWith(`${name}.`) || isBelow(name, one));
    if (other !== undefined) {
      const which =
        other === name ? `path '${name}' is` : `both paths '${other}' and '${name}' are`;
      throw new StoreError(54, `cannot infer query fields to set, ${which} matched twice`);
    }
    if (isBelow(name, '_id')) {
      throw new StoreError(111, `field at '_id' must be exactly specified, but '${name}' is`);
    }
    seen.push(name);
    setAt(doc, path, clone(value));
  }
  return doc;
}

const isBelow = (name: string, parent: string): boolean => name.startsWith(`${parent}.`);

/** The conditions that only one value meets. */
function equalities(query: Query): { name: string; path: Path; value: unknown }[] {
  if (query.kind === 'and') return query.queries.flatMap(equalities);
  if (query.kind === 'or' && query.queries.length === 1) return equalities(query.queries[0]!);
  if (query.kind !== 'field') return [];
  const { op, operand, name, path } = query;
  const values = op === '$in' ? (operand as unknown[]) : op === '$eq' ? [operand] : [];
  const isOne = values.length === 1 && (op === '$eq' || rankOf(values[0]) !== Rank.regex);
  return isOne ? [{ name, path, value: values[0] }] : [];
}
