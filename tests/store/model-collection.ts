import { matches, reach, sortDocs } from './model-match.ts';
import { applyUpdate, documentOf, type UpdateOptions } from './model-update.ts';
import { belowNull, isDecimal, isPlain, Refusal, same, type Doc } from './model-values.ts';

export interface ModelIndex {
  name: string;
  key: Doc;
  unique?: boolean;
  sparse?: boolean;
  partialFilterExpression?: Doc;
}

interface Walk {
  value: unknown;
  rest: string[];
  isDone: boolean;
}

/** The keys of a document in an index: one per element of the one array on its fields' ways. */
function keysOf(index: ModelIndex, doc: Doc): unknown[][] {
  const { partialFilterExpression: filter, sparse } = index;
  if (filter && !matches(doc, filter)) return [];
  const walks = Object.keys(index.key).map((name): Walk => ({
    value: doc,
    rest: name.split('.'),
    isDone: false,
  }));
  const keys = expand(walks);
  return sparse ? keys.filter((key) => key.some((value) => value !== undefined)) : keys;
}

function expand(walks: Walk[]): unknown[][] {
  const moved = walks.map((walk) => {
    let { value, rest } = walk;
    while (!walk.isDone && rest.length > 0 && !Array.isArray(value)) {
      value = isPlain(value) ? value[rest[0]!] : undefined;
      rest = rest.slice(1);
    }
    return { value, rest, isDone: walk.isDone || !Array.isArray(value) };
  });
  const arrays = new Set(moved.filter(({ isDone }) => !isDone).map(({ value }) => value));
  if (arrays.size === 0) return [moved.map(({ value }) => value)];
  if (arrays.size > 1) throw new Refusal(171);
  const elements = [...arrays][0] as unknown[];
  return (elements.length === 0 ? [belowNull] : elements).flatMap((element) =>
    expand(
      moved.map((walk): Walk => {
        if (walk.isDone) return walk;
        if (walk.rest.length === 0) return { value: element, rest: [], isDone: true };
        const inner = isPlain(element) ? element : undefined;
        return { value: inner, rest: walk.rest, isDone: inner === undefined };
      }),
    ),
  );
}

const sameKey = (a: unknown[], b: unknown[]): boolean => a.every((value, i) => same(value, b[i]));

/** One collection: a plain list of documents, read whole for everything. */
export class ModelCollection {
  docs: Doc[] = [];
  indexes: ModelIndex[] = [];

  find(filter: Doc, sort: Doc = {}): Doc[] {
    return sortDocs(
      this.docs.filter((doc) => matches(doc, filter)),
      sort,
    );
  }

  distinct(name: string, filter: Doc): unknown[] {
    const values = this.find(filter)
      .flatMap((doc) => reach(doc, name.split('.')))
      .flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : [value]))
      .filter((value) => value !== undefined);
    return values.filter((value, i) => values.findIndex((other) => same(other, value)) === i);
  }

  /** The codes with which this document may be refused beside the others. */
  problems(doc: Doc, others: Doc[]): number[] {
    const codes: number[] = [];
    if (Array.isArray(doc._id)) return [2];
    if (isDecimal(doc._id)) return [238];
    if (others.some((other) => same(other._id, doc._id))) return [11000];
    for (const index of this.indexes) codes.push(...indexProblems(index, doc, others));
    return codes;
  }

  /** Adds the document, or throws one of the possible refusals. */
  insert(doc: Doc): void {
    const codes = this.problems(doc, this.docs);
    if (codes.length > 0) throw new Refusals(codes);
    this.docs.push(doc);
  }

  replace(before: Doc, after: Doc): void {
    const others = this.docs.filter((doc) => doc !== before);
    const codes = this.problems(after, others);
    if (codes.length > 0) throw new Refusals(codes);
    this.docs[this.docs.indexOf(before)] = after;
  }

  update(before: Doc, update: Doc, options: UpdateOptions): Doc {
    const after = applyUpdate(before, update, options);
    this.replace(before, after);
    return after;
  }

  upsert(filter: Doc, update: Doc, newId: unknown): Doc {
    const isOperators = Object.keys(update)[0]?.startsWith('$') ?? false;
    const base = isOperators ? documentOf(filter) : idOf(filter);
    const { _id = newId, ...rest } = applyUpdate(base, update, { isInsert: true });
    const doc = { _id, ...rest };
    this.insert(doc);
    return doc;
  }

  remove(doc: Doc): void {
    this.docs.splice(this.docs.indexOf(doc), 1);
  }

  createIndex(index: ModelIndex): void {
    const codes = this.docs.flatMap((doc) =>
      indexProblems(
        index,
        doc,
        this.docs.filter((other) => other !== doc),
      ),
    );
    if (codes.length > 0) throw new Refusals(codes);
    this.indexes.push(index);
  }

  get hasUnique(): boolean {
    return this.indexes.some(({ unique }) => unique);
  }
}

function indexProblems(index: ModelIndex, doc: Doc, others: Doc[]): number[] {
  try {
    const keys = keysOf(index, doc);
    if (!index.unique) return [];
    if (keys.some((key) => key.some(isDecimal))) return [238];
    const taken = others.flatMap((other) => possibleKeys(index, other));
    return keys.some((key) => taken.some((one) => sameKey(one, key))) ? [11000] : [];
  } catch (error) {
    if (error instanceof Refusal) return [error.code];
    throw error;
  }
}

/** None for a document that the index cannot take. */
function possibleKeys(index: ModelIndex, doc: Doc): unknown[][] {
  try {
    return keysOf(index, doc);
  } catch (error) {
    if (error instanceof Refusal) return [];
    throw error;
  }
}

/** Refused for one of several reasons; the manual does not say which comes first. */
class Refusals extends Error {
  constructor(readonly codes: number[]) {
    super(`refused with one of ${codes.join()}`);
  }
}

const idOf = ({ _id, $and = [] }: Doc): Doc => {
  const own = documentOf(_id === undefined ? {} : { _id });
  return ($and as Doc[]).reduce((known, part) => ({ ...known, ...idOf(part) }), own);
};

/** The codes of a refusal; anything else is a mistake in the model. */
export function codesOf(error: unknown): number[] {
  if (error instanceof Refusal) return [error.code];
  if (error instanceof Refusals) return error.codes;
  throw error;
}
