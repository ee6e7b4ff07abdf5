import { refuse, StoreError } from './errors.ts';
import { parseExpression, type Scope } from './expression.ts';
import { parsePath, type Path } from './paths.ts';
import { operators } from './query-operators.ts';
import { joinRegex, type Test } from './regex.ts';
import { classOf, isObject, isTruthy, rankOf, Rank, type Doc } from './values.ts';

/** A parsed filter. The planner reads it; compileFilter turns it into a predicate. */
export type Query =
  | { kind: 'and' | 'or' | 'nor'; queries: Query[] }
  | { kind: 'not'; query: Query }
  | { kind: 'expr'; test: Test }
  | FieldQuery
  | ElemMatchQuery;

export interface FieldQuery {
  kind: 'field';
  name: string;
  path: Path;
  op: string;
  operand: unknown;
  /** Decides about one value; undefined means missing. */
  test: Test;
  /** The operator looks at an array as a whole and never at its elements. */
  whole: boolean;
}

export interface ElemMatchQuery {
  kind: 'elemMatch';
  name: string;
  path: Path;
  /** Conditions on the fields of an element that is a document. */
  fields?: Query;
  /** Conditions on the element itself. */
  values?: Query[];
}

/** Names with a dollar that are fields: those of a DBRef. */
const dbRefFields = ['$ref', '$id', '$db'];
const refusedAtTop = ['$where', '$text', '$jsonSchema'];

/** Parses and checks a filter. Without variables to use it is one inside an element. */
export function parseFilter(filter: Doc, scope?: Scope): Query {
  const queries: Query[] = [];
  for (const [name, operand] of Object.entries(filter)) {
    if (name === '$comment') continue;
    if (dbRefFields.includes(name)) queries.push(fieldQuery(name, [name], '$eq', operand));
    else if (name.startsWith('$')) queries.push(parseLogical(name, operand, scope));
    else queries.push(...parseField(name, operand));
  }
  return queries.length === 1 ? queries[0]! : { kind: 'and', queries };
}

function parseLogical(name: string, operand: unknown, scope: Scope | undefined): Query {
  if (name === '$expr') {
    if (!scope) throw new StoreError(2, '$expr can only be applied to the top-level document');
    const evaluate = parseExpression(operand, scope);
    return { kind: 'expr', test: (doc) => isTruthy(evaluate(doc as Doc)) };
  }
  if (refusedAtTop.includes(name)) refuse(name);
  if (name !== '$and' && name !== '$or' && name !== '$nor') {
    throw new StoreError(2, `unknown top level operator: ${name}`);
  }
  if (!Array.isArray(operand)) throw new StoreError(2, `${name} must be an array`);
  if (operand.length === 0) {
    throw new StoreError(2, '$and/$or/$nor must be a nonempty array');
  }
  const queries = operand.map((clause) => {
    if (!isObject(clause)) {
      throw new StoreError(2, '$or/$and/$nor entries need to be full objects');
    }
    return parseFilter(clause, scope);
  });
  return { kind: name.slice(1) as 'and' | 'or' | 'nor', queries };
}

/** True for { $gt: 1, … }; a DBRef's $ref and $id make a value, not operators. */
export function hasOperators(value: unknown): value is Doc {
  if (!isObject(value) || classOf(value)) return false;
  const first = Object.keys(value)[0];
  return first !== undefined && first.startsWith('$') && !dbRefFields.includes(first);
}

/** Parses the conditions on one field. */
export function parseField(name: string, operand: unknown): Query[] {
  const path = parsePath(name);
  if (rankOf(operand) === Rank.regex) return [fieldQuery(name, path, '$regex', operand)];
  if (!hasOperators(operand)) return [fieldQuery(name, path, '$eq', operand)];
  const queries: Query[] = [];
  for (const [op, value] of Object.entries(operand)) {
    if (op === '$options' && '$regex' in operand) continue;
    if (op === '$comment') continue;
    queries.push(...parseOperator(name, path, op, value, operand));
  }
  return queries;
}

function parseOperator(name: string, path: Path, op: string, value: unknown, all: Doc): Query[] {
  switch (op) {
    case '$ne':
      if (rankOf(value) === Rank.regex) throw new StoreError(2, "Can't have regex as arg to $ne.");
      return [negate(fieldQuery(name, path, '$eq', value))];
    case '$nin':
      return [negate(fieldQuery(name, path, '$in', value))];
    case '$not':
      return [parseNot(name, value)];
    case '$elemMatch':
      return [parseElemMatch(name, path, value)];
    case '$all':
      return parseAll(name, path, value);
    case '$exists': {
      const exists = fieldQuery(name, path, '$exists', true);
      return [isTruthy(value) ? exists : negate(exists)];
    }
    case '$options':
      throw new StoreError(2, '$options needs a $regex');
    case '$regex':
      return [fieldQuery(name, path, '$regex', joinRegex(value, all.$options))];
    default:
      return [fieldQuery(name, path, op, value)];
  }
}

const negate = (query: Query): Query => ({ kind: 'not', query });

function fieldQuery(name: string, path: Path, op: string, operand: unknown): FieldQuery {
  const operator = Object.hasOwn(operators, op) ? operators[op] : undefined;
  if (!operator) throw new StoreError(2, `unknown operator: ${op}`);
  const test = operator.test(operand);
  return { kind: 'field', name, path, op, operand, test, whole: operator.whole ?? false };
}

function parseNot(name: string, value: unknown): Query {
  if (rankOf(value) !== Rank.regex && !hasOperators(value)) {
    throw new StoreError(2, '$not needs a regex or a document');
  }
  return { kind: 'not', query: { kind: 'and', queries: parseField(name, value) } };
}

/** True for the operators that join whole filters. */
export const isLogical = (key: string): boolean => ['$and', '$or', '$nor'].includes(key);

function parseElemMatch(name: string, path: Path, value: unknown): ElemMatchQuery {
  if (!isObject(value)) throw new StoreError(2, '$elemMatch needs an Object');
  if (hasOperators(value) && !isLogical(Object.keys(value)[0]!)) {
    return { kind: 'elemMatch', name, path, values: parseField('', value) };
  }
  return { kind: 'elemMatch', name, path, fields: parseFilter(value) };
}

function parseAll(name: string, path: Path, value: unknown): Query[] {
  if (!Array.isArray(value)) throw new StoreError(2, '$all needs an array');
  if (value.length === 0) return [fieldQuery(name, path, '$in', [])];
  return value.map((wanted): Query => {
    if (isObject(wanted) && '$elemMatch' in wanted) {
      return parseElemMatch(name, path, wanted.$elemMatch);
    }
    if (rankOf(wanted) === Rank.regex) return fieldQuery(name, path, '$regex', wanted);
    return fieldQuery(name, path, '$eq', wanted);
  });
}
