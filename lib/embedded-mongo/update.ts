import { ObjectId } from 'bson';
import { StoreError } from './errors.ts';
import { matcher, type Predicate } from './match.ts';
import { parsePath, valueAt, type Path } from './paths.ts';
import { keepId, parsePipelineUpdate, type Update } from './update-pipeline.ts';
import type { Query } from './query.ts';
import { resolvePath, setAt, type Positions } from './update-paths.ts';
import { updateOperators, type Change } from './update-operators.ts';
import { clone, isObject, type Doc } from './values.ts';

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
export function parseUpdate(update: unknown, arrayFilters?: unknown): Update {
  if (Array.isArray(update)) return parsePipelineUpdate(update, arrayFilters);
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
      for (const leaf of leaves) {
        if (isInsert || !leaf.onlyOnInsert) applyLeaf(doc, leaf, id, positions);
      }
      if (!isInsert) keepId(id, doc._id);
      return doc;
    },
  };
}

function replacement(update: Doc): Update {
  const dollar = Object.keys(update).find((name) => name.startsWith('$'));
  if (dollar) {
    throw new StoreError(
      52,
      `The dollar ($) prefixed field '${dollar}' in '${dollar}' is not allowed in the context of an update's replacement document.`,
    );
  }
  return {
    isReplacement: true,
    apply: (doc) => {
      if (update._id !== undefined && doc._id !== undefined) keepId(doc._id, update._id);
      const { _id, ...rest } = clone(update);
      return { _id: doc._id ?? _id, ...rest };
    },
  };
}

function parseLeaves(operator: string, fields: unknown): Leaf[] {
  const known = Object.hasOwn(updateOperators, operator) ? updateOperators[operator] : undefined;
  if (!known && operator !== '$rename') {
    throw new StoreError(
      9,
      `Unknown modifier: ${operator}. Expected a valid update modifier or pipeline-style update specified as an array`,
    );
  }
  if (!isObject(fields)) {
    throw new StoreError(
      9,
      `Modifiers operate on fields but we found a value instead. For example: {$mod: {<field>: ...}} not {${operator}: …}`,
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
    throw new StoreError(
      56,
      `The update path '${field}' contains an empty field name, which is not allowed.`,
    );
  }
  const dollar = path.find((part) => part.startsWith('$') && !/^\$(\[\w*\])?$/.test(part));
  if (dollar && !['$id', '$ref', '$db'].includes(dollar)) {
    throw new StoreError(
      52,
      `The dollar ($) prefixed field '${dollar}' in '${field}' is not allowed in the context of an update.`,
    );
  }
  if (path[0]!.startsWith('$')) {
    throw new StoreError(
      2,
      `Cannot have positional (i.e. '$') element in the first position in path '${field}'`,
    );
  }
  return path;
}

function renameLeaf(from: Path, operand: unknown): Leaf {
  if (typeof operand !== 'string') {
    throw new StoreError(2, `The 'to' field for $rename must be a string: ${from.join('.')}`);
  }
  const path = updatePath(operand);
  if ([...from, ...path].some((part) => part.startsWith('$'))) {
    throw new StoreError(2, 'The source and target of $rename may not be dynamic');
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
      throw new StoreError(
        40,
        `Updating the path '${text}' would create a conflict at '${shorter}'`,
      );
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
  const byName = new Map<string, Predicate>();
  for (const filter of Array.isArray(filters) ? filters : []) {
    if (!isObject(filter) || Object.keys(filter).length === 0) {
      throw new StoreError(
        9,
        'Cannot use an expression without a top-level field name in arrayFilters',
      );
    }
    const names = new Set(Object.keys(filter).map((name) => name.split('.')[0]!));
    const [name] = names;
    if (names.size > 1 || !name || name.startsWith('$')) {
      throw new StoreError(9, 'Error parsing array filter: expected a single top-level field name');
    }
    if (byName.has(name)) {
      throw new StoreError(
        9,
        `Found multiple array filters with the same top-level field name ${name}`,
      );
    }
    const matches = matcher(filter);
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
      throw new StoreError(
        9,
        `The array filter for identifier '${name}' was not used in the update`,
      );
    }
  }
  return byName;
}

function applyLeaf(doc: Doc, leaf: Leaf, id: unknown, positions: Positions): void {
  if (leaf.from) {
    const value = valueAt(doc, leaf.from);
    if (value === undefined) return;
    setAt(doc, leaf.from, undefined);
    setAt(doc, leaf.path, value);
    return;
  }
  for (const path of resolvePath(doc, leaf.path, positions)) {
    const current = valueAt(doc, path);
    const value = leaf.change(current, { field: path.join('.'), id });
    if (value === current && (current !== undefined || leaf.needsField)) continue;
    setAt(doc, path, value);
  }
}

/** The document an upsert begins with: what the query says by equality. */
export function documentFromQuery(query: Query): Doc {
  const doc: Doc = {};
  for (const { name, path, operand } of equalities(query)) {
    if (valueAt(doc, path) !== undefined) {
      throw new StoreError(54, `cannot infer query fields to set, path '${name}' is matched twice`);
    }
    setAt(doc, path, clone(operand));
  }
  return doc;
}

function equalities(query: Query): { name: string; path: Path; operand: unknown }[] {
  if (query.kind === 'field') return query.op === '$eq' ? [query] : [];
  if (query.kind === 'and') return query.queries.flatMap(equalities);
  return query.kind === 'or' && query.queries.length === 1 ? equalities(query.queries[0]!) : [];
}

/** Puts _id first, and makes one up if there is none. */
export function withId(doc: Doc): Doc {
  const { _id = new ObjectId(), ...rest } = doc;
  return { _id, ...rest };
}
